package scan

import (
	"bytes"
	"encoding/binary"
)

// findAnywhere is find in plain Go, eight bytes at a time. Backslashes, of which
// there are few, are looked for by the library.
func findAnywhere(text []byte, n int, out *marks, c *carry, known Bytes) {
	text = text[:n*64]
	escaped, inString, slash := c.escaped, c.inString, slashFrom(text, 0)
	control := across(0)
	for i := range min(n, stride) {
		block := (*[64]byte)(text[i*64:])
		var quotes, brackets, controls across
		switch {
		case known == Plain:
			quotes, brackets = findPlain(block)
		case known == ASCII || isASCII(block):
			quotes, brackets, controls = findASCII(block)
		default:
			quotes, brackets, controls = findEach(block)
		}
		if end := i*64 + 64; slash < end || escaped != 0 {
			var behind uint64
			behind, escaped = escapes(findSlashes(block), escaped)
			quotes &^= across(transposed(behind))
			slash = slashFrom(text, end)
		}
		var in across
		in, inString = quotes.inside(inString)
		control |= in & controls
		out.quotes[i], out.opens[i], out.closes[i] = transposed(uint64(quotes)), transposed(uint64(brackets&^in)), 0
	}
	c.escaped, c.inString, c.control = escaped, inString, c.control|uint64(control)
}

// slashFrom is where the next backslash stands, or where the text ends.
func slashFrom(text []byte, from int) int {
	if n := bytes.IndexByte(text[from:], '\\'); n >= 0 {
		return from + n
	}
	return len(text)
}

// across has a bit for each byte of a block, as eight words of eight bytes give
// them: that of the byte j of the word k is the bit k of the byte j.
type across uint64

// inside are the bytes from each first quote to the byte before the second one, and
// whether the next block begins inside a string, as this one does: all ones or none.
// What is before a byte in its word is found for all words at once; then in their
// last bytes, which count the quotes of a word, what is before each word.
func (a across) inside(before uint64) (in across, next uint64) {
	x := uint64(a)
	x ^= x << 8
	x ^= x << 16
	x ^= x << 32
	x ^= wordsBefore[x>>56] ^ before
	return across(x), uint64(int64(x) >> 63) //nolint:gosec // the highest bit, everywhere
}

// wordsBefore says of each word, by which words have an odd number of quotes, whether
// those before it have one together: a bit for each word, in every byte.
var wordsBefore = func() (all [256]uint64) {
	for odd := range all {
		words := odd << 1
		words ^= words << 1
		words ^= words << 2
		words ^= words << 4
		all[odd] = uint64(words&0xff) * every //nolint:gosec // a byte
	}
	return all
}()

// findPlain finds in a block the quotes, and what may be brackets, where there is
// nothing but ASCII, and no control characters, as in nearly all text: it is written
// out, since a loop takes longer.
func findPlain(block *[64]byte) (quotes, brackets across) {
	p, w := &patternsOfASCII, words8{}
	w = w.and(binary.LittleEndian.Uint64(block[0:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[8:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[16:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[24:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[32:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[40:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[48:]), p)
	w = w.and(binary.LittleEndian.Uint64(block[56:]), p)
	return ^w.notQuotes, w.mayBrackets
}

// isASCII reports whether a block has nothing but ASCII in it.
func isASCII(block *[64]byte) bool {
	all := uint64(0)
	for k := 0; k < 64; k += 8 {
		all |= binary.LittleEndian.Uint64(block[k:])
	}
	return all&high == 0
}

// findASCII is findPlain for text with control characters, which it finds too.
func findASCII(block *[64]byte) (quotes, brackets, controls across) {
	p, w, none := &patternsOfASCII, words8{}, across(0)
	x := binary.LittleEndian.Uint64(block[0:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[8:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[16:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[24:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[32:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[40:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[48:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	x = binary.LittleEndian.Uint64(block[56:])
	w, none = w.and(x, p), none>>1|across((x+p.spaces)&p.high)
	return ^w.notQuotes, w.mayBrackets, ^none
}

// words8 is what eight words of ASCII say, one after another. The highest bit of
// a byte is free there, so that a sum says in it whether the byte was large
// enough: 7f more than what is not zero. What may be a bracket is one of
// [ \ ] ^ _ { | } ~ DEL, of which hardly any others stand outside of strings: in
// lower case, they are the last ones.
type words8 struct{ notQuotes, mayBrackets across }

// patterns are constants that are faster to load than to spell out.
type patterns struct{ spaces, quotes, lower, braces, low, high uint64 }

var patternsOfASCII = patterns{every * (0x80 - ' '), every * '"', every * 0x20, every * (0x80 - '{'), low, high}

// and moves what the words before have said by one bit, and the next one's
// beside it.
func (w words8) and(x uint64, p *patterns) words8 {
	return words8{
		w.notQuotes>>1 | across((x^p.quotes+p.low)&p.high),
		w.mayBrackets>>1 | across(((x|p.lower)+p.braces)&p.high),
	}
}

// transposed has the bit k of the byte j as the bit j of the byte k, which is how
// the bytes follow one another; see Warren, Hacker's Delight, section 7-3.
func transposed(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}

// findEach is findASCII, whatever the bytes are, one word by itself after another.
func findEach(block *[64]byte) (quotes, brackets, controls across) {
	for k := 0; k < 64; k += 8 {
		x := binary.LittleEndian.Uint64(block[k:])
		// Brackets, and X Y Z \ ^ _ x y z | ~ DEL, of which hardly any
		// stand outside of strings.
		quotes = quotes>>1 | across(zeros(x^every*'"'))
		brackets = brackets>>1 | across(x&(x<<2)&(x<<3)<<1&high)
		controls = controls>>1 | across(zeros(x&(every*0xe0)))
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
