package inflate

import (
	"encoding/binary"
	"sync"
)

// decoder decodes a DEFLATE stream (RFC 1951) that lies in memory, or a long
// stretch of it, into memory. It knows where its input ends, so it can look ahead
// as far as it likes: 64 bits at a time, and what the next bits mean in one look at a table,
// two literals where both fit. The design is that of libdeflate,
// https://github.com/ebiggers/libdeflate, and the pairs are those of igzip,
// https://github.com/intel/isa-l.
//
// It decides nothing. Whatever it does not like, it gives up, and the streaming
// decoder says what is wrong.
type decoder struct {
	at        progress
	literals  *[literalTable]uint32 // of the block at hand
	distances *[distanceTable]uint32

	literalCodes  [literalTable]uint32
	distanceCodes [distanceTable]uint32
	lengths       [lengthTable]uint32
	sizes         [maxLiterals + maxDistances]uint8
	order         [maxLiterals]uint16 // the symbols with a code, by it
	used          int                 // how many they are
	shorts        [256]short
}

// Sizes of the tables: a root that is indexed by the next bits, and behind it
// one small table for each prefix of the root that longer codes share. Two
// codes at least share one, so there are at most half as many as symbols.
const (
	literalBits  = 10
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
//	bits 0-5    how many bits it takes: its code, and the extra bits behind it;
//	            0 where there is no such code
//	bits 8-11   how many of them are its code; of a pointer, how many bits index
//	            its table
//	bits 12-15  what it is
//	bits 16-31  the literals, the first one lowest; the base of a length or
//	            distance; or where a table begins
const (
	isTwo     = 1 << 12 // literals
	isEnd     = 1 << 13
	isPointer = 1 << 14
	isLiteral = 1 << 15
	special   = isPointer | isEnd // both: a symbol that must not occur

	takes = 1<<6 - 1
)

// worthPairs is how much input makes it worth while to look for pairs of
// literals in the table of a block.
const worthPairs = 2 << 10

// padding is what must stand behind the input, so that it can be read eight
// bytes at a time.
const padding = 32

// slack is what must be free behind the output before a symbol is decoded: the
// literals before a match, the longest match, and what copying it in steps
// writes too much.
const slack = 8 + 258 + step

// step is how much of a match is copied at a time.
const step = 64

// progress is how far a stream is decoded.
type progress struct {
	buf      uint64 // bits taken from the input, the next one lowest
	have     uint
	pos      int  // of the input
	last     bool // the block at hand is the last
	inside   bool // a block is at hand
	stored   int  // bytes left of a stored one
	wide     bool // text so far may have bytes that are not ASCII
	controls bool // and control characters
}

// status is why decoding stopped.
type status uint8

const (
	bad    status = iota // the stream is not as it should be
	full                 // the output is
	hungry               // the input is at its end, and not the last of it
	done                 // the stream has ended, at progress.pos
)

// maxDistance is how many bits a distance takes at most.
const maxDistance = maxCode + 13

const (
	// symbols is how much input a round of block may take, and header is how much
	// the header of a block may: less is asked for only at the end of the stream.
	symbols = 16
	header  = 1 << 10
)

// decode goes on decoding in[:end], which may be all there is, into out, behind
// the first n bytes, which are the output before it, or at least as much of it as
// a match can reach back. Padding stands behind in[:end]. It returns how many
// bytes there are then.
func (d *decoder) decode(in []byte, end int, all bool, out []byte, n int) (int, status) {
	at := &d.at
	for {
		if at.inside {
			var why status
			if at.stored > 0 {
				n, why = d.copied(in[:end], out, n)
			} else {
				n, why = d.block(in, end, all, out, n)
			}
			if why != done {
				return n, why
			}
			at.inside = false
		}
		if at.last {
			at.pos -= int(at.have >> 3) //nolint:gosec // small
			if at.have = 0; at.pos > end {
				return n, bad
			}
			return n, done
		}
		if !all && at.pos > end-header {
			return n, hungry
		}
		if !d.open(in, end, all) {
			return n, bad
		}
	}
}

// open reads the header of a block, RFC 1951, section 3.2.3.
func (d *decoder) open(in []byte, end int, all bool) bool {
	at := &d.at
	if at.pos > end {
		return false
	}
	at.pos, at.buf, at.have = refill(in, at.pos, at.buf, at.have)
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
		if size != int(^binary.LittleEndian.Uint16(in[pos+2:])) || all && pos+4+size > end {
			return false
		}
		at.pos, at.buf, at.have = pos+4, 0, 0
		at.stored, at.inside, at.wide, at.controls = size, size > 0, at.wide || size > 0, at.controls || size > 0
		return true
	case 1:
		if at.buf&0x7f != 0 { // seven zeros end a block
			at.wide, at.controls = true, true // all bytes have a code
		}
		d.literals, d.distances = &fixed().literalCodes, &fixed().distanceCodes
		return true
	case 2:
		var ok bool
		at.pos, at.buf, at.have, ok = d.dynamicCodes(in, end, at.pos, at.buf, at.have)
		d.literals, d.distances = &d.literalCodes, &d.distanceCodes
		return ok
	}
	return false
}

