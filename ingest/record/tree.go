package record

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// tree is where the values of a JSON text stand, all of them, in one list. It
// holds no copies: it is valid as long as the text, and until the next read.
type tree struct {
	raw   []byte
	items []item
	order []int32  // of every object, its names in order, as places in items
	names []byname // of the objects that are being read, outermost first

	// sure says that the text is JSON for any reader, means the same to all of
	// them, and that its canonical form (RFC 8785) is a matter of order and white
	// space: no name is said twice or has escapes, text is valid UTF-8 without \u
	// and \/, numbers are integers of few digits. Nearly every record is so. Where
	// it is false, the library is to be asked.
	sure bool
}

// item is a name or a value.
type item struct {
	kind     byte // its first letter, or '0' of a number
	verbatim bool // text of ASCII without escapes
	from, to int32
	next     int32 // the item behind it and all that is in it
	order    int32 // of an object, where its names begin in order
	members  int32 // how many it has
}

// byname is a name to sort by: its first eight letters decide in most cases.
type byname struct {
	first uint64
	at    int32
}

const (
	// maxNested is how deep values may be nested, as in the library.
	maxNested = 10000
	// maxItems is how many items are kept room for from one text to the next.
	maxItems = 1 << 14
)

// read reads a text. It reports false where the text is no JSON value.
func (t *tree) read(raw []byte) bool {
	if cap(t.items) > maxItems {
		*t = tree{}
	}
	t.raw, t.items, t.order, t.names, t.sure = raw, t.items[:0], t.order[:0], t.names[:0], true
	end := t.value(space(raw, 0), 0)
	return end > 0 && space(raw, end) == len(raw)
}

// value reads the value at i, and gives the offset behind it; -1 where it is none.
func (t *tree) value(i, depth int) int {
	if i >= len(t.raw) {
		return -1
	}
	switch c := t.raw[i]; c {
	case '"':
		return t.text(i)
	case '{', '[':
		if depth == maxNested {
			return -1
		}
		at := len(t.items)
		t.add(c, i, 0)
		if i = space(t.raw, i+1); i < len(t.raw) && t.raw[i] == c+2 { // its bracket
			i++
		} else if c == '{' {
			i = t.members(i, at, depth+1)
		} else {
			i = t.elements(i, depth+1)
		}
		t.items[at].to, t.items[at].next = int32(i), int32(len(t.items))
		return i
	case 't':
		return t.literal(i, "true")
	case 'f':
		return t.literal(i, "false")
	case 'n':
		return t.literal(i, "null")
	}
	return t.number(i)
}

// add adds an item with nothing in it. It is filled where it stands: to copy one
// that was just filled takes as long as to read a word.
func (t *tree) add(kind byte, from, to int) *item {
	n := len(t.items)
	if n == cap(t.items) {
		t.items = append(t.items, item{})
	}
	t.items = t.items[:n+1]
	it := &t.items[n]
	it.kind, it.verbatim = kind, false
	it.from, it.to, it.next = int32(from), int32(to), int32(n+1)
	it.order, it.members = 0, 0
	return it
}

// elements reads the elements of an array, the first of which stands at i.
func (t *tree) elements(i, depth int) int {
	for {
		if i = t.value(i, depth); i < 0 {
			return -1
		}
		if i = space(t.raw, i); i >= len(t.raw) {
			return -1
		}
		switch t.raw[i] {
		case ']':
			return i + 1
		case ',':
			i = space(t.raw, i+1)
		default:
			return -1
		}
	}
}

// members reads the members of an object, the first of which stands at i.
func (t *tree) members(i, object, depth int) int {
	outer := len(t.names)
	for {
		if i >= len(t.raw) || t.raw[i] != '"' {
			return -1
		}
		name := len(t.items)
		if i = t.text(i); i < 0 {
			return -1
		}
		t.names = append(t.names, byname{t.first(name), int32(name)})
		if i = space(t.raw, i); i >= len(t.raw) || t.raw[i] != ':' {
			return -1
		}
		if i = t.value(space(t.raw, i+1), depth); i < 0 {
			return -1
		}
		if i = space(t.raw, i); i >= len(t.raw) {
			return -1
		}
		switch t.raw[i] {
		case '}':
			t.settle(object, outer)
			return i + 1
		case ',':
			i = space(t.raw, i+1)
		default:
			return -1
		}
	}
}

