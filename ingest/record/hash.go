package record

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

var halves = [...]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// Hash is 128 bits that stand for a text in this process, and in no other: nobody
// who writes a log can foresee them.
func Hash(text []byte) [2]uint64 {
	return [2]uint64{maphash.Bytes(halves[0], text), maphash.Bytes(halves[1], text)}
}

// seed and secret are numbers that nobody who writes a log can foresee.
var (
	seed   = maphash.MakeSeed()
	secret = Hash(nil)
)

// hash is 64 such bits. Of at most 16 bytes, as most fields are, they are those of
// Wang Yi's wyhash, https://github.com/wangyi-fudan/wyhash, which takes less time than
// a call of maphash.
func hash(text []byte) uint64 {
	n := len(text)
	var a, b uint64
	switch {
	case n > 16:
		return maphash.Bytes(seed, text)
	case n >= 8:
		a, b = binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[n-8:])
	case n >= 4:
		a, b = uint64(binary.LittleEndian.Uint32(text)), uint64(binary.LittleEndian.Uint32(text[n-4:]))
	case n > 0:
		a = uint64(text[0])<<16 | uint64(text[n/2])<<8 | uint64(text[n-1])
	}
	high, low := bits.Mul64(a^secret[0], b^secret[1])
	high, low = bits.Mul64(high^secret[0]^uint64(n), low^secret[1])
	return high ^ low
}