// copied copies what is left of a stored block, as far as there is room, and
// input.
func (d *decoder) copied(in, out []byte, n int) (int, status) {
	at := &d.at
	m := copy(out[n:], in[at.pos:min(at.pos+at.stored, len(in))])
	at.pos += m
	switch at.stored -= m; {
	case at.stored == 0:
		return n + m, done
	case at.pos == len(in):
		return n + m, hungry
	}
	return n + m, full
}

// fixed has the tables of RFC 1951, section 3.2.6.
var fixed = sync.OnceValue(func() *decoder {
	d := &decoder{}
	sizes := d.sizes[:maxLiterals+maxDistances]
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
	if !d.build(d.literalCodes[:], literalBits, sizes[:maxLiterals], literalEntries) ||
		!d.build(d.distanceCodes[:], distanceBits, sizes[maxLiterals:], distanceEntries) {
		panic("the fixed codes are no codes")
	}
	return d
})

// dynamicCodes reads the tables of RFC 1951, section 3.2.7.
func (d *decoder) dynamicCodes(in []byte, end, pos int, buf uint64, have uint) (int, uint64, uint, bool) {
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
			pos, buf, have = refill(in, pos, buf, have)
		}
		own[sizeOrder[i]] = uint8(buf & 7)
		buf, have = buf>>3, have-3
	}
	if !d.build(d.lengths[:], lengthBits, own[:], sizeEntries) {
		return 0, 0, 0, false
	}
	for i := 0; i < literals+distances; {
		if pos > end {
			return 0, 0, 0, false
		}
		pos, buf, have = refill(in, pos, buf, have)
		e := d.lengths[buf&(lengthTable-1)]
		size := uint(e & takes)
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
			value, times = d.sizes[i-1], 3+int(buf&3)
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
			d.sizes[i] = value
			i++
		}
	}
	d.at.wide, d.at.controls = d.at.wide || used(d.sizes[0x80:256]), d.at.controls || used(d.sizes[:' '])
	if d.sizes[256] == 0 || // the end has no code
		!d.build(d.literalCodes[:], literalBits, d.sizes[:literals], literalEntries) {
		return 0, 0, 0, false
	}
	if end-pos > worthPairs {
		d.pair(d.sizes[:literals])
	}
	ok := d.build(d.distanceCodes[:], distanceBits, d.sizes[literals:literals+distances], distanceEntries)
	return pos, buf, have, ok
}

// used reports whether one of some symbols, a multiple of eight, has a code.
func used(sizes []uint8) bool {
	some := uint64(0)
	for ; len(sizes) >= 8; sizes = sizes[8:] {
		some |= binary.LittleEndian.Uint64(sizes)
	}
	return some != 0
}

