package inflate

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
)

const (
	// maxStored is the largest object that is taken into memory as it is stored.
	// Few are larger, and they are read as they come.
	maxStored = 12 << 20
	// firstStored is how much is made ready for one: four in five are no larger.
	firstStored = 256 << 10
	// reach is how far back a match reaches: RFC 1951, section 3.2.5.
	reach = 32 << 10
)

// file is an object that is small enough to be taken into memory.
type file struct {
	stored []byte // with padding behind it
	size   int
	body   int // where the compressed data begins
	sum    uint32
	total  uint32 // modulo 2^32, as the trailer has it
	ended  bool
	decoder
}

// take reads a source as far as an object is taken into memory. It reports
// whether that was all, and gives the source once more, from its beginning.
func (f *file) take(src io.Reader) (io.Reader, bool) {
	if f.stored == nil {
		f.stored = make([]byte, firstStored+padding)
	}
	f.size = 0
	var err error
	for f.size < maxStored && err == nil {
		room := len(f.stored) - padding
		if f.size == room {
			if f.stored[0] != 0x1f || f.stored[1] != 0x8b {
				break // not for this decoder: it need not be in memory
			}
			f.stored = append(make([]byte, 0, min(2*room, maxStored)+padding), f.stored[:f.size]...)
			f.stored = f.stored[:cap(f.stored)]
			room = len(f.stored) - padding
		}
		var n int
		n, err = src.Read(f.stored[f.size:min(room, maxStored)])
		f.size += n
	}
	clear(f.stored[f.size : f.size+padding])
	switch err {
	case nil:
		return io.MultiReader(f.again(), src), false
	case io.EOF:
		return f.again(), true
	}
	return io.MultiReader(f.again(), failing{err}), false
}

func (f *file) again() io.Reader { return bytes.NewReader(f.stored[:f.size]) }

// failing is a source that has failed.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// begin reports whether the object begins as a gzip member does that the
// decoder can read.
func (f *file) begin() bool {
	f.body = headerEnd(f.stored[:f.size])
	if f.body < 0 || f.body+8 > f.size {
		return false
	}
	f.sum, f.total, f.ended, f.at = 0, 0, false, progress{}
	return true
}

// more decodes what comes next behind the first n bytes of out, which are what
// came before it, or as much as a match can reach back. It returns how many
// bytes there are then, and false where the decoder has doubts: where the object
// is anything else than one sound gzip member (RFC 1952).
func (f *file) more(out []byte, n int) (int, bool) {
	end, why := f.decode(f.stored[f.body:f.size+padding], f.size-f.body, out, n)
	fresh := out[n:end]
	f.sum, f.total = crc32.Update(f.sum, crc32.IEEETable, fresh), f.total+uint32(len(fresh)) //nolint:gosec // modulo
	f.ended = why == done
	return end, why == full || f.ended && f.trailer()
}

// trailer reports whether the data ends with the object, and has the checksum
// and the length that stand behind it.
func (f *file) trailer() bool {
	at := f.body + f.at.pos
	return at+8 == f.size && binary.LittleEndian.Uint32(f.stored[at:]) == f.sum && binary.LittleEndian.Uint32(f.stored[at+4:]) == f.total
}

// The flags of a member's header, RFC 1952, section 2.3.1.
const (
	flagHeaderCRC = 1 << (iota + 1)
	flagExtra
	flagName
	flagComment
	flagsReserved = 0xe0
)

// headerEnd is where a member's compressed data begins, or -1.
func headerEnd(in []byte) int {
	const fixed = 10
	if len(in) < fixed || in[0] != 0x1f || in[1] != 0x8b || in[2] != 8 || in[3]&(flagsReserved|flagHeaderCRC) != 0 {
		return -1
	}
	at := fixed
	if in[3]&flagExtra != 0 {
		if at+2 > len(in) {
			return -1
		}
		at += 2 + int(binary.LittleEndian.Uint16(in[at:]))
	}
	for _, flag := range []byte{flagName, flagComment} {
		if in[3]&flag == 0 {
			continue
		}
		if at > len(in) {
			return -1
		}
		end := bytes.IndexByte(in[at:], 0)
		if end < 0 {
			return -1
		}
		at += end + 1
	}
	if at > len(in) {
		return -1
	}
	return at
}
