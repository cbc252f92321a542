package inflate

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
)

const (
	// maxStored is the largest object that is read whole before anything of it
	// is given: four in five log files are smaller.
	maxStored = 256 << 10
	// maxPlain is the most that such an object may inflate to in memory.
	maxPlain = 4 << 20
)

// file is an object that is small enough to be taken whole.
type file struct {
	stored []byte // with padding behind it
	size   int
	plain  []byte
	given  int // of plain
	whole  whole
}

// take reads a source as far as an object is taken whole. It reports whether
// that was all, and gives the source once more, from its beginning.
func (f *file) take(src io.Reader) (io.Reader, bool) {
	if f.stored == nil {
		f.stored = make([]byte, maxStored+padding)
	}
	f.size, f.plain, f.given = 0, f.plain[:0], 0
	var err error
	for f.size < maxStored && err == nil {
		var n int
		n, err = src.Read(f.stored[f.size:maxStored])
		f.size += n
	}
	clear(f.stored[f.size : f.size+padding])
	again := bytes.NewReader(f.stored[:f.size])
	switch err {
	case nil:
		return io.MultiReader(again, src), false
	case io.EOF:
		return again, true
	}
	return io.MultiReader(again, failing{err}), false
}

// failing is a source that has failed.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// decode decodes the object, where it is one sound gzip member (RFC 1952) and
// nothing else. Whatever it is not sure of is left to the streaming decoder.
func (f *file) decode() bool {
	in := f.stored[:f.size]
	at := headerEnd(in)
	if at < 0 || at+8 > len(in) {
		return false
	}
	hint := int(binary.LittleEndian.Uint32(in[len(in)-4:]))
	if hint > maxPlain {
		return false
	}
	if cap(f.plain) < hint+2*slack {
		f.plain = make([]byte, 0, max(hint+2*slack, 2*cap(f.plain)))
	}
	plain, end, ok := f.whole.inflate(f.stored[at:f.size+padding], len(in)-at, f.plain, maxPlain)
	if !ok || at+end+8 != len(in) {
		return false
	}
	trailer := in[at+end:]
	if binary.LittleEndian.Uint32(trailer) != crc32.ChecksumIEEE(plain) || binary.LittleEndian.Uint32(trailer[4:]) != uint32(len(plain)) { //nolint:gosec // at most maxPlain
		return false
	}
	f.plain = plain
	return true
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

// Read gives what was decoded.
func (f *file) Read(p []byte) (int, error) {
	if f.given == len(f.plain) {
		return 0, io.EOF
	}
	n := copy(p, f.plain[f.given:])
	f.given += n
	return n, nil
}

// Whole is the plain text of an object that was decoded at once, and of which
// nothing has been read yet. It is valid until the next Reset.
func (r *Reader) Whole() ([]byte, bool) {
	return r.file.plain, r.decoded && r.offset == 0
}

// Pass reads the rest of an object that was decoded at once, to nowhere.
func (r *Reader) Pass() {
	rest := r.file.plain[r.file.given:]
	r.file.given = len(r.file.plain)
	r.offset += int64(len(rest))
	if r.sum != nil {
		r.sum.Write(rest) // never fails
	}
}
