package inflate

import (
	"encoding/binary"
	"sync"
)

// whole decodes a DEFLATE stream (RFC 1951) that lies wholly in memory, into
// memory. It knows where its input ends, so it can look ahead as far as it
// likes: 64 bits at a time, codes of up to 11 bits and what they mean in one
// step of a table, literals up to three at a time.
//
// It decides nothing. Whatever it does not like, it gives up, and the streaming
// decoder says what is wrong.
type whole struct {
	at        progress
	literals  *[literalTable]uint32 // of the block at hand
	distances *[distanceTable]uint32

	literalCodes  [literalTable]uint32
	distanceCodes [distanceTable]uint32
	lengths       [lengthTable]uint32
	sizes         [maxLiterals + maxDistances]uint8
	order         [maxLiterals]uint16
}

// Sizes of the tables: a root that is indexed by the next bits, and behind it
// one small table for each prefix of the root that longer codes share. Two
// codes at least share one, so there are at most half as many as symbols.
const (
	literalBits  = 11
	distanceBits = 8
	lengthBits   = 7
	maxCode      = 15

	maxLiterals  = 288
	maxDistances = 32

	literalTable  = 1<<literalBits + maxLiterals/2<<(maxCode-literalBits)
	distanceTable = 1<<distanceBits + maxDistances/2<<(maxCode-distanceBits)
	lengthTable   = 1 << lengthBits
)

// An entry of a table is
//
//	bits 0-3    length of the code, 0 where there is no such code
//	bits 4-7    extra bits behind it; of a pointer, the bits that index its table
//	bits 8-10   what it is
//	bits 16-31  the literal, the base of a length or distance, or where a table begins
const (
	isLiteral = 1 << 8
	isPointer = 1 << 9
	isEnd     = 1 << 10
	special   = isPointer | isEnd
)

// padding is what must stand behind the input, so that it can be read eight
// bytes at a time.
const padding = 16

// slack is what must be free behind the output before a symbol is decoded: the
// longest match, and what copying it in steps writes too much.
const slack = 258 + unrolled

// unrolled is how much of every match is copied without asking for its length.
const unrolled = 32

// progress is how far a stream is decoded.
type progress struct {
	buf    uint64 // bits taken from the input, the next one lowest
	have   uint
	pos    int  // of the input
	last   bool // the block at hand is the last
	inside bool // a block is at hand
	stored int  // bytes left of a stored one
}

// status is why decoding stopped.
type status uint8

const (
	bad  status = iota // the stream is not as it should be
	full               // the output is
	done               // the stream has ended, at progress.pos
)

// inflate decodes in[:end], behind which padding stands, into out, which grows
// up to limit. It returns the output and where the stream ended, or false.
func (w *whole) inflate(in []byte, end int, out []byte, limit int) ([]byte, int, bool) {
	out, w.at = out[:cap(out)], progress{}
	for n := 0; ; {
		var why status
		switch n, why = w.decode(in, end, out, n); {
		case why == bad, n > limit:
			return nil, 0, false
		case why == done:
			return out[:n], w.at.pos, true
		case len(out) >= limit+slack:
			return nil, 0, false
		}
		grown := make([]byte, min(max(2*len(out), n+slack), limit+slack))
		copy(grown, out[:n])
		out = grown
	}
}

// decode goes on decoding in[:end] into out, behind the first n bytes, which are
// the output before it, or at least as much of it as a match can reach back. It
// returns how many bytes there are then.
func (w *whole) decode(in []byte, end int, out []byte, n int) (int, status) {
	at := &w.at
	for {
		if at.inside {
			var why status
			if at.stored > 0 {
				n, why = w.copied(in, out, n)
			} else {
				n, why = w.block(in, end, out, n)
			}
			if why != done {
				return n, why
			}
			at.inside = false
		}
		if at.last {
			at.pos -= int(at.have >> 3) //nolint:gosec // small
			if at.pos > end {
				return n, bad
			}
			return n, done
		}
		if !w.open(in, end) {
			return n, bad
		}
	}
}

