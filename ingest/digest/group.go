package digest

import (
	"fmt"
	"strings"

	"grantrail/ingest/custody"
)

// group is what is said of the digests of one file name by those that name it as
// the one before them. Whoever lays copies into an archive can have thousands of
// both, so each copy is not held against each that names it: what is asked of
// all of them is kept here, and only ever goes one way.
type group struct {
	links int     // digests at hand that have the name
	next  []*link // those that name it, in the order of the chain
	begun int     // so many of next are settled, or about to be

	hashes tally // what those of next that are not altered say its hash is
	// Behind these no one of next counts: it is altered, or says no hash, no
	// signature, or none that is not hexadecimal.
	hashed, carrying, garbled int

	// Those of next that nothing vouches for and that say a hash: not compared
	// yet with that of a proven digest, and in agreement with this one.
	tips, agreeing []*link
	proven         string

	signed map[string]carried // by the fingerprint of a key
}

// few things of one name are gone through one by one, once for each copy. Where
// there are more, they are looked up.
const few = 8

// What a digest may say of the one before it.

func saysHash(d *Unverified) bool      { return d.PrevHash != nil }
func saysSignature(d *Unverified) bool { return d.PrevSig != nil }
func saysGarbled(d *Unverified) bool   { return d.PrevSig != nil && !hexadecimal(*d.PrevSig) }

// last is the last of next that says something, is not altered, and is not one
// that names itself. No one becomes unaltered, so end moves down alone.
func (g *group) last(end *int, what func(*Unverified) bool, itself *link) *link {
	for ; *end > 0; *end-- {
		if n := g.next[*end-1]; what(n.Digest) && !n.altered() {
			break
		}
	}
	for i := *end - 1; i >= 0; i-- {
		if n := g.next[i]; n != itself && what(n.Digest) && !n.altered() {
			return n
		}
	}
	return nil
}

// vouches reports whether one that is not altered says this hash. Nothing has its
// own hash in it.
func (g *group) vouches(hash string) bool { return g.hashes.of(hash) > 0 }

// says is the hash that a digest says of the one before it, or "".
func (l *link) says() string {
	if l.Digest.PrevHash == nil {
		return ""
	}
	return strings.ToLower(*l.Digest.PrevHash)
}

// judged has the group of the digest before it know what came of one that is
// judged.
func (l *link) judged() {
	switch g := l.before; {
	case g == nil || l.Digest.PrevHash == nil:
	case l.altered():
		g.hashes.add(l.says(), -1)
	case l.verdict == custody.UnanchoredTip:
		g.tips = append(g.tips, l)
	}
}

// refute turns on the digests that say another hash of one that is proven
// genuine: they are the altered ones.
func (g *group) refute(proven *link) {
	hash := proven.hash()
	if hash != g.proven {
		g.tips, g.agreeing, g.proven = append(g.tips, g.agreeing...), nil, hash
	}
	for _, n := range g.tips {
		if n.says() == hash {
			g.agreeing = append(g.agreeing, n)
			continue
		}
		n.verdict = custody.Mismatch
		n.detail = fmt.Sprintf("the hash it records of %q is not that of a digest whose signature verifies", proven.Name)
		n.judged()
	}
	g.tips = nil
}

// tally counts texts, which are mostly the same one.
type tally struct {
	text   string
	n      int
	others map[string]int
}

func (t *tally) add(text string, n int) {
	switch {
	case t.n == 0 && t.others == nil || t.text == text:
		t.text = text
		t.n += n
	case t.others == nil:
		t.others = map[string]int{text: n}
	default:
		t.others[text] += n
	}
}

func (t *tally) of(text string) int {
	if text == t.text {
		return t.n
	}
	return t.others[text]
}
