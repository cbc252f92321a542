package inflate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

const (
	// maxStored is the largest object that is taken into memory as it is stored.
	// Few are larger, and they are read as they come.
	maxStored = 12 << 20
	// maxWhole is the largest that is decoded at once, before anything of it is
	// given, and maxPlain the most that it may inflate to: four in five log
	// files. Larger ones are decoded through a window.
	maxWhole = 256 << 10
	maxPlain = 4 << 20
	// windowSize is what is decoded of those at a time, and reach how far back a
	// match reaches: RFC 1951, section 3.2.5.
	windowSize = 256 << 10
	reach      = 32 << 10
)

// file is an object that is small enough to be taken into memory.
type file struct {
	stored []byte // with padding behind it
	size   int
	plain  []byte
	given  int // of plain
	whole  whole
	memory []byte // for plain, where the object is decoded at once

	// Where it is decoded through a window, of which plain is what is decoded.
	windowed bool
	window   []byte
	body     int // where the compressed data begins
	sum      uint32
	total    uint32 // modulo 2^32, as the trailer has it
	ended    bool
}

// errDoubt ends what the decoder is not sure of: the streaming decoder is to
// read the object once more, and to say what is wrong.
var errDoubt = errors.New("the object is left to the streaming decoder")

// take reads a source as far as an object is taken into memory. It reports
// whether that was all, and gives the source once more, from its beginning.
func (f *file) take(src io.Reader) (io.Reader, bool) {
	if f.stored == nil {
		f.stored = make([]byte, maxWhole+padding)
	}
	f.size, f.plain, f.given = 0, f.plain[:0], 0
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

// decode decodes the object, where it is one sound gzip member (RFC 1952) and
// nothing else. Whatever it is not sure of is left to the streaming decoder:
// of a small object at once, of a larger one when that is met.
func (f *file) decode() bool {
	in := f.stored[:f.size]
	f.body = headerEnd(in)
	if f.body < 0 || f.body+8 > len(in) {
		return false
	}
	hint := int(binary.LittleEndian.Uint32(in[len(in)-4:]))
	if f.windowed = len(in) > maxWhole || hint > maxPlain; f.windowed {
		f.sum, f.total, f.ended, f.whole.at = 0, 0, false, progress{}
		if f.window == nil {
			f.window = make([]byte, reach+windowSize+slack)
		}
		f.plain = f.window[:0]
		return true
	}
	if len(f.memory) < hint+2*slack {
		f.memory = make([]byte, min(max(hint, 2*len(f.memory)), maxPlain)+2*slack)
	}
	plain, end, ok := f.whole.inflate(f.stored[f.body:f.size+padding], len(in)-f.body, f.memory, maxPlain)
	if !ok || !f.trailer(end, crc32.ChecksumIEEE(plain), uint32(len(plain))) { //nolint:gosec // at most maxPlain
		return false
	}
	f.plain, f.memory = plain, plain[:cap(plain)]
	return true
}

// trailer reports whether the data ends with the object, and has this checksum
// and length.
func (f *file) trailer(end int, sum, total uint32) bool {
	at := f.body + end
	return at+8 == f.size && binary.LittleEndian.Uint32(f.stored[at:]) == sum && binary.LittleEndian.Uint32(f.stored[at+4:]) == total
}

// more decodes the next stretch of an object into the window.
func (f *file) more() error {
	if f.ended {
		return io.EOF
	}
	n := len(f.plain)
	if n > reach {
		copy(f.window, f.plain[n-reach:])
		n = reach
	}
	end, why := f.whole.decode(f.stored[f.body:f.size+padding], f.size-f.body, f.window, n)
	fresh := f.window[n:end]
	f.sum, f.total = crc32.Update(f.sum, crc32.IEEETable, fresh), f.total+uint32(len(fresh)) //nolint:gosec // modulo
	f.ended = why == done
	if why == bad || f.ended && !f.trailer(f.whole.at.pos, f.sum, f.total) {
		return errDoubt
	}
	f.plain, f.given = f.window[:end], n
	return nil
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
	for f.given == len(f.plain) {
		if !f.windowed {
			return 0, io.EOF
		}
		if err := f.more(); err != nil {
			return 0, err
		}
	}
	n := copy(p, f.plain[f.given:])
	f.given += n
	return n, nil
}

// Whole is the plain text of an object that was decoded at once, and of which
// nothing has been read yet. It is valid until the next Reset.
func (r *Reader) Whole() ([]byte, bool) {
	return r.file.plain, r.decoded && !r.file.windowed && r.offset == 0
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

// replay leaves an object to the streaming decoder after all, behind what was
// given of it.
func (r *Reader) replay() {
	given, sum := r.offset, r.sum
	*r.source = sourceReader{r: r.file.again()}
	r.stored.Reset(r.source)
	r.decoded, r.starts, r.offset, r.sum = false, r.starts[:0], 0, nil
	r.nextMember()
	_, _ = io.CopyN(io.Discard, r, given) // an error is met again
	r.sum = sum
}
