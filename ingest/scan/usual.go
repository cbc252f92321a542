package scan

import (
	"encoding/binary"
	"math/bits"
)

// step is what was read of a member.
type step uint8

const (
	nothing step = iota
	named        // its name, and what stands before its value
	valued       // all of it
	cut          // a part: the text ends in its value
)

// usualAnywhere reads members as nearly all of them are written, from i on, of a
// record that begins at start: with the name that is expected behind the one
// before, no white space but a blank behind a colon, and between them a comma, or
// what stood there last. It gives the last name that it read, how much of that
// member, and where it stopped.
func (t *Text) usualAnywhere(start, i int, before *name) (last *name, at int, read step) {
	text := t.text
	for {
		rest := text[i:]
		name := before.after[0]
		if len(rest) < ahead || rest[0] != '"' || !name.begins((*[words]byte)(rest[1:])) {
			return before, i, nothing
		}
		value := i + name.length + len(`"":`)
		c := text[value]
		if c == ' ' {
			value++
			c = text[value]
		}
		end := value + 1
		switch c {
		case '"':
			if w := t.near(end); w != 0 {
				end += bits.TrailingZeros64(w)
			} else if end = t.quote(end); end < 0 {
				return name, value, cut
			}
			end++
		case '{', '[':
			if end = t.nested(value) + 1; end == 0 { // behind -1
				return name, value, cut
			}
			t.members.Nested |= name.bit
		default:
			k := &constants[c%32]
			if binary.LittleEndian.Uint64(text[value:])&k.mask != k.word {
				return name, value, named
			}
			end += k.rest
		}
		t.say(name, span{int32(value - start), int32(end - start)}) //nolint:gosec // a stretch is at most some megabytes
		switch before = name; {
		case end+words > len(text):
			return before, end, valued
		case text[end] == ',' && text[end+1] == '"':
			i = end + 1
		case t.gap.begins((*[words]byte)(text[end:])):
			i = end + t.gap.length
		default:
			return before, end, valued
		}
	}
}

// gap is what stood last between two members: a comma and white space, which is
// spelt with the quote behind it. Those of an indented record are all the same.
type gap struct {
	spelling
	length int // without the quote
}

// between notes what stands between the comma at from and the quote at to. It is
// mostly what stood there last.
func (g *gap) between(text []byte, from, to int) {
	switch {
	case to >= len(text) || text[to] != '"' || to-from == len(","):
	case to-from == g.length && from+words <= len(text) && g.begins((*[words]byte)(text[from:])):
	default:
		g.spelling, g.length = spell(text[from:to+1]), to-from
	}
}

// ahead is how much text there must be: a name with quotes, colon and blank, and
// eight bytes of its value.
const ahead = words + 16

// constants are true, false and null, by the five lowest bits of their first
// letters: how they are spelt, and how many more letters they have.
var constants = func() (all [32]constant) {
	for i := range all {
		all[i].word = 1 // nothing spells a bit that is not looked at
	}
	for _, text := range []string{"true", "false", "null"} {
		k := constant{rest: len(text) - 1}
		for i := range text {
			k.word |= uint64(text[i]) << (8 * i)
			k.mask |= 0xff << (8 * i)
		}
		all[text[0]%32] = k
	}
	return all
}()

type constant struct {
	word, mask uint64
	rest       int
}

// near are the quotes among the 64 bytes from i on, i lowest, where that is
// marked. It looks at two blocks at once, since nobody can foresee in which of
// them a string ends.
func (t *Text) near(i int) uint64 {
	if b := uint(i>>6 - t.first); b < uint(t.marked) && b+1 < uint(t.marked) { //nolint:gosec // what lies before is very large
		q := &t.marks.quotes
		return q[b%stride]>>(i&63) | q[(b+1)%stride]<<1<<(^i&63)
	}
	return 0
}