// first is the first eight letters of a name. Of names that are not ASCII as
// they are written the tree is never sure: their order hangs on more.
func (t *tree) first(name int) uint64 {
	it := &t.items[name]
	t.sure = t.sure && it.verbatim
	at, n := int(it.from)+1, int(it.to-it.from)-2
	if at+8 <= len(t.raw) {
		word := binary.BigEndian.Uint64(t.raw[at:])
		if n < 8 {
			word &^= ^uint64(0) >> (8 * n)
		}
		return word
	}
	var short [8]byte
	copy(short[:], t.raw[at:at+n])
	return binary.BigEndian.Uint64(short[:])
}

// fewNames is how many are sorted by insertion.
const fewNames = 48

// settle puts the names of an object in order, those from outer on, and sees
// whether one is said twice.
func (t *tree) settle(object, outer int) {
	names := t.names[outer:]
	if len(names) <= fewNames {
		for i := 1; i < len(names); i++ {
			n, j := names[i], i
			for ; j > 0 && (n.first < names[j-1].first || n.first == names[j-1].first && t.compare(n, names[j-1]) < 0); j-- {
				names[j] = names[j-1]
			}
			names[j] = n
		}
	} else {
		slices.SortFunc(names, t.compare)
	}
	t.items[object].order, t.items[object].members = int32(len(t.order)), int32(len(names))
	for i, n := range names {
		if i > 0 && n.first == names[i-1].first && t.compare(n, names[i-1]) == 0 {
			t.sure = false
		}
		t.order = append(t.order, n.at)
	}
	t.names = t.names[:outer]
}

func (t *tree) compare(a, b byname) int {
	if a.first != b.first {
		return cmp.Compare(a.first, b.first)
	}
	return bytes.Compare(t.inner(int(a.at)), t.inner(int(b.at)))
}

// inner is a text as it is written, without its quotes.
func (t *tree) inner(at int) []byte { return t.raw[t.items[at].from+1 : t.items[at].to-1] }

// whole is a value as it is written.
func (t *tree) whole(at int) []byte { return t.raw[t.items[at].from:t.items[at].to] }

// text reads the string that begins at i.
func (t *tree) text(i int) int {
	from, verbatim, ascii := i, true, true
	for i++; ; i++ {
		if i = remarkable(t.raw, i); i >= len(t.raw) {
			return -1
		}
		switch c := t.raw[i]; {
		case c == '"':
			i++
			if !ascii && !utf8.Valid(t.raw[from:i]) {
				t.sure = false
			}
			t.add('"', from, i).verbatim = verbatim && ascii
			return i
		case c == '\\':
			if i++; i >= len(t.raw) {
				return -1
			}
			verbatim = false
			switch t.raw[i] {
			case '"', '\\', 'b', 'f', 'n', 'r', 't':
			case '/', 'u': // is spelt in another way, or not at all
				t.sure = false
			default:
				return -1
			}
		case c < ' ':
			return -1
		default:
			ascii = false
		}
	}
}

// remarkable is the first byte from i on that a string does not simply go on
// with: a quote, a backslash, a control character, or one that is not ASCII.
func remarkable(raw []byte, i int) int {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(raw); i += 8 {
		word := binary.LittleEndian.Uint64(raw[i:])
		quote, slash := word^'"'*ones, word^'\\'*ones // 0 where there is one
		// A borrow can only spoil what lies behind a byte that is found.
		if found := ((quote-ones)&^quote | (slash-ones)&^slash | (word-' '*ones)&^word | word) & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(raw); i++ {
		if c := raw[i]; c == '"' || c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			return i
		}
	}
	return i
}

func (t *tree) literal(i int, word string) int {
	end := i + len(word)
	if end > len(t.raw) || string(t.raw[i:end]) != word {
		return -1
	}
	t.add(word[0], i, end)
	return end
}

// maxDigits is how many digits of an integer a float64 surely holds, and prints
// as they are written.
const maxDigits = 15

// number reads the number that begins at i.
func (t *tree) number(i int) int {
	end, digits := numberEnd(t.raw, i)
	if end < 0 {
		return -1
	}
	if digits == 0 || digits > maxDigits || string(t.raw[i:end]) == "-0" {
		t.sure = false
	}
	t.add('0', i, end)
	return end
}
