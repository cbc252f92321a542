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
		var quotes, brackets, rare uint64
		for k := 0; k < 64; k += 8 {
			x := binary.LittleEndian.Uint64(block[k:])
			quotes |= gather(zeros(x^every*'"')) << k
			// Brackets, and X Y Z \ ^ _ x y z | ~ DEL, of which hardly any
			// stand outside of strings.
			brackets |= gather(x&(x<<2)&(x<<3)<<1&high) << k
			// Whether there are any of these: most blocks have none.
			s := x ^ every*'\\'
			rare |= (x-every*' ')&^x | (s-every)&^s
		}
		controls := uint64(0)
		if rare&high|escaped != 0 {
			var slashes, behind uint64
			slashes, controls = findRare(block)
			behind, escaped = escapes(slashes, escaped)
			quotes &^= behind
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
