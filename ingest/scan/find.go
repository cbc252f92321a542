package scan

import "encoding/binary"

// findAnywhere is find in plain Go, eight bytes at a time.
func findAnywhere(text []byte, out []masks) {
	for i := range out {
		block := text[i*64 : i*64+64 : i*64+64]
		var m masks
		for k := 0; k < 64; k += 8 {
			x := binary.LittleEndian.Uint64(block[k:])
			folded := x | every*0x20
			m.quotes |= gather(zeros(x^every*'"')) << k
			m.slashes |= gather(zeros(x^every*'\\')) << k
			m.opens |= gather(zeros(folded^every*'{')) << k
			m.closes |= gather(zeros(folded^every*'}')) << k
			m.controls |= gather(zeros(x&(every*0xe0))) << k
		}
		out[i] = m
	}
}

const (
	every = 0x0101010101010101
	high  = every * 0x80
	low   = every * 0x7f
)

// zeros has the highest bit of each byte of x that is zero, and no other bit:
// exact, unlike the shorter way, which a borrow spoils.
func zeros(x uint64) uint64 { return ^(x&low + low | x | low) }

// gather moves the highest bits of eight bytes into one byte.
func gather(x uint64) uint64 { return x >> 7 * 0x0102040810204080 >> 56 }
