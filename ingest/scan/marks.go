package scan

// masks says of 64 bytes which are quotes, backslashes, opening and closing
// brackets, and control characters, wherever they stand.
type masks struct{ quotes, slashes, opens, closes, controls uint64 }

// carry is what one block leaves to the next.
type carry struct {
	escaped  uint64 // 1 where the next byte is escaped
	inString uint64 // all ones inside a string
	control  bool   // a string so far holds a control character
}

// stride is how many blocks are marked at a time: their text stays near.
const stride = 32

// more marks blocks up to the one given, and some behind it. It reports whether
// there are as many.
func (t *Text) more(at int) bool {
	if at >= len(t.marks) {
		return false
	}
	var found [stride]masks
	for t.marked <= at {
		begin := t.marked * 64
		n := min(stride, len(t.marks)-t.marked)
		if rest := t.text[begin:]; len(rest) >= n*64 {
			find(rest, found[:n])
		} else {
			whole := len(rest) / 64
			if whole > 0 {
				find(rest, found[:whole])
			}
			var last [64]byte // the end of the text, as white space behind it
			for i := copy(last[:], rest[whole*64:]); i < 64; i++ {
				last[i] = ' '
			}
			find(last[:], found[whole:n])
		}
		t.resolve(found[:n])
	}
	return true
}

// resolve marks blocks.
func (t *Text) resolve(found []masks) {
	escaped, inString := t.carry.escaped, t.carry.inString
	out := t.marks[t.marked : t.marked+len(found)]
	control := uint64(0)
	for i := range found {
		f := &found[i]
		quotes := f.quotes
		if f.slashes|escaped != 0 {
			var behind uint64
			behind, escaped = escapes(f.slashes, escaped)
			quotes &^= behind
		}
		in := quotes
		in ^= in << 1
		in ^= in << 2
		in ^= in << 4
		in ^= in << 8
		in ^= in << 16
		in ^= in << 32
		in ^= inString
		inString = uint64(int64(in) >> 63) //nolint:gosec // the highest bit, everywhere
		control |= f.controls & in
		out[i] = mark{quotes, f.opens &^ in, f.closes &^ in}
	}
	t.carry = carry{escaped, inString, t.carry.control || control != 0}
	t.marked += len(found)
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
