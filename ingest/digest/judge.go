package digest

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"grantrail/ingest/custody"
)

// File is one file at hand that may matter here.
type File struct {
	Name      string // as the account says it
	Sum       [32]byte
	Hashed    bool   // Sum is that of the whole uncompressed content
	Appended  bool   // there is something behind its gzip member
	Unread    string // why its bytes could not be had, "" where they were
	Log       bool   // it holds the records of a log file, or is named as one
	Digest    *Unverified
	Invalid   string          // a digest, but for this
	Verdict   custody.Verdict // filled in by Judge
	Text      []byte          // of the digest, where the caller wants to keep it
	Signature string          // that the storage or a side-car keeps beside it
}

func (f *File) hash() string { return hex.EncodeToString(f.Sum[:]) }

// Input is all that a judgement rests on.
type Input struct {
	Files   []*File
	Keys    *Keys
	LeftOut func(bucket, key string) bool // whether a key was never looked for; nil is no
}

// Judge gives every digest and log file its verdict. Findings come in the order
// of chains and of time. The order of the files does not matter, but to copies
// of one file. Checked is false without a digest.
func Judge(in Input) (custody.Integrity, *Cover) {
	out := custody.New().Integrity
	j := &judge{in: in, out: &out, byBase: map[string][]*File{}, groups: map[string]*group{}, told: map[*File]bool{}}
	j.delivered = sync.OnceValue(func() deliveries { return deliveriesOf(in.Files) })
	j.gather()
	if len(j.chain) == 0 && !j.broken() {
		return out, nil
	}
	out.Checked = true
	out.Checks = j.checks()
	j.digests()
	j.logs()
	j.sort()
	return out, &Cover{j.cover, j.spans(func(l *link) bool { return len(l.Digest.Logs) > 0 })}
}

type judge struct {
	in        Input
	out       *custody.Integrity
	byBase    map[string][]*File
	chain     []*link           // newest first
	groups    map[string]*group // by the file name of digests
	cover     map[chain][]span  // of the digests that are not altered, once they are judged
	delivered func() deliveries // of log files
	told      map[*File]bool    // of those that should be digests and could not be read
	hours     int               // without a digest that were listed so far
	found     []finding
}

// link is one digest at hand, and what came of it.
type link struct {
	*File
	at      int       // in the order of the chain
	own     [2]*group // of its name, and of the name that it says it has, where that is another
	before  *group    // of the one that it names as the one before it
	verdict custody.Verdict
	detail  string
	moved   bool
	settled bool
}

// finding is a finding with its place in the order.
type finding struct {
	custody.Finding
	chain chain
	at    time.Time
}

func (j *judge) say(object string, v custody.Verdict, c chain, at time.Time, format string, args ...any) {
	j.found = append(j.found, finding{custody.Finding{Object: object, Verdict: string(v), Detail: fmt.Sprintf(format, args...)}, c, at})
}

func (j *judge) gather() {
	for _, f := range j.in.Files {
		j.byBase[base(f.Name)] = append(j.byBase[base(f.Name)], f)
		if f.Digest != nil {
			j.chain = append(j.chain, &link{File: f})
		}
	}
	slices.SortStableFunc(j.chain, func(a, b *link) int {
		return cmp.Or(b.Digest.End.Compare(a.Digest.End), cmp.Compare(a.Name, b.Name))
	})
	for i, l := range j.chain {
		l.at = i
		l.own[0] = j.group(base(l.Digest.Object))
		if own := j.group(base(l.Name)); own != l.own[0] { // what it says of itself may be what was altered
			l.own[1] = own
		}
		for _, g := range l.own {
			if g != nil {
				g.links++
			}
		}
		if l.Digest.PrevObject != nil {
			g := j.group(base(*l.Digest.PrevObject))
			g.next, l.before = append(g.next, l), g
			g.hashed, g.carrying, g.garbled = len(g.next), len(g.next), len(g.next)
			if l.Digest.PrevHash != nil {
				g.hashes.add(l.says(), 1)
			}
		}
	}
}

// group is that of a digest's file name.
func (j *judge) group(name string) *group {
	g := j.groups[name]
	if g == nil {
		g = &group{}
		j.groups[name] = g
	}
	return g
}

// broken reports whether there is a file that should be a digest and is none.
func (j *judge) broken() bool {
	return slices.ContainsFunc(j.in.Files, func(f *File) bool { return f.Invalid != "" })
}

func (j *judge) checks() []string {
	checks := []string{
		"The SHA-256 of each log file's uncompressed content was compared with the digest that lists it.",
		"The SHA-256 of each digest's content was compared with the digest after it, where that is at hand.",
	}
	if n := j.in.Keys.count(); n > 0 {
		return append(checks, fmt.Sprintf("Signatures of digests were verified; public keys at hand: %d, each found by its fingerprint and held to its validity.", n))
	}
	return append(checks, "No public keys were given: no signature was verified, and whoever could rewrite the whole chain could have done so.")
}

// digests judges the chain, the newest first: what a digest says of the one
// before it counts only where nothing is known against itself.
func (j *judge) digests() {
	for _, l := range j.chain {
		j.settle(l)
	}
	for _, l := range j.chain {
		l.Verdict = l.shown()
		j.out.Digests[string(l.shown())]++
		if v := l.shown(); !v.Good() {
			j.say(l.Name, v, l.Digest.Chain, l.Digest.End, "%s", l.detail)
		}
	}
	for _, f := range j.in.Files {
		if f.Digest != nil || f.Invalid == "" {
			continue
		}
		f.Verdict = custody.Mismatch
		j.out.Digests[string(custody.Mismatch)]++
		j.say(f.Name, custody.Mismatch, chain{}, time.Time{}, "not a digest as CloudTrail writes it: %s", f.Invalid)
	}
	j.cover = j.spans(func(l *link) bool { return !l.altered() })
	j.gaps()
}

