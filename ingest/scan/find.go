package scan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// findAnywhere is find in plain Go, eight bytes at a time. Backslashes, of which
// there are few, are looked for by the library.
func findAnywhere(text []byte, n int, out *marks, c *carry, plain bool) {
	text = text[:n*64]
	escaped, inString, slash := c.escaped, c.inString, slashFrom(text, 0)
	for i := range min(n, stride) {
		block := (*[64]byte)(text[i*64:])
		var quotes, brackets, controls uint64
		if plain {
			quotes, brackets = findPlain(block)
		} else {
			quotes, brackets, controls = findBytes(block)
		}
		if end := i*64 + 64; slash < end || escaped != 0 {
			var behind uint64
			behind, escaped = escapes(findSlashes(block), escaped)
			quotes &^= behind
			slash = slashFrom(text, end)
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

// slashFrom is where the next backslash stands, or where the text ends.
func slashFrom(text []byte, from int) int {
	if n := bytes.IndexByte(text[from:], '\\'); n >= 0 {
		return from + n
	}
	return len(text)
}

// findPlain finds in a block the quotes, and what may be brackets, where there is
// nothing but ASCII, and no control characters, as in nearly all text: it is written
// out, since a loop takes longer.
func findPlain(block *[64]byte) (quotes, brackets uint64) {
	p, w := &patternsOfASCII, words8{}
	w = w.and(binary.LittleEndian.Uint64(block[0:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[8:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[16:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[24:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[32:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[40:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[48:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[56:]), p)
	return w.quotes(), w.brackets()
}

// findBytes is findPlain for a block of any bytes: it finds the control characters
// too.
func findBytes(block *[64]byte) (quotes, brackets, controls uint64) {
	p, w, any, none := &patternsOfASCII, words8{}, uint64(0), uint64(0)
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(block[k:])
		w, any, none = w.and(x, p), any|x, none>>1|(x+p.spaces)&p.high
	}
	if any&high != 0 { // it is not all ASCII
		return findEach(block)
	}
	return w.quotes(), w.brackets(), transposed(^none)
}

// words8 is what eight words of ASCII say, one after another. The highest bit of
// a byte is free there, so that a sum says in it whether the byte was large
// enough: 7f more than what is not zero. What may be a bracket is one of
// [ \ ] ^ _ { | } ~ DEL, of which hardly any others stand outside of strings: in
// lower case, they are the last ones.
type words8 struct{ notQuotes, mayBrackets uint64 }

func (w words8) quotes() uint64   { return transposed(^w.notQuotes) }
func (w words8) brackets() uint64 { return transposed(w.mayBrackets) }

// patterns are constants that are faster to load than to spell out.
type patterns struct{ spaces, quotes, lower, braces, low, high uint64 }

var patternsOfASCII = patterns{every * (0x80 - ' '), every * '"', every * 0x20, every * (0x80 - '{'), low, high}

// and moves what the words before have found by one bit, and the next one's
// beside it: eight of them are transposed.
func (w words8) and(x uint64, p *patterns) words8 {
	return words8{
		w.notQuotes>>1 | (x^p.quotes+p.low)&p.high,
		w.mayBrackets>>1 | ((x|p.lower)+p.braces)&p.high,
	}
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

// findEach is findBytes, whatever the bytes are, one word by itself after another.
func findEach(block *[64]byte) (quotes, brackets, controls uint64) {
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(block[k:])
		quotes |= gather(zeros(x^every*'"')) << k
		// Brackets, and X Y Z \ ^ _ x y z | ~ DEL, of which hardly any
		// stand outside of strings.
		brackets |= gather(x&(x<<2)&(x<<3)<<1&high) << k
		controls |= gather(zeros(x&(every*0xe0))) << k
	}
	return quotes, brackets, controls
}

// findSlashes finds the backslashes of a block.
func findSlashes(block *[64]byte) (slashes uint64) {
	for k := 0; k < 64; k += 8 {
		slashes |= gather(zeros(binary.LittleEndian.Uint64(block[k:])^every*'\\')) << k
	}
	return slashes
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
