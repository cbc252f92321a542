package export

import (
	"encoding/binary"
	"math/bits"
)

// flags are bits, one behind the other, the lowest of a byte first.
type flags struct {
	bits []byte
	n    int
	set  int // how many are set
}

func (f *flags) push(bit bool) {
	if f.n&7 == 0 {
		f.bits = append(f.bits, 0)
	}
	if bit {
		f.bits[f.n>>3] |= 1 << (f.n & 7)
		f.set++
	}
	f.n++
}

// repeat appends a bit n times.
func (f *flags) repeat(bit bool, n int) {
	for ; n > 0 && f.n&7 != 0; n-- {
		f.push(bit)
	}
	eight := byte(0)
	if bit {
		eight = 0xff
		f.set += n &^ 7
	}
	begin, whole := len(f.bits), n>>3
	f.bits = append(f.bits, make([]byte, whole)...)
	for i := range f.bits[begin:] {
		f.bits[begin+i] = eight
	}
	f.n += 8 * whole
	for n &= 7; n > 0; n-- {
		f.push(bit)
	}
}

func (f *flags) at(i int) bool { return f.bits[i>>3]>>(i&7)&1 == 1 }

func (f *flags) reset() { f.bits, f.n, f.set = f.bits[:0], 0, 0 }

// The encoding of levels and of numbers is Parquet's hybrid of runs and packed
// bits, https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE:
// here one run where all are the same, and otherwise all of them packed, which
// the compression behind it makes small.

// levels appends flags as levels of a data page, each 0 or top: 1, or 2, which
// takes two bits.
func (f *flags) levels(out []byte, top byte) []byte {
	begin := len(out)
	out = append(out, 0, 0, 0, 0)
	switch {
	case f.set == 0:
		out = append(repeated(out, f.n), 0)
	case f.set == f.n:
		out = append(repeated(out, f.n), top)
	case top == 1:
		out = append(packed(out, f.n), f.bits...)
	default:
		out = packed(out, f.n)
		for _, b := range f.bits {
			out = append(out, spread(b&15), spread(b>>4))
		}
	}
	binary.LittleEndian.PutUint32(out[begin:], uint32(len(out)-begin-4)) //nolint:gosec // of one page
	return out
}

// spread makes of four bits four levels of two, 0 or 2.
func spread(b byte) byte { return b&1<<1 | b&2<<2 | b&4<<3 | b&8<<4 }

// repeated begins a run of n, and packed n that are packed eight at a time.
func repeated(out []byte, n int) []byte { return binary.AppendUvarint(out, uint64(n)<<1) } //nolint:gosec // a length

func packed(out []byte, n int) []byte {
	return binary.AppendUvarint(out, uint64(n+7)/8<<1|1) //nolint:gosec // a length
}

// numbers appends numbers below of, as a data page has them.
func numbers(out []byte, all []uint16, of int) []byte {
	width := max(1, bits.Len(uint(of-1))) //nolint:gosec // at least one
	out = append(out, byte(width))
	if of <= 1 {
		return append(repeated(out, len(all)), 0)
	}
	out = packed(out, len(all))
	var word uint64
	filled := 0
	for _, n := range all {
		word |= uint64(n) << filled
		if filled += width; filled >= 32 {
			out = binary.LittleEndian.AppendUint32(out, uint32(word)) //nolint:gosec // its lower half
			word >>= 32
			filled -= 32
		}
	}
	size := (len(all) + 7) / 8 * width // eight numbers are as many bytes as one has bits
	for end := len(all) * width / 32 * 4; end < size; end++ {
		out = append(out, byte(word))
		word >>= 8
	}
	return out
}
