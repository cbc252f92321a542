package digest

import (
	"fmt"
	"slices"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/layout"
)

// gaps looks at the places where a chain does not go on: it begins, begins
// anew, or digests are gone.
func (j *judge) gaps() {
	oldest := slices.Clone(j.chain)
	slices.Reverse(oldest)
	before := map[chain]*link{} // the one before it in time
	for _, l := range oldest {
		if l.altered() {
			continue // it is told of, and what it says of others is not
		}
		d := l.Digest
		last := before[d.Chain]
		if last == nil || d.End.After(last.Digest.End) {
			before[d.Chain] = l
		}
		switch {
		case d.PrevObject == nil && last == nil:
			j.say(l.Name, custody.Seam, d.Chain, d.End, "the chain begins here: validation or logging was switched on")
		case d.PrevObject == nil:
			j.say(l.Name, custody.Seam, d.Chain, d.End, "the chain begins anew here, behind %s: validation or logging was switched off and on, and nothing vouches for what lies between",
				last.Digest.End.Format(time.RFC3339))
		case l.before.links == 0:
			j.lost(l, last)
		}
	}
}

// lost tells of digests that should be before l and are not at hand.
func (j *judge) lost(l, last *link) {
	d := l.Digest
	key := *d.PrevObject
	bucket := d.Bucket
	if d.PrevBucket != nil {
		bucket = *d.PrevBucket
	}
	if files := j.byBase[base(key)]; len(files) > 0 {
		for _, f := range files {
			if f.Invalid == "" && !j.told[f] { // by another copy of the one after it
				j.told[f] = true
				j.unreadable(f, d)
			}
		}
		return
	}
	if j.in.LeftOut != nil && j.in.LeftOut(bucket, key) {
		j.say(l.Name, custody.Seam, d.Chain, d.End, "the digest before it, %q, was left out of this run", key)
		return
	}
	if last == nil && !j.delivered().within(d.Chain, d.Start.Add(-time.Hour), d.Start) {
		j.say(l.Name, custody.Seam, d.Chain, d.End, "the chain at hand begins here; the digest before it, %q, is not in the sources", key)
		return
	}
	j.missing(1)
	j.say(key, custody.Missing, d.Chain, d.Start, "%q names it as the one before", l.Name)
	if last == nil {
		j.say(l.Name, custody.ChainGap, d.Chain, d.End, "log files at hand were delivered before %s, and the digests of that time are not", d.StartText)
		return
	}
	n, listed := j.inferred(key, d, last.Digest.End)
	hours, rest := "1 hour", ""
	if n++; n > 1 {
		hours = fmt.Sprintf("%d hours", n)
	}
	if n > listed+1 {
		rest = fmt.Sprintf("; %d of them, the oldest, are not listed one by one", n-listed-1)
	}
	j.say(l.Name, custody.ChainGap, d.Chain, d.End, "the digests for %s, from %s to %s, are not at hand%s", hours, last.Digest.End.Format(time.RFC3339), d.StartText, rest)
}

// Hours without a digest are listed one by one up to these: of one gap, a month,
// and of all gaps together. Two digests can lie a century apart, whoever wrote
// them. All hours are counted.
const (
	maxHours = 31 * 24
	maxInAll = 100_000
)

// inferred counts the hours between a time and a digest of which there should be
// a digest too, but for the last of them, and lists the newest.
func (j *judge) inferred(key string, d *Unverified, from time.Time) (n, listed int) {
	cover := j.cover[d.Chain.regional()]
	uncovered(cover, from, d.Start.Add(-time.Hour), func(end time.Time, hours int) {
		n += hours
		for ; hours > 0 && listed < maxHours && j.hours < maxInAll; hours-- {
			j.say(layout.DigestAt(key, end), custody.Missing, d.Chain, end, "inferred: digests are hourly, and none at hand is for this hour; the name is what it would have been")
			end = end.Add(-time.Hour)
			listed, j.hours = listed+1, j.hours+1
		}
	})
	j.missing(n)
	return n, listed
}

func (j *judge) missing(n int) {
	if n > 0 {
		j.out.Digests[string(custody.Missing)] += n
	}
}

// unreadable takes a file that has the name of a digest and is not one.
func (j *judge) unreadable(f *File, next *Unverified) {
	v, why := custody.Mismatch, "its content is no digest, and not what the digest after it records"
	if f.Unread != "" {
		v, why = custody.NotChecked, f.Unread
	}
	f.Verdict = v
	j.out.Digests[string(v)]++
	j.say(f.Name, v, next.Chain, next.Start, "%s", why)
}