// open reads the header of a block, RFC 1951, section 3.2.3.
func (w *whole) open(in []byte, end int) bool {
	at := &w.at
	if at.pos > end {
		return false
	}
	at.buf |= binary.LittleEndian.Uint64(in[at.pos:]) << at.have
	at.pos += int(63-at.have) >> 3 //nolint:gosec // small
	at.have |= 56
	at.last = at.buf&1 == 1
	kind := at.buf >> 1 & 3
	at.buf, at.have = at.buf>>3, at.have-3
	at.inside = true
	switch kind {
	case 0:
		pos := at.pos - int(at.have>>3) //nolint:gosec // small
		if pos+4 > end {
			return false
		}
		size := int(binary.LittleEndian.Uint16(in[pos:]))
		if size != int(^binary.LittleEndian.Uint16(in[pos+2:])) || pos+4+size > end {
			return false
		}
		at.pos, at.buf, at.have = pos+4, 0, 0
		at.stored, at.inside = size, size > 0
		return true
	case 1:
		w.literals, w.distances = &fixed().literalCodes, &fixed().distanceCodes
		return true
	case 2:
		var ok bool
		at.pos, at.buf, at.have, ok = w.dynamicCodes(in, end, at.pos, at.buf, at.have)
		w.literals, w.distances = &w.literalCodes, &w.distanceCodes
		return ok
	}
	return false
}

// copied copies what is left of a stored block, as far as there is room.
func (w *whole) copied(in, out []byte, n int) (int, status) {
	at := &w.at
	m := copy(out[n:], in[at.pos:at.pos+at.stored])
	at.pos += m
	if at.stored -= m; at.stored > 0 {
		return n + m, full
	}
	return n + m, done
}

// fixed has the tables of RFC 1951, section 3.2.6.
var fixed = sync.OnceValue(func() *whole {
	w := &whole{}
	sizes := w.sizes[:maxLiterals+maxDistances]
	for i := range sizes {
		switch {
		case i < 144, i >= 280 && i < 288:
			sizes[i] = 8
		case i < 256:
			sizes[i] = 9
		case i < 280:
			sizes[i] = 7
		default:
			sizes[i] = 5
		}
	}
	if !w.build(w.literalCodes[:], literalBits, sizes[:maxLiterals], literalEntries) ||
		!w.build(w.distanceCodes[:], distanceBits, sizes[maxLiterals:], distanceEntries) {
		panic("the fixed codes are no codes")
	}
	return w
})

// dynamicCodes reads the tables of RFC 1951, section 3.2.7.
func (w *whole) dynamicCodes(in []byte, end, pos int, buf uint64, have uint) (int, uint64, uint, bool) {
	literals, distances, sizes := int(buf&31)+257, int(buf>>5&31)+1, int(buf>>10&15)+4
	buf, have = buf>>14, have-14
	if literals > 286 || distances > 30 {
		return 0, 0, 0, false
	}
	var own [19]uint8
	for i := range sizes {
		if have < 3 {
			if pos > end {
				return 0, 0, 0, false
			}
			buf |= binary.LittleEndian.Uint64(in[pos:]) << have
			pos += int(63-have) >> 3 //nolint:gosec // small
			have |= 56
		}
		own[sizeOrder[i]] = uint8(buf & 7)
		buf, have = buf>>3, have-3
	}
	if !w.build(w.lengths[:], lengthBits, own[:], sizeEntries) {
		return 0, 0, 0, false
	}
	for i := 0; i < literals+distances; {
		if pos > end {
			return 0, 0, 0, false
		}
		buf |= binary.LittleEndian.Uint64(in[pos:]) << have
		pos += int(63-have) >> 3 //nolint:gosec // small
		have |= 56
		e := w.lengths[buf&(lengthTable-1)]
		size := uint(e & 15)
		if size == 0 {
			return 0, 0, 0, false
		}
		buf, have = buf>>size, have-size
		symbol, value, times := e>>16, uint8(0), 0
		switch symbol {
		case 16:
			if i == 0 {
				return 0, 0, 0, false
			}
			value, times = w.sizes[i-1], 3+int(buf&3)
			buf, have = buf>>2, have-2
		case 17:
			times = 3 + int(buf&7)
			buf, have = buf>>3, have-3
		case 18:
			times = 11 + int(buf&127)
			buf, have = buf>>7, have-7
		default:
			value, times = uint8(symbol), 1 //nolint:gosec // at most 15
		}
		if i+times > literals+distances {
			return 0, 0, 0, false
		}
		for range times {
			w.sizes[i] = value
			i++
		}
	}
	ok := w.sizes[256] > 0 && // the end has a code
		w.build(w.literalCodes[:], literalBits, w.sizes[:literals], literalEntries) &&
		w.build(w.distanceCodes[:], distanceBits, w.sizes[literals:literals+distances], distanceEntries)
	return pos, buf, have, ok
}

