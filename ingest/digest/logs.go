package digest

import (
	"cmp"
	"encoding/hex"
	"slices"

	"grantrail/ingest/custody"
	"grantrail/ingest/layout"
)

// entry is what one digest says of a log file.
type entry struct {
	LogFile
	by *link
}

// trust is what a log file is worth under the digest that lists it.
func (e entry) trust() custody.Verdict {
	switch e.by.verdict {
	case custody.Signed, custody.Chained:
		return e.by.verdict
	}
	return custody.ListedOnly
}

// better reports whether a log file is worth more under this digest.
func (e entry) better(than entry) bool { return rank(e.trust()) < rank(than.trust()) }

func rank(v custody.Verdict) int {
	return slices.Index([]custody.Verdict{custody.Signed, custody.Chained, custody.ListedOnly}, v)
}

// logs judges the log files: those at hand by what lists them, then those that
// are listed and not at hand.
func (j *judge) logs() {
	listed := map[string][]entry{} // by base name
	gone := map[[32]byte]entry{}   // by hash: what is listed and not here
	for _, l := range j.chain {
		for _, f := range l.Digest.Logs {
			name := base(f.Object)
			listed[name] = append(listed[name], entry{f, l})
			if len(j.byBase[name]) == 0 && !l.altered() {
				gone[f.Sum] = entry{f, l}
			}
		}
	}
	renamed := map[[32]byte]string{} // hash to the file that has it
	for _, f := range j.in.Files {
		name := base(f.Name)
		if entries := listed[name]; len(entries) > 0 {
			if copies := j.byBase[name]; copies[0] == f { // all of them, with the first
				j.copies(copies, claimsOf(entries))
			}
			continue
		}
		if f.Digest != nil || f.Invalid != "" || !f.Log {
			continue
		}
		was, known := gone[f.Sum]
		if known = known && f.Hashed; known {
			renamed[f.Sum] = f.Name
		}
		j.stray(f, was, known)
	}
	j.absent(listed, renamed)
}

// copies judges the files of one name, which digests list.
func (j *judge) copies(files []*File, c *claims) {
	for _, f := range files {
		if f.Digest == nil && f.Invalid == "" {
			j.log(f, c)
		}
	}
}

// log judges a file that digests list.
func (j *judge) log(f *File, said *claims) {
	best, agrees := said.best(f)
	c, at := best.by.Digest.Chain, best.by.Digest.End
	verdict := best.trust()
	switch {
	case f.Unread != "":
		verdict = custody.NotChecked
		j.say(f.Name, verdict, c, at, "%s", f.Unread)
	case f.Appended:
		verdict = custody.Mismatch
		j.say(f.Name, verdict, c, at, "something follows its gzip member: no part of what CloudTrail delivered")
	case !agrees && !said.sound:
		verdict = custody.NotChecked
		j.say(f.Name, verdict, c, at, "only %q lists it, which is itself altered", best.by.Name)
	case !agrees && !f.Hashed:
		verdict = custody.Mismatch
		j.say(f.Name, verdict, c, at, "its content is damaged, and not what %q lists", best.by.Name)
	case !agrees:
		verdict = custody.Mismatch
		j.say(f.Name, verdict, c, at, "its SHA-256 is %s, and %q lists %s", f.hash(), best.by.Name, hex.EncodeToString(best.Sum[:]))
	case !said.inPlace(f.Name):
		j.say(f.Name, custody.Moved, c, at, "its content is what %q lists, and it was written as %q", best.by.Name, best.Object)
	}
	f.Verdict = verdict
	j.out.Logs[string(verdict)]++
}

// stray judges a log file that no digest lists.
func (j *judge) stray(f *File, was entry, renamed bool) {
	at, placed := layout.LogOf(f.Name)
	c := chain{Account: at.Account, Region: at.Region}
	switch {
	case renamed:
		f.Verdict = custody.Unlisted
		j.out.Logs[string(custody.Unlisted)]++
		j.say(f.Name, custody.Unlisted, was.by.Digest.Chain, was.by.Digest.End, "no digest names it; its content is that of %q, which is missing: it was renamed", was.Object)
	case placed && within(j.cover[c], at.From, at.To):
		f.Verdict = custody.Unlisted
		j.out.Logs[string(custody.Unlisted)]++
		j.say(f.Name, custody.Unlisted, c, at.From, "the digests at hand cover the time of its delivery, and none names it")
	default:
		f.Verdict = custody.NotChecked
		j.out.Logs[string(custody.NotChecked)]++
		why := "no digest at hand covers the time of its delivery"
		if !placed {
			why = "no digest names it, and its name does not say when it was delivered"
		}
		j.say(f.Name, custody.NotChecked, c, at.From, "%s", why)
	}
}

// absent tells of the log files that are listed and not at hand.
func (j *judge) absent(listed map[string][]entry, renamed map[[32]byte]string) {
	for b, entries := range listed {
		sound := slices.IndexFunc(entries, func(e entry) bool { return !e.by.altered() })
		if sound < 0 {
			continue // an altered digest can name anything
		}
		e := entries[sound]
		if len(j.byBase[b]) > 0 || j.in.LeftOut != nil && j.in.LeftOut(e.Bucket.Value(), e.Object) {
			continue
		}
		j.out.Logs[string(custody.Missing)]++
		if to := renamed[e.Sum]; to != "" {
			j.say(e.Object, custody.Missing, e.by.Digest.Chain, e.by.Digest.End, "%q lists it; its content is at hand as %q", e.by.Name, to)
			continue
		}
		j.say(e.Object, custody.Missing, e.by.Digest.Chain, e.by.Digest.End, "%q lists it, and it is not in the sources", e.by.Name)
	}
}

// sort puts the findings in the order of chains and of time.
func (j *judge) sort() {
	slices.SortFunc(j.found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.chain.Account, b.chain.Account), cmp.Compare(a.chain.Region, b.chain.Region),
			a.at.Compare(b.at), cmp.Compare(a.Object, b.Object), cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Detail, b.Detail))
	})
	for _, f := range j.found {
		j.out.Findings = append(j.out.Findings, f.Finding)
	}
}
