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
// # Marks
//
// For each 64 bytes there are three words of 64 bits: quotes that begin or end
// a string, opening and closing brackets outside of strings; after Langdale and
// Lemire, Parsing Gigabytes of JSON per Second, https://arxiv.org/abs/1902.08318.
// The bytes are compared 32 at a time where the processor has AVX2, and eight
// at a time in plain Go anywhere; the build tag purego leaves out the former.
package scan

import "math/bits"

// Found is what the scan met.
type Found uint8

// What the scan can meet.
const (
	Record Found = iota // a record, and its members
	End                 // the bracket that closes the list
	Short               // the text at hand ends first
	Unsure              // something else
)

// Member is a top-level member of a record: where its name, without quotes, and
// its value are, counted from the record's first byte.
type Member struct{ Name, NameEnd, Value, End int32 }

// Text is a stretch of text under the scan.
type Text struct {
	text    []byte
	marks   []mark
	marked  int // of marks
	carry   carry
	members []Member
}

// mark says of 64 bytes what stands where.
type mark struct{ quotes, opens, closes uint64 }

// Reset begins a stretch, whose first byte stands outside of strings.
func (t *Text) Reset(text []byte) {
	t.text = text
	t.marked, t.carry = 0, carry{}
	blocks := (len(text) + 63) / 64
	if cap(t.marks) < blocks {
		t.marks = make([]mark, blocks+blocks/4)
	}
	t.marks = t.marks[:blocks]
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
	}
	return i
}

// Record reads the element of a list at i, behind white space, or the end of
// the list, and gives where that is. Of a record it gives its members and where
// it ends; the members are valid until the next call.
func (t *Text) Record(i int) (members []Member, end int, found Found) {
	if i >= len(t.text) {
		return nil, i, Short
	}
	switch t.text[i] {
	case ']':
		return nil, i, End
	case '{':
	default:
		return nil, i, Unsure
	}
	start := i
	t.members = t.members[:0]
	if i = t.Space(i + 1); i < len(t.text) && t.text[i] == '}' {
		return nil, i, Unsure
	}
	for i < len(t.text) {
		if t.text[i] != '"' {
			return nil, i, Unsure
		}
		m := Member{Name: int32(i + 1 - start)} //nolint:gosec // a stretch is at most some megabytes
		if i = t.quote(i + 1); i < 0 {
			return nil, start, t.unless(Short)
		}
		m.NameEnd = int32(i - start) //nolint:gosec // as above
		if i = t.Space(i + 1); i >= len(t.text) {
			break
		}
		if t.text[i] != ':' {
			return nil, i, Unsure
		}
		if i = t.Space(i + 1); i >= len(t.text) {
			break
		}
		m.Value = int32(i - start) //nolint:gosec // as above
		switch t.text[i] {
		case '"':
			i = t.quote(i+1) + 1
		case '{', '[':
			i = t.nested(i) + 1
		default:
			n, found := literal(t.text[i:])
			if found != Record {
				return nil, start, found
			}
			i += n
		}
		if i == 0 { // behind -1
			return nil, start, t.unless(Short)
		}
		m.End = int32(i - start) //nolint:gosec // as above
		t.members = append(t.members, m)
		if i = t.Space(i); i >= len(t.text) {
			break
		}
		switch t.text[i] {
		case ',':
			i = t.Space(i + 1)
		case '}':
			return t.members, i + 1, t.unless(Record)
		default:
			return nil, i, Unsure
		}
	}
	return nil, start, Short
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
	if t.carry.control {
		return Unsure
	}
	return found
}

// quote is the next quote from i on that begins or ends a string, or -1.
func (t *Text) quote(i int) int {
	at := i >> 6
	if at >= t.marked && !t.more(at) {
		return -1
	}
	if m := t.marks[at].quotes >> (i & 63); m != 0 {
		return i + bits.TrailingZeros64(m)
	}
	for at++; ; at++ {
		if at >= t.marked && !t.more(at) {
			return -1
		}
		if m := t.marks[at].quotes; m != 0 {
			return at<<6 + bits.TrailingZeros64(m)
		}
	}
}

// nested is the bracket that closes the one at i, or -1.
func (t *Text) nested(i int) int {
	at, depth := i>>6, 0
	from := ^uint64(0) << (i & 63)
	for ; ; at++ {
		if at >= t.marked && !t.more(at) {
			return -1
		}
		opens, closes := t.marks[at].opens&from, t.marks[at].closes&from
		from = ^uint64(0)
		n := bits.OnesCount64(closes)
		if depth > n {
			depth += bits.OnesCount64(opens) - n
			continue
		}
		for c, k := closes, 1; c != 0; c, k = c&(c-1), k+1 {
			p := bits.TrailingZeros64(c)
			if depth+bits.OnesCount64(opens&(1<<p-1)) == k {
				return at<<6 + p
			}
		}
		depth += bits.OnesCount64(opens) - n
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