// block decodes the symbols of one block, as far as there is room.
func (w *whole) block(in []byte, end int, out []byte, n int) (int, status) {
	pos, buf, have := w.at.pos, w.at.buf, w.at.have
	literals, distances := w.literals, w.distances
	for {
		if n+slack > len(out) {
			w.at.pos, w.at.buf, w.at.have = pos, buf, have
			return n, full
		}
		if pos > end+8 {
			return n, bad
		}
		buf |= binary.LittleEndian.Uint64(in[pos:]) << (have & 63)
		pos += int(63-have) >> 3 //nolint:gosec // small
		have |= 56
		// 56 bits are three codes of literals, or one, a length and its extra bits.
		e := literals[buf&(1<<literalBits-1)]
		if e&isLiteral != 0 {
			out[n] = byte(e >> 16)
			n++
			buf, have = buf>>(e&15), have-uint(e&15)
			if e = literals[buf&(1<<literalBits-1)]; e&isLiteral != 0 {
				out[n] = byte(e >> 16)
				n++
				buf, have = buf>>(e&15), have-uint(e&15)
				if e = literals[buf&(1<<literalBits-1)]; e&isLiteral != 0 {
					out[n] = byte(e >> 16)
					n++
					buf, have = buf>>(e&15), have-uint(e&15)
					continue
				}
			}
		}
		if e&special == isPointer {
			e = literals[int(e>>16)+int(buf>>literalBits&(1<<(e>>4&15)-1))]
			if e&isLiteral != 0 {
				out[n] = byte(e >> 16)
				n++
				buf, have = buf>>(e&15), have-uint(e&15)
				continue
			}
		}
		size := uint(e & 15)
		if size == 0 || e&special == special {
			return n, bad
		}
		buf, have = buf>>size, have-size
		if e&isEnd != 0 {
			w.at.pos, w.at.buf, w.at.have = pos, buf, have
			return n, done
		}
		extra := uint(e >> 4 & 15)
		length := int(e>>16) + int(buf&(1<<extra-1)) //nolint:gosec // small
		buf, have = buf>>extra, have-extra

		buf |= binary.LittleEndian.Uint64(in[min(pos, end+8):]) << (have & 63)
		pos += int(63-have) >> 3 //nolint:gosec // small
		have |= 56
		e = distances[buf&(1<<distanceBits-1)]
		if e&special == isPointer {
			e = distances[int(e>>16)+int(buf>>distanceBits&(1<<(e>>4&15)-1))]
		}
		size, extra = uint(e&15), uint(e>>4&15)
		if size == 0 || e&special != 0 {
			return n, bad
		}
		buf, have = buf>>size, have-size
		distance := int(e>>16) + int(buf&(1<<extra-1)) //nolint:gosec // small
		buf, have = buf>>extra, have-extra
		if distance > n {
			return n, bad
		}
		match(out, n, distance, length)
		n += length
	}
}

// match copies what lies distance bytes back. Some bytes behind it are written
// too, and written again by what follows.
func match(out []byte, n, distance, length int) {
	if distance >= 8 {
		// Most matches are short: what is written too much costs less than a
		// loop whose end nobody can foresee.
		from, to := (*[unrolled]byte)(out[n-distance:]), (*[unrolled]byte)(out[n:])
		binary.LittleEndian.PutUint64(to[0:], binary.LittleEndian.Uint64(from[0:]))
		binary.LittleEndian.PutUint64(to[8:], binary.LittleEndian.Uint64(from[8:]))
		binary.LittleEndian.PutUint64(to[16:], binary.LittleEndian.Uint64(from[16:]))
		binary.LittleEndian.PutUint64(to[24:], binary.LittleEndian.Uint64(from[24:]))
		switch {
		case length <= unrolled:
		case distance >= length:
			copy(out[n+unrolled:n+length], out[n+unrolled-distance:n+length-distance])
		default:
			from, to := out[n-distance:], out[n:]
			for i := unrolled; i < length; i += 8 {
				binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
			}
		}
		return
	}
	// A few bytes over and over: as many as fit in eight, at a time.
	pattern := binary.LittleEndian.Uint64(out[n-distance:]) & (1<<(8*distance) - 1)
	for filled := distance; filled < 8; filled *= 2 {
		pattern |= pattern << (8 * filled)
	}
	step := 8 - 8%distance
	to := out[n:]
	for i := 0; i < length; i += step {
		binary.LittleEndian.PutUint64(to[i:], pattern)
	}
}
