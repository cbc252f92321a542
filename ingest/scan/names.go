package scan

import "encoding/binary"

// names is a vocabulary, and which of its names follow which: records of an
// archive say nearly the same names in nearly the same order, so that a look at
// the one expected is mostly all that a name costs.
type names struct {
	known []name // of the vocabulary, and none
	index map[string]int16
	after []expected // by the name before; then by any other, and at a record's beginning
}

// name is a name of the vocabulary, with the quote behind it, as three words that
// overlap.
type name struct {
	length int32 // without the quote
	second uint8 // where the second word stands: at 8, or it is the first once more
	third  uint8 // where the third word stands
	words  [3]uint64
}

// none is a name that no text is: its first two words are not the same.
var none = name{words: [3]uint64{1, 2}}

// expected are the two names that came last behind another.
type expected [2]int16

// words is the most that three words of eight bytes hold.
const words = 3 * 8

// MaxNames is how many names a vocabulary may have.
const MaxNames = 64

// Other is what a name is that the vocabulary has not.
const Other = -1

func newNames(vocabulary []string) *names {
	if len(vocabulary) > MaxNames {
		panic("a vocabulary has too many names")
	}
	n := &names{index: make(map[string]int16, len(vocabulary)), after: make([]expected, len(vocabulary)+2)}
	for i := range n.after { // nothing yet
		n.after[i] = expected{int16(len(vocabulary)), int16(len(vocabulary))} //nolint:gosec // a vocabulary is small
	}
	for i, text := range vocabulary {
		n.index[text] = int16(i) //nolint:gosec // as above
		n.known = append(n.known, newName(text))
	}
	n.known = append(n.known, none)
	return n
}

func newName(text string) name {
	if !expectable(text) {
		return none
	}
	k, quoted := name{length: int32(len(text))}, text+`"` //nolint:gosec // a name is short
	if len(quoted) >= 16 {
		k.second = 8
	}
	k.third = uint8(len(quoted) - 8) //nolint:gosec // at most words
	for i, at := range []uint8{0, k.second, k.third} {
		k.words[i] = binary.LittleEndian.Uint64([]byte(quoted[at:]))
	}
	return k
}

// expectable reports whether three words hold a name and its quote. Others are
// looked up.
func expectable(text string) bool { return len(text) >= 7 && len(text) < words }

// begins reports whether text begins with a name.
func (k *name) begins(text *[words]byte) bool {
	first := binary.LittleEndian.Uint64(text[:]) ^ k.words[0]
	second := binary.LittleEndian.Uint64(text[k.second&8:]) ^ k.words[1]
	third := binary.LittleEndian.Uint64(text[min(k.third, words-8):]) ^ k.words[2]
	return first|second|third == 0
}

// expect reads a name that was expected behind another one, and gives which one
// it is, or [Other].
func (n *names) expect(text *[words]byte, before int) int {
	e := &n.after[before]
	if n.known[e[0]].begins(text) {
		return int(e[0])
	}
	if n.known[e[1]].begins(text) {
		e[0], e[1] = e[1], e[0]
		return int(e[0])
	}
	return Other
}

// look looks a name up, and expects it behind the one before from now on.
func (n *names) look(text []byte, before int) int {
	i, ok := n.index[string(text)]
	if !ok {
		return Other
	}
	if e := &n.after[before]; expectable(string(text)) {
		e[0], e[1] = i, e[0]
	}
	return int(i)
}

// behind is where a name stands in after.
func (n *names) behind(which int) int {
	if which == Other {
		return len(n.known) - 1
	}
	return which
}

// first is where the first name of a record is expected.
func (n *names) first() int { return len(n.known) }