// settle judges a digest behind those that name it. Times may be what was
// altered, so links say the order.
func (j *judge) settle(l *link) {
	if l.settled {
		return
	}
	l.settled = true
	for n := l.unsettled(); n != nil; n = l.unsettled() {
		j.settle(n)
	}
	j.digest(l)
	l.judged()
}

// unsettled is the first of those that name a digest, or one of its name, that
// nobody has begun to settle.
func (l *link) unsettled() *link {
	var g *group
	for _, own := range l.own {
		if own != nil && own.begun < len(own.next) && (g == nil || own.next[own.begun].at < g.next[g.begun].at) {
			g = own
		}
	}
	if g == nil {
		return nil
	}
	g.begun++
	return g.next[g.begun-1]
}

func (l *link) shown() custody.Verdict {
	if l.moved && !l.verdict.Fails() {
		return custody.Moved
	}
	return l.verdict
}

// altered reports whether what a digest says cannot be held against others.
func (l *link) altered() bool {
	return l.verdict == custody.Mismatch || l.verdict == custody.BadSignature
}

// digest judges one digest.
func (j *judge) digest(l *link) {
	d := l.Digest
	if !inPlace(l.Name, d.Object) || base(l.Name) != base(d.Object) {
		l.moved = true
		l.detail = fmt.Sprintf("it says that it was written as %q", d.Object)
	}
	set := func(v custody.Verdict, format string, args ...any) {
		l.verdict = v
		detail := fmt.Sprintf(format, args...)
		if l.moved {
			detail = l.detail + "; " + detail
		}
		l.detail = detail
	}
	if l.Appended {
		set(custody.Mismatch, "something follows its gzip member")
		return
	}
	own, missing := l.stored(j.in.Keys)
	vouch, against := l.vouched()
	switch {
	case own == custody.Signed:
		set(custody.Signed, "its signature verifies")
		return
	case own == custody.BadSignature && against != nil:
		set(custody.Mismatch, "its hash is not the one that %q records, and its signature does not verify", against.Name)
		return
	}
	passed, failed := l.carried(j.in.Keys)
	switch {
	case own == custody.BadSignature && passed:
		set(custody.BadSignature, "the signature stored beside it does not verify; the one that the digest after it records does")
	case own == custody.BadSignature:
		set(custody.BadSignature, "its signature does not verify with the key %s", d.Fingerprint)
	case passed:
		set(custody.Signed, "the signature that the digest after it records verifies")
		for _, g := range l.own {
			if g != nil {
				g.refute(l)
			}
		}
	case against != nil:
		set(custody.Mismatch, "its hash is not the one that %q records%s", against.Name, either(against))
	case failed != nil:
		set(custody.BadSignature, "the signature that %q records of it does not verify%s", failed.Name, either(failed))
	case vouch:
		set(custody.Chained, "the digest after it vouches for it")
	case own == custody.NoKey:
		set(custody.NoKey, "%s, and no digest after it vouches for it", missing)
	default:
		set(custody.UnanchoredTip, "no signature of it is at hand, and no digest after it vouches for it")
	}
}

func either(witness *link) string {
	if witness.verdict == custody.Signed || witness.verdict == custody.Chained {
		return ""
	}
	return "; nothing vouches for that one either, so it may be the altered one of the two"
}

// stored tries the signature that was kept beside the digest. It is "" without
// one.
func (l *link) stored(keys *Keys) (custody.Verdict, string) {
	if l.Signature == "" {
		return "", ""
	}
	err := keys.verify(l.Digest, l.hash(), l.Signature)
	switch {
	case err == nil:
		return custody.Signed, ""
	case errors.Is(err, errNoKey):
		return custody.NoKey, err.Error()
	}
	return custody.BadSignature, ""
}

// carried tries the signatures that the digests after it record. One that
// passes counts whoever carries it; one that fails only where the carrier is
// not known to be altered, and where there is a key.
func (l *link) carried(keys *Keys) (passed bool, failed *link) {
	known := keys.of(l.Digest)
	if len(known) == 0 {
		return false, nil
	}
	inTime := slices.ContainsFunc(known, func(k key) bool { return k.covers(l.Digest) })
	for _, g := range l.own {
		switch {
		case g == nil:
		case g.passes(l, keys):
			return true, nil
		case inTime:
			failed = later(failed, g.last(&g.carrying, saysSignature, l))
		default:
			failed = later(failed, g.last(&g.garbled, saysGarbled, l))
		}
	}
	return false, failed
}

// vouched asks the digests after it for its hash: whether one vouches, and
// which one speaks against it.
func (l *link) vouched() (vouch bool, against *link) {
	for _, g := range l.own {
		if g == nil {
			continue
		}
		if l.Hashed && g.vouches(l.hash()) {
			return true, nil // another copy of the digest after it is the odd one
		}
		against = later(against, g.last(&g.hashed, saysHash, l))
	}
	return false, against
}

// later is the one that comes later in the order of the chain.
func later(a, b *link) *link {
	if a == nil || b != nil && b.at > a.at {
		return b
	}
	return a
}
