package scan

import "encoding/binary"

// names is a vocabulary, and which of its names follow which: records of an
// archive say nearly the same names in nearly the same order, so that a look at
// the one expected is mostly all that a name costs.
type names struct {
	known []name
	index map[string]int16
	after []expected // by the name before, and at len(known) of any other
}

// name is a name of the vocabulary, with the quote behind it: its text, and the
// same as three words that overlap.
type name struct {
	text   string
	words  [3]uint64
	second int  // where the second word stands
	third  int  // where the third word stands
	plain  bool // too short or too long for them
}

// expected are the two names that came last behind another.
type expected [2]int16

// words is the most that three words of eight bytes hold.
const words = 3 * 8

// Other is what a name is that the vocabulary has not.
const Other = -1

func newNames(vocabulary []string) *names {
	n := &names{index: make(map[string]int16, len(vocabulary)), after: make([]expected, len(vocabulary)+2)}
	for i, text := range vocabulary {
		n.index[text] = int16(i) //nolint:gosec // a vocabulary is small
		n.known = append(n.known, newName(text+`"`))
	}
	return n
}

func newName(quoted string) name {
	n := len(quoted)
	k := name{text: quoted, plain: n < 8 || n > words}
	if !k.plain {
		k.second, k.third = min(8, n-8), n-8
		for i, at := range []int{0, k.second, k.third} {
			k.words[i] = binary.LittleEndian.Uint64([]byte(quoted[at:]))
		}
	}
	return k
}

// begins reports whether text, of words bytes at least, begins with a name.
func (k *name) begins(text []byte) bool {
	if k.plain {
		return len(text) >= len(k.text) && string(text[:len(k.text)]) == k.text
	}
	t := text[:words]
	return binary.LittleEndian.Uint64(t)^k.words[0]|
		binary.LittleEndian.Uint64(t[k.second:])^k.words[1]|
		binary.LittleEndian.Uint64(t[k.third:])^k.words[2] == 0
}

// expect reads a name of the vocabulary that was expected behind another one. It
// gives which one, and its length, or false.
func (n *names) expect(text []byte, before int) (which, size int, ok bool) {
	if len(n.known) == 0 {
		return 0, 0, false
	}
	e := &n.after[before]
	if k := &n.known[e[0]]; k.begins(text) {
		return int(e[0]), len(k.text) - 1, true
	}
	if k := &n.known[e[1]]; k.begins(text) {
		e[0], e[1] = e[1], e[0]
		return int(e[0]), len(k.text) - 1, true
	}
	return 0, 0, false
}

// look looks a name up, and expects it behind the one before from now on.
func (n *names) look(text []byte, before int) int {
	i, ok := n.index[string(text)]
	if !ok {
		return Other
	}
	e := &n.after[before]
	e[0], e[1] = i, e[0]
	return int(i)
}

// behind is where a name stands in after.
func (n *names) behind(which int) int {
	if which == Other {
		return len(n.known)
	}
	return which
}

// first is where the first name of a record is expected.
func (n *names) first() int { return len(n.known) + 1 }
