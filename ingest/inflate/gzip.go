package inflate

import (
	"bytes"
	"encoding/binary"
	"io"
)

const (
	// firstStored is how much of an object is held as it is stored: four in five
	// are no larger.
	firstStored = 256 << 10
	// maxStored is the largest object that is taken into memory where it can be
	// read only once, as from a network. Larger ones are read as they come.
	maxStored = 12 << 20
	// reach is how far back a match reaches: RFC 1951, section 3.2.5.
	reach = 32 << 10
)

// file is an object as it is stored: all of it, or a stretch of one that can be
// read once more from its beginning.
type file struct {
	stored []byte // with padding behind it
	size   int    // of what is at hand
	all    bool   // that is all there is, or the rest of it
	src    io.Reader
	seeker io.Seeker // where not all was at hand from the beginning
	start  int64     // where it began there
	taken  int64     // of the source
	body   int       // where the compressed data at hand begins
	check  checksum
	total  int64 // of the member at hand, so far
	next   bool  // another member begins where decoding stopped
	ended  bool
	holds  bytes.Reader
	decoder
}

// take begins to read a source, and reports whether our decoder may have it. It
// gives the source once more, from its beginning, for where it may not.
func (f *file) take(src io.Reader) (io.Reader, bool) {
	if f.stored == nil {
		f.stored = make([]byte, firstStored+padding)
	}
	f.src, f.seeker, f.size, f.all, f.taken, f.at = src, nil, 0, false, 0, progress{}
	err := f.read(firstStored)
	if err == nil && string(f.stored[:2]) != magic[:2] {
		return io.MultiReader(f.held(), src), false // it need not be in memory
	}
	if seeker, ok := src.(io.Seeker); ok && err == nil {
		if at, no := seeker.Seek(0, io.SeekCurrent); no == nil {
			f.seeker, f.start = seeker, at-f.taken
			return f.held(), true
		}
	}
	for err == nil && f.size < maxStored {
		room := min(2*f.size, maxStored)
		if len(f.stored) < room+padding { // an object before may have had as much
			f.stored = append(make([]byte, 0, room+padding), f.stored[:f.size]...)[:room+padding]
		}
		err = f.read(room)
	}
	switch {
	case f.all:
		return f.held(), true
	case err == nil:
		return io.MultiReader(f.held(), src), false
	}
	return io.MultiReader(f.held(), failing{err}), false
}

// read reads more of the source, up to room for it.
func (f *file) read(room int) error {
	var err error
	for f.size < room && err == nil {
		var n int
		n, err = f.src.Read(f.stored[f.size:room])
		f.size += n
		f.taken += int64(n)
	}
	f.all = err == io.EOF //nolint:errorlint // as an io.Reader returns it
	clear(f.stored[f.size : f.size+padding])
	return err
}

// held is what is at hand.
func (f *file) held() io.Reader {
	f.holds.Reset(f.stored[:f.size])
	return &f.holds
}

// again is the object once more, from its beginning.
func (f *file) again() io.Reader {
	if f.seeker == nil {
		return f.held()
	}
	if _, err := f.seeker.Seek(f.start, io.SeekStart); err != nil {
		return failing{err}
	}
	return f.src
}

// failing is a source that has failed.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// begin reports whether a gzip member that the decoder can read begins at a place
// of what is at hand.
func (f *file) begin(at int) bool {
	size := headerEnd(f.stored[at:f.size])
	if size < 0 || at+size+8 > f.size {
		return false
	}
	f.body = at + size
	f.check.sum, f.total, f.next, f.ended, f.at = 0, 0, false, false, progress{wide: f.at.wide, controls: f.at.controls}
	return true
}

// behind is how many bytes of the input slide keeps that are decoded: the decoder may still hold
// bits of them.
const behind = 8

// slide goes on to the next stretch of the object.
func (f *file) slide() bool {
	cut := max(f.body+f.at.pos-behind, 0)
	f.size = copy(f.stored, f.stored[cut:f.size])
	f.at.pos += f.body - cut
	f.body = 0
	err := f.read(firstStored)
	return err == nil || f.all
}

// more decodes what comes next behind the first n bytes of out, which are what
// came before it, or as much as a match can reach back. It returns how many
// bytes there are then, and false where the decoder has doubts: where the object
// is anything else than sound gzip members (RFC 1952). It stops behind each.
func (f *file) more(out []byte, n int) (int, bool) {
	// A match reaches no further back than to where its member begins.
	from := n - int(min(int64(n), f.total))
	end, why := f.decode(f.stored[f.body:f.size+padding], f.size-f.body, f.all, out[from:], n-from)
	for why == hungry && !f.all && f.slide() {
		end, why = f.decode(f.stored[f.body:f.size+padding], f.size-f.body, f.all, out[from:], end)
	}
	end += from
	fresh := out[n:end]
	f.check.add(fresh)
	if f.total += int64(len(fresh)); why == done {
		return end, f.behindMember()
	}
	return end, why == full
}

// used is how much of the source was decoded, whatever of it is at hand.
func (f *file) used() int64 {
	if f.ended {
		return f.taken
	}
	return f.taken - int64(f.size-min(f.body+f.at.pos, f.size))
}

// behindMember reports whether the checksum and the length stand behind a member
// that they are of, and behind them nothing, or another member.
func (f *file) behindMember() bool {
	at := f.body + f.at.pos
	if !f.all && at+8+header > f.size {
		if !f.slide() {
			return false
		}
		at = f.body + f.at.pos
	}
	if at+8 > f.size || binary.LittleEndian.Uint32(f.stored[at:]) != f.check.sum || binary.LittleEndian.Uint32(f.stored[at+4:]) != uint32(f.total) { //nolint:gosec // modulo 2^32, as it is there
		return false
	}
	if at += 8; at == f.size {
		f.ended = f.all
		return f.all
	}
	f.next = f.begin(at)
	return f.next
}

// The flags of a member's header, RFC 1952, section 2.3.1.
const (
	flagHeaderCRC = 1 << (iota + 1)
	flagExtra
	flagName
	flagComment
	flagsReserved = 0xe0
)

// longestName is how long a name or comment may be, without the zero that ends it:
// the streaming decoder takes no longer ones.
const longestName = 511

// headerEnd is where a member's compressed data begins, or -1.
func headerEnd(in []byte) int {
	const fixed = 10
	if len(in) < fixed || string(in[:len(magic)]) != magic || in[3]&(flagsReserved|flagHeaderCRC) != 0 {
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
		if end < 0 || end > longestName {
			return -1
		}
		at += end + 1
	}
	if at > len(in) {
		return -1
	}
	return at
}
