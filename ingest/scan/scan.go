// Package scan finds the records of a CloudTrail log file, and their top-level
// members, in text that nothing has parsed. Nearly every record of an archive
// has nothing to do with the question: it needs to be counted in its place, and
// parsing it would cost more than inflating it.
//
// # What is exact
//
// Text is JSON (RFC 8259). Which quotes begin and end strings, with any number
// of backslashes before them, and which brackets stand outside strings, is
// known for every byte: see marks. From them follow the end of every string
// and of every nested value, and so where a record ends, at which depth a name
// stands, and that a name inside a string is none.
//
// # What is checked
//
// The top level of a record is read in full: names, colons, commas, and values
// that are neither strings nor nested. Of strings it is checked that no control
// character is in them. Inside nested values brackets are balanced, and nothing
// else is looked at: a caller that wants what is in them parses them, and may
// find that they are no JSON.
//
// # Doubt
//
// Whatever is not as it should be is [Unsure], and left to a parser: this
// package says nothing about damage.
//
// # Names
//
// A caller has a vocabulary, and is told where the value of each of its names
// stands. That a record says a name twice is told, and is for the caller.
//
// # Marks
//
// For each 64 bytes there are three words of 64 bits: quotes that begin or end
// a string, opening and closing brackets outside of strings; after Langdale and
// Lemire, Parsing Gigabytes of JSON per Second, https://arxiv.org/abs/1902.08318.
// The bytes are compared 64 at a time where the processor has AVX-512, 32 where it
// has AVX2, and eight at a time in plain Go anywhere. Where there is AVX2, members
// that are written as usual are read in assembly too; the build tag purego leaves
// all of it out.
package scan

import (
	"encoding/binary"
	"math/bits"
)

// Found is what the scan met.
type Found uint8

// What the scan can meet.
const (
	Record Found = iota // a record, and its members
	End                 // the bracket that closes the list
	Short               // the text at hand ends first
	Unsure              // something else
)

// Bytes are those that a text has, as far as that is known without a look at it.
type Bytes uint8

// The bytes that a text can have.
const (
	AnyBytes Bytes = iota
	ASCII
	Plain // ASCII, and no control characters
)

// Members are the top-level members of a record. Places are counted from the
// record's first byte.
type Members struct {
	Said   uint64   // a bit for each name of the vocabulary that is said
	Nested uint64   // the same of those whose values are objects or lists
	Twice  bool     // one of them is, twice
	Others []Member // those with other names, in the record's order
	values [MaxNames]span
	text   *Text // which has the marks
	bytes  Bytes // of the text
	start  int   // of the record in it
}

// Member is a member with a name that the vocabulary has not: where its name,
// without quotes, and its value are.
type Member struct {
	Name, NameEnd int32
	span
}

// ASCII reports whether the record surely has nothing but ASCII in it.
func (m *Members) ASCII() bool { return m.bytes != AnyBytes }

type span struct{ Value, End int32 }

// Value is the value of a name of the vocabulary that the record says.
func (m *Members) Value(record []byte, which int) []byte {
	at := &m.values[which]
	return record[at.Value:at.End]
}

// Text is a stretch of text under the scan.
type Text struct {
	text    []byte
	blocks  int // of 64 bytes, the last one perhaps less
	marks   *marks
	first   int    // block of the first mark
	marked  int    // of marks
	last    *marks // of the blocks before first
	before  int    // block of the first of those
	carry   carry
	names   *names
	members Members
	twice   uint64 // of the names, those that the record at hand has said twice
	gap     gap
}

// NewText makes a Text to be Reset, with a vocabulary.
func NewText(vocabulary []string) *Text {
	t := &Text{names: newNames(vocabulary), marks: new(marks), last: new(marks), gap: gap{spelling: unspelt}}
	t.members.text = t
	return t
}

// Reset begins a stretch, whose first byte stands outside of strings.
func (t *Text) Reset(text []byte, bytes Bytes) {
	t.members.bytes = bytes
	t.text, t.blocks = text, (len(text)+63)/64
	t.first, t.marked, t.before, t.carry = 0, 0, 0, carry{}
}

// Space is the first byte from i on that is no white space.
func (t *Text) Space(i int) int {
	if i < len(t.text) && t.text[i] > ' ' {
		return i
	}
	return t.space(i)
}

func (t *Text) space(i int) int {
	for i < len(t.text) && (t.text[i] == ' ' || t.text[i] == '\n' || t.text[i] == '\t' || t.text[i] == '\r') {
		i++
		for i+8 <= len(t.text) { // indentation
			n := bits.TrailingZeros64(binary.LittleEndian.Uint64(t.text[i:])^every*' ') / 8
			if i += n; n < 8 {
				break
			}
		}
	}
	return i
}

// Record reads the element of a list at i, behind white space, or the end of
// the list, and gives where that is. Of a record it gives its members and where
// it ends; the members are valid until the next call.
func (t *Text) Record(i int) (members *Members, end int, found Found) {
	text, m := t.text, &t.members
	if i >= len(text) {
		return nil, i, Short
	}
	switch text[i] {
	case ']':
		return nil, i, End
	case '{':
	default:
		return nil, i, Unsure
	}
	m.Said, m.Nested, m.Others, t.twice = 0, 0, m.Others[:0], 0
	start, before := i, &t.names.first
	m.start = start
	if i = t.Space(i + 1); i < len(text) && text[i] == '}' {
		return nil, i, Unsure
	}
	for i < len(text) {
		name, at, read := t.usual(start, i, before)
		switch read {
		case nothing:
			if name, at, found = t.label(start, at, name); found != Record {
				return nil, at, found
			}
			fallthrough
		case named:
			if at = t.Space(at); at >= len(text) {
				return nil, start, Short
			}
			if at, found = t.value(start, at, name); found != Record {
				return nil, at, found
			}
		case cut:
			return nil, start, t.unless(Short)
		}
		if before, i = name, t.Space(at); i >= len(text) {
			break
		}
		switch text[i] {
		case ',':
			comma := i
			i = t.Space(i + 1)
			t.gap.between(text, comma, i)
		case '}':
			m.Twice = t.twice != 0
			return m, i + 1, t.unless(Record)
		default:
			return nil, i, Unsure
		}
	}
	return nil, start, Short
}

