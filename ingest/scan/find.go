package scan

import "encoding/binary"

// findAnywhere is find in plain Go, eight bytes at a time.
func findAnywhere(text []byte, out []masks) {
	for i := range out {
		block := text[i*64 : i*64+64 : i*64+64]
		var m masks
		for k := 0; k < 64; k += 8 {
			x := binary.LittleEndian.Uint64(block[k:])
			// Most words have none of these, and to ask for any costs less than
			// to say which: brackets differ in two bits, and share the others.
			if v := x ^ every*'"'; some(v) {
				m.quotes |= gather(zeros(v)) << k
			}
			if v := x ^ every*'\\'; some(v) {
				m.slashes |= gather(zeros(v)) << k
			}
			if v := x&(every*0xd9) ^ every*('{'&0xd9); some(v) {
				folded := x | every*0x20
				m.opens |= gather(zeros(folded^every*'{')) << k
				m.closes |= gather(zeros(folded^every*'}')) << k
			}
			if v := x & (every * 0xe0); some(v) {
				m.controls |= gather(zeros(v)) << k
			}
		}
		out[i] = m
	}
}

const (
	every = 0x0101010101010101
	high  = every * 0x80
	low   = every * 0x7f
)

// some reports whether a byte of x is zero.
func some(x uint64) bool { return (x-every)&^x&high != 0 }

// zeros has the highest bit of each byte of x that is zero, and no other bit:
// exact, unlike the shorter way, which a borrow spoils.
func zeros(x uint64) uint64 { return ^(x&low + low | x | low) }

// gather moves the highest bits of eight bytes into one byte.
func gather(x uint64) uint64 { return x >> 7 * 0x0102040810204080 >> 56 }