// block decodes the symbols of one block, as far as there is room.
//
// What comes next is looked up before what came last is written: the processor
// mostly guesses wrong how a match ends, and has the answer by then.
func (d *decoder) block(in []byte, end int, all bool, out []byte, n int) (int, status) {
	const mask = 1<<literalBits - 1
	stop, why := end-symbols, hungry
	if all {
		stop, why = end+8, bad
	}
	pos, buf, have := d.at.pos, d.at.buf, d.at.have
	if pos > stop {
		return n, why
	}
	literals, distances := d.literals, d.distances
	pos, buf, have = refill(in, pos, buf, have)
	e := literals[buf&mask]
	for {
		if n+slack > len(out) {
			d.at.pos, d.at.buf, d.at.have = pos, buf, have
			return n, full
		}
		if pos > stop {
			d.at.pos, d.at.buf, d.at.have = pos, buf, have
			return n, why
		}
		// 56 bits are four entries of the root, or three and a length: they are
		// written out, since a loop's end is foreseen less often than these.
		if e&isLiteral != 0 {
			binary.LittleEndian.PutUint16(out[n:], uint16(e>>16))
			n += int(e>>12&1) + 1
			buf, have = buf>>(e&takes), have-uint(e&takes)
			if e = literals[buf&mask]; e&isLiteral != 0 {
				binary.LittleEndian.PutUint16(out[n:], uint16(e>>16))
				n += int(e>>12&1) + 1
				buf, have = buf>>(e&takes), have-uint(e&takes)
				if e = literals[buf&mask]; e&isLiteral != 0 {
					binary.LittleEndian.PutUint16(out[n:], uint16(e>>16))
					n += int(e>>12&1) + 1
					buf, have = buf>>(e&takes), have-uint(e&takes)
					if e = literals[buf&mask]; e&isLiteral != 0 {
						binary.LittleEndian.PutUint16(out[n:], uint16(e>>16))
						n += int(e>>12&1) + 1
						buf, have = buf>>(e&takes), have-uint(e&takes)
						pos, buf, have = refill(in, pos, buf, have)
						e = literals[buf&mask]
						continue
					}
				}
			}
		}
		if e&special == isPointer {
			if e = literals[int(e>>16)+int(buf>>literalBits&(1<<(e>>8&15)-1))]; e&isLiteral != 0 {
				out[n] = byte(e >> 16)
				n++
				buf, have = buf>>(e&takes), have-uint(e&takes)
				pos, buf, have = refill(in, pos, buf, have)
				e = literals[buf&mask]
				continue
			}
		}
		if e&takes == 0 || e&special != 0 {
			if e&special != isEnd {
				return n, bad
			}
			d.at.pos, d.at.buf, d.at.have = pos, buf>>(e&takes), have-uint(e&takes)
			return n, done
		}
		length := int(e>>16) + int(buf&(1<<(e&takes)-1)>>(e>>8&15)) //nolint:gosec // small
		buf, have = buf>>(e&takes), have-uint(e&takes)
		if have < maxDistance { // seldom, behind literals
			pos, buf, have = refill(in, pos, buf, have)
		}
		e = distances[buf&(1<<distanceBits-1)]
		if e&special == isPointer {
			e = distances[int(e>>16)+int(buf>>distanceBits&(1<<(e>>8&15)-1))]
		}
		if e&takes == 0 || e&special != 0 {
			return n, bad
		}
		distance := int(e>>16) + int(buf&(1<<(e&takes)-1)>>(e>>8&15)) //nolint:gosec // small
		buf, have = buf>>(e&takes), have-uint(e&takes)
		if distance > n {
			return n, bad
		}
		pos, buf, have = refill(in, pos, buf, have)
		e = literals[buf&mask]
		if distance < 16 {
			repeat(out, n, distance, length)
			n += length
			continue
		}
		// What lies distance bytes back, sixteen bytes after sixteen, so that it
		// may reach into what is being written. Some bytes behind the match are
		// written too, and written again by what follows.
		from, to := out[n-distance:], out[n:]
		n += length
		for {
			f, t := (*[step]byte)(from), (*[step]byte)(to)
			*(*[16]byte)(t[0:]) = *(*[16]byte)(f[0:])
			*(*[16]byte)(t[16:]) = *(*[16]byte)(f[16:])
			*(*[16]byte)(t[32:]) = *(*[16]byte)(f[32:])
			*(*[16]byte)(t[48:]) = *(*[16]byte)(f[48:])
			if length <= step {
				break
			}
			length -= step
			from, to = from[step:], to[step:]
		}
	}
}

// refill takes as many bits as there is room for: at least 56 are there then.
func refill(in []byte, pos int, buf uint64, have uint) (int, uint64, uint) {
	return pos + int(63-have)>>3, buf | binary.LittleEndian.Uint64(in[pos:])<<(have&63), have | 56 //nolint:gosec // small
}

// repeat copies what lies fewer than sixteen bytes back: eight at a time, or a
// few bytes over and over, as many as fit in eight.
func repeat(out []byte, n, distance, length int) {
	to := out[n:]
	if distance >= 8 {
		from := out[n-distance:]
		for i := 0; i < length; i += 8 {
			binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
		}
		return
	}
	pattern := binary.LittleEndian.Uint64(out[n-distance:]) & (1<<(8*distance) - 1)
	for filled := distance; filled < 8; filled *= 2 {
		pattern |= pattern << (8 * filled)
	}
	each := 8 - 8%distance
	for i := 0; i < length; i += each {
		binary.LittleEndian.PutUint64(to[i:], pattern)
	}
}
