package scan

import "encoding/binary"

// names is a vocabulary, and which of its names follow which: records of an
// archive say nearly the same names in nearly the same order, so that a look at
// the one expected is mostly all that a name costs.
type names struct {
	index map[string]*name
	first name // no name: what stands before the first one of a record
	other name // any that the vocabulary has not
}

// name is a name of the vocabulary, as records spell it: with the quote and the
// colon behind it, in three words, and which of their bits it has.
type name struct {
	words, masks [3]uint64
	length       int // without quote and colon
	which        int // in the vocabulary, or Other
	bit          uint64
	after        [2]*name // the two that came last behind it
}

// none is a name that no text is: it has a bit that it has not.
var none = name{words: [3]uint64{1}}

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
	n := &names{index: make(map[string]*name, len(vocabulary)), first: unnamed(), other: unnamed()}
	for i, text := range vocabulary {
		k := unnamed()
		k.which, k.length, k.bit = i, len(text), 1<<i
		k.spell(text + `":`)
		n.index[text] = &k
	}
	return n
}

// unnamed is a name of no text, behind which nothing is expected yet.
func unnamed() name { return name{words: none.words, which: Other, after: [2]*name{&none, &none}} }

// spell has a name known by its text, if the words hold that. Others are looked
// up.
func (k *name) spell(text string) {
	if len(text) > words {
		return
	}
	var spelled, mask [words]byte
	for i := range copy(spelled[:], text) {
		mask[i] = 0xff
	}
	for i := range k.words {
		k.words[i] = binary.LittleEndian.Uint64(spelled[8*i:])
		k.masks[i] = binary.LittleEndian.Uint64(mask[8*i:])
	}
}

// begins reports whether text begins with a name, its quote and a colon.
func (k *name) begins(text *[words]byte) bool {
	first := binary.LittleEndian.Uint64(text[0:])&k.masks[0] ^ k.words[0]
	second := binary.LittleEndian.Uint64(text[8:])&k.masks[1] ^ k.words[1]
	third := binary.LittleEndian.Uint64(text[16:])&k.masks[2] ^ k.words[2]
	return first|second|third == 0
}

// look looks a name up, and expects it behind the one before from now on.
func (n *names) look(text []byte, before *name) *name {
	k := n.index[string(text)]
	if k == nil {
		return &n.other
	}
	if k.masks[0] != 0 && before.after[0] != k {
		before.after = [2]*name{k, before.after[0]}
	}
	return k
}
