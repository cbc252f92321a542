package scan

import (
	"encoding/binary"
	"math/bits"
)

// findAnywhere is find in plain Go, eight bytes at a time.
func findAnywhere(text []byte, n int, out *marks, c *carry) {
	escaped, inString := c.escaped, c.inString
	for i := range min(n, stride) {
		block := (*[64]byte)(text[i*64:])
		quotes, brackets, slashed, indented, ascii := findASCII(block)
		if !ascii {
			quotes, brackets, slashed = findBytes(block)
			indented = false
		}
		controls := uint64(0)
		switch {
		case slashed || escaped != 0:
			var slashes, behind uint64
			slashes, controls = findRare(block)
			behind, escaped = escapes(slashes, escaped)
			quotes &^= behind
		case indented:
			controls = findControls(block)
		}
		in := inside(quotes) ^ inString
		inString = uint64(int64(in) >> 63) //nolint:gosec // the highest bit, everywhere
		c.control |= in & controls
		var opens, closes uint64
		for b := brackets &^ in; b != 0; b &= b - 1 {
			switch block[bits.TrailingZeros64(b)&63] {
			case '{', '[':
				opens |= b & -b
			case '}', ']':
				closes |= b & -b
			}
		}
		out.quotes[i], out.opens[i], out.closes[i] = quotes, opens, closes
	}
	c.escaped, c.inString = escaped, inString
}

// findASCII finds in a block of ASCII the quotes, what may be brackets, and
// whether there are backslashes, and control characters, as where lines end. It
// is of no use where not all is ASCII.
func findASCII(block *[64]byte) (quotes, brackets uint64, slashed, indented, ascii bool) {
	p := &patternsOfASCII
	w, r := words8{}, rare8{^uint64(0), ^uint64(0)}
	x := binary.LittleEndian.Uint64(block[0:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[8:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[16:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[24:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[32:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[40:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[48:])
	w, r = w.and(x, p), r.and(x, p)
	x = binary.LittleEndian.Uint64(block[56:])
	w, r = w.and(x, p), r.and(x, p)
	return transposed(^w.notQuotes), transposed(^w.notBrackets), r.noSlash&high != high, r.noControl&high != high, w.any&high == 0
}

// words8 is what eight words of ASCII say, one after another. The highest bit of
// a byte is free there, so that a sum says in it whether the byte was large
// enough: 7f more than what is not zero. What may be a bracket is one of
// Y [ ] _ y { } DEL, of which hardly any others stand outside of strings.
type words8 struct{ any, notQuotes, notBrackets uint64 }

// rare8 is what hardly any of eight words say.
type rare8 struct{ noSlash, noControl uint64 }

// patterns are constants that are faster to load than to spell out.
type patterns struct{ spaces, slashes, quotes, braces, folded, low, high uint64 }

var patternsOfASCII = patterns{every * (0x80 - ' '), every * '\\', every * '"', every * '{', every * 0xd9, low, high}

// and moves what the words before have found by one bit, and the next one's
// beside it: eight of them are transposed.
func (w words8) and(x uint64, p *patterns) words8 {
	return words8{
		w.any | x,
		w.notQuotes>>1 | (x^p.quotes+p.low)&p.high,
		w.notBrackets>>1 | ((x^p.braces)&p.folded+p.low)&p.high,
	}
}

func (r rare8) and(x uint64, p *patterns) rare8 {
	return rare8{r.noSlash & (x ^ p.slashes + p.low), r.noControl & (x + p.spaces)}
}

// findControls finds the control characters of a block of ASCII.
func findControls(block *[64]byte) uint64 {
	none, p := uint64(0), &patternsOfASCII
	for k := 0; k < 64; k += 8 {
		none = none>>1 | (binary.LittleEndian.Uint64(block[k:])+p.spaces)&p.high
	}
	return transposed(^none)
}

// transposed has the bit k of the byte j as the bit j of the byte k; see Warren,
// Hacker's Delight, section 7-3.
func transposed(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// findBytes is findASCII for a block of any bytes, which takes control characters
// for backslashes.
func findBytes(block *[64]byte) (quotes, brackets uint64, slashed bool) {
	found := uint64(0)
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(block[k:])
		quotes |= gather(zeros(x^every*'"')) << k
		// Brackets, and X Y Z \ ^ _ x y z | ~ DEL, of which hardly any
		// stand outside of strings.
		brackets |= gather(x&(x<<2)&(x<<3)<<1&high) << k
		// Whether there are any of these: most blocks have none.
		s := x ^ every*'\\'
		found |= (x-every*' ')&^x | (s-every)&^s
	}
	return quotes, brackets, found&high != 0
}

// findRare finds the backslashes and the control characters of a block.
func findRare(block *[64]byte) (slashes, controls uint64) {
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(block[k:])
		slashes |= gather(zeros(x^every*'\\')) << k
		controls |= gather(zeros(x&(every*0xe0))) << k
	}
	return slashes, controls
}

const (
	every = 0x0101010101010101
	high  = every * 0x80
	low   = every * 0x7f
)

// zeros has the highest bit of each byte of x that is zero, and no other bit:
// exact, unlike the shorter way, which a borrow spoils.
func zeros(x uint64) uint64 { return ^(x&low + low | x | low) }

// gather moves the highest bits of eight bytes, with nothing else in them, into
// one byte.
func gather(x uint64) uint64 { return x >> 7 * 0x0102040810204080 >> 56 }
