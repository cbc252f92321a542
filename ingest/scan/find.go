package scan

import (
	"encoding/binary"
	"math/bits"
)

// findAnywhere is find in plain Go, eight bytes at a time.
func findAnywhere(text []byte, out []mark, c *carry) {
	escaped, inString := c.escaped, c.inString
	for i := range out {
		block := (*[64]byte)(text[i*64:])
		var quotes, brackets, slashes, controls uint64
		for k := 0; k < 64; k += 8 {
			x := binary.LittleEndian.Uint64(block[k:])
			quotes |= gather(zeros(x^every*'"')) << k
			// Brackets, and X Y Z \ ^ _ x y z | ~ DEL, of which hardly any
			// stand outside of strings.
			brackets |= gather(x&(x<<2)&(x<<3)<<1) << k
			slashes |= less(x ^ every*'\\')
			controls |= less(x & (every * 0xe0))
		}
		if slashes&high != 0 || escaped != 0 {
			var behind uint64
			behind, escaped = escapes(each(block, func(b byte) bool { return b == '\\' }), escaped)
			quotes &^= behind
		}
		in := inside(quotes) ^ inString
		inString = uint64(int64(in) >> 63) //nolint:gosec // the highest bit, everywhere
		if controls&high != 0 {
			c.control |= in & each(block, func(b byte) bool { return b < ' ' })
		}
		m := mark{quotes: quotes}
		for b := brackets &^ in; b != 0; b &= b - 1 {
			switch block[bits.TrailingZeros64(b)&63] {
			case '{', '[':
				m.opens |= b & -b
			case '}', ']':
				m.closes |= b & -b
			}
		}
		out[i] = m
	}
	c.escaped, c.inString = escaped, inString
}

const (
	every = 0x0101010101010101
	high  = every * 0x80
	low   = every * 0x7f
)

// less has the highest bit of some byte exactly where a byte of x is zero.
func less(x uint64) uint64 { return (x - every) &^ x }

// zeros has the highest bit of each byte of x that is zero, and no other bit:
// exact, unlike the shorter way, which a borrow spoils.
func zeros(x uint64) uint64 { return ^(x&low + low | x | low) }

// gather moves the highest bits of eight bytes into one byte.
func gather(x uint64) uint64 { return x & high >> 7 * 0x0102040810204080 >> 56 }

// each has a bit for each byte of a block that is as asked.
func each(block *[64]byte, is func(byte) bool) (found uint64) {
	for i, b := range block {
		if is(b) {
			found |= 1 << i
		}
	}
	return found
}
