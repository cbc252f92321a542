package scan

import "math/bits"

// marks say of each 64 bytes what stands where: the quotes that begin or end a
// string, and the brackets outside of strings. In plain Go it costs less to look at
// the few of these again than to tell them apart: opens has there whatever may be
// a bracket.
type marks struct{ quotes, opens, closes [stride]uint64 }

// carry is what one block leaves to the next.
type carry struct {
	escaped  uint64 // 1 where the next byte is escaped
	inString uint64 // all ones inside a string
	control  uint64 // not zero where a string so far holds a control character
}

// stride is how many blocks are marked at a time: their text stays near, and
// what is behind them is not marked before it is asked for.
const stride = 256

// more marks blocks up to the one given, and some behind it. It reports whether
// there are as many.
func (t *Text) more(block int) bool {
	if block >= t.blocks {
		return false
	}
	for t.first+t.marked <= block {
		t.marks, t.last, t.before = t.last, t.marks, t.first
		t.first += t.marked
		rest := t.text[t.first*64:]
		if t.marked = min(stride, len(rest)/64); t.marked > 0 {
			find(rest, t.marked, t.marks, &t.carry, t.members.bytes)
			continue
		}
		var last [64]byte // the end of the text, as white space behind it
		for i := copy(last[:], rest); i < 64; i++ {
			last[i] = ' '
		}
		t.marked = 1
		find(last[:], 1, t.marks, &t.carry, t.members.bytes)
	}
	return true
}

// Quote is the first quote from a place of the record on that begins or ends a
// string, behind the record's last one another's; or -1 where nothing says so any
// longer: that was marked too long ago, as in records of some kilobytes it may be.
func (m *Members) Quote(at int) int {
	t, i := m.text, m.start+at
	of, block, n := t.marks, i>>6-t.first, t.marked
	if block < 0 {
		of, block, n = t.last, i>>6-t.before, t.first-t.before
	}
	// As in near.
	if b := uint(block); b < stride-1 && block+1 < n { //nolint:gosec // what lies before is very large
		if w := of.quotes[b]>>(i&63) | of.quotes[b+1]<<1<<(^i&63); w != 0 {
			return at + bits.TrailingZeros64(w)
		}
	}
	return m.far(at)
}

// far is Quote, a block after the other.
func (m *Members) far(at int) int {
	t, i := m.text, m.start+at
	for block, from := i>>6, ^uint64(0)<<(i&63); block >= t.before && block < t.first+t.marked; block++ {
		of, b := t.marks, block-t.first
		if b < 0 {
			of, b = t.last, block-t.before
		}
		if w := of.quotes[b%stride] & from; w != 0 {
			return block<<6 + bits.TrailingZeros64(w) - m.start
		}
		from = ^uint64(0)
	}
	return -1
}

// escapes are the bytes behind a backslash that is not itself behind one, and
// whether the next block begins with such a byte.
func escapes(slashes, escaped uint64) (behind, next uint64) {
	const even = 0x5555555555555555
	slashes &^= escaped
	follows := slashes<<1 | escaped
	odd := slashes &^ even &^ follows
	sum := odd + slashes
	if sum < odd {
		next = 1
	}
	return (even ^ sum<<1) & follows, next
}
