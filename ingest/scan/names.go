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

// name is a name of the vocabulary, spelt as in records, with the quote and the
// colon behind it.
type name struct {
	spelling
	length int // without quote and colon
	which  int // in the vocabulary, or Other
	bit    uint64
	after  [2]*name // the two that came last behind it
}

// none is a name that no text is.
var none = name{spelling: unspelt}

// spelling is a text of a few bytes, in four words, and which of their bits it
// has.
type spelling struct{ words, masks [4]uint64 }

// unspelt is what no text is: it has a bit that it has not.
var unspelt = spelling{words: [4]uint64{1}}

// words is the most that four words of eight bytes hold.
const words = 4 * 8

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
		k.spelling = spell(text + `":`)
		n.index[text] = &k
	}
	return n
}

// unnamed is a name of no text, behind which nothing is expected yet.
func unnamed() name {
	return name{spelling: unspelt, which: Other, after: [2]*name{&none, &none}}
}

// spell is the spelling of a text, if the words hold that.
func spell[T string | []byte](text T) spelling {
	if len(text) > words {
		return unspelt
	}
	var spelt, mask [words]byte
	for i := range copy(spelt[:], text) {
		mask[i] = 0xff
	}
	var k spelling
	for i := range k.words {
		k.words[i] = binary.LittleEndian.Uint64(spelt[8*i:])
		k.masks[i] = binary.LittleEndian.Uint64(mask[8*i:])
	}
	return k
}

// begins reports whether a text begins as it is spelt here.
func (k *spelling) begins(text *[words]byte) bool {
	different := binary.LittleEndian.Uint64(text[0:])&k.masks[0] ^ k.words[0]
	different |= binary.LittleEndian.Uint64(text[8:])&k.masks[1] ^ k.words[1]
	if k.masks[2] != 0 { // as of few
		different |= binary.LittleEndian.Uint64(text[16:])&k.masks[2] ^ k.words[2]
		different |= binary.LittleEndian.Uint64(text[24:])&k.masks[3] ^ k.words[3]
	}
	return different == 0
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