// label reads a member's name at i, of a record that begins at start, behind
// another name, and gives where its value begins.
func (t *Text) label(start, i int, before *name) (name *name, value int, found Found) {
	text := t.text
	if text[i] != '"' {
		return nil, i, Unsure
	}
	at := i + 1
	name, n := t.name(at, before)
	if n < 0 {
		return nil, start, t.unless(Short)
	}
	if i = t.Space(at + n + 1); i >= len(text) {
		return nil, start, Short
	}
	if text[i] != ':' {
		return nil, i, Unsure
	}
	if i = t.Space(i + 1); i >= len(text) {
		return nil, start, Short
	}
	if name.which == Other {
		t.members.Others = append(t.members.Others, Member{Name: int32(at - start), NameEnd: int32(at + n - start)}) //nolint:gosec // a stretch is at most some megabytes
	}
	return name, i, Record
}

// value reads the value of a name at i, and gives where it ends.
func (t *Text) value(start, i int, name *name) (end int, found Found) {
	switch t.text[i] {
	case '"':
		end = t.quote(i+1) + 1
	case '{', '[':
		end = t.nested(i) + 1
		t.members.Nested |= name.bit
	default:
		n, found := literal(t.text[i:])
		if found != Record {
			return start, found
		}
		end = i + n
	}
	if end == 0 { // behind -1
		return start, t.unless(Short)
	}
	at := span{int32(i - start), int32(end - start)} //nolint:gosec // as above
	if others := t.members.Others; name.which == Other {
		others[len(others)-1].span = at
	} else {
		t.say(name, at)
	}
	return end, Record
}

// say notes where the value of a name stands.
func (t *Text) say(name *name, at span) {
	m := &t.members
	m.values[name.which&(MaxNames-1)] = at
	t.twice |= m.Said & name.bit
	m.Said |= name.bit
}

// name reads the name at i, behind its quote, and gives its length as well, or
// -1 where the text ends first.
func (t *Text) name(i int, before *name) (k *name, n int) {
	if i+words <= len(t.text) {
		for e, k := range before.after {
			if k.begins((*[words]byte)(t.text[i:])) {
				before.after[0], before.after[e] = k, before.after[0]
				return k, k.length
			}
		}
	}
	end := t.quote(i)
	if end < 0 {
		return nil, -1
	}
	return t.names.look(t.text[i:end], before), end - i
}

// Behind reads what stands behind an element, at i: a comma, and it gives where
// the next record begins; or the end of the list, and it gives where that is.
func (t *Text) Behind(i int) (next int, found Found) {
	if i = t.Space(i); i >= len(t.text) {
		return i, Short
	}
	switch t.text[i] {
	case ']':
		return i, End
	case ',':
		if next = t.Space(i + 1); next >= len(t.text) {
			return i, Short
		}
		if t.text[next] == '{' {
			return next, Record
		}
	}
	return i, Unsure
}

// unless is what was found, unless a string so far holds a control character.
func (t *Text) unless(found Found) Found {
	if t.carry.control != 0 {
		return Unsure
	}
	return found
}

// quote is the next quote from i on that begins or ends a string, or -1. What is
// asked for lies never before what was asked for last.
func (t *Text) quote(i int) int {
	block, from := i>>6, ^uint64(0)<<(i&63)
	for ; ; block++ {
		if block-t.first >= t.marked && !t.more(block) {
			return -1
		}
		if m := t.marks.quotes[uint(block-t.first)%stride] & from; m != 0 {
			return block<<6 + bits.TrailingZeros64(m)
		}
		from = ^uint64(0)
	}
}

// nested is the bracket that closes the one at i, or -1.
func (t *Text) nested(i int) int {
	text, block, depth := t.text, i>>6, 0
	from := ^uint64(0) << (i & 63)
	for ; ; block++ {
		if block-t.first >= t.marked && !t.more(block) {
			return -1
		}
		at := uint(block-t.first) % stride
		for b := (t.marks.opens[at] | t.marks.closes[at]) & from; b != 0; b &= b - 1 {
			p := block<<6 + bits.TrailingZeros64(b)
			switch text[p] | 0x20 {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					return p
				}
			}
		}
		from = ^uint64(0)
	}
}

// literal is the length of a number, true, false or null, RFC 8259, sections 3
// and 6. What the text ends with may go on.
func literal(text []byte) (int, Found) {
	for _, word := range [...]string{"null", "true", "false"} {
		if text[0] != word[0] {
			continue
		}
		switch n := min(len(text), len(word)); {
		case string(text[:n]) != word[:n]:
			return 0, Unsure
		case len(text) <= len(word):
			return 0, Short
		}
		return len(word), Record
	}
	n := 0
	if text[0] == '-' {
		n++
	}
	first := n
	for n < len(text) && text[n] >= '0' && text[n] <= '9' {
		n++
	}
	switch {
	case n == len(text):
		return 0, Short
	case n == first, n-first > 1 && text[first] == '0':
		return 0, Unsure
	}
	switch text[n] {
	case '.', 'e', 'E': // fractions and powers do not stand at a record's top level
		return 0, Unsure
	}
	return n, Record
}
