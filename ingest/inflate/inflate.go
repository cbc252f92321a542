// Package inflate turns a stored object into one stream of plain bytes.
//
// Whether an object is gzip (RFC 1952) is decided by its first two bytes,
// 1f 8b, never by its name: browsers and command-line tools take the
// compression off and leave the name, or the other way round.
//
// A gzip object may have several members (RFC 1952, section 2.2); they are
// read as one stream, and [Reader.MemberStarts] says where in that stream each
// began, so that a caller can tell a value that continues over members from a
// member that was appended behind it. Every member's CRC-32 and length are
// checked.
//
// # Errors
//
// Read returns whole what precedes a damage, and then an [*Error] that says
// what kind of damage it is. Bytes behind the last member that are no member
// are never passed over: they end the stream with [Trailing].
//
// # Two decoders
//
// Nearly every object is sound: it is decoded by a decoder that is made for what
// lies in memory. What can be had only once and is too large for that, and
// whatever that decoder does not like, goes through the streaming decoder of
// github.com/klauspost/compress, which alone says what is damaged: it reads the
// object once more, and goes on behind what was given. A sound object gives the
// same bytes either way, and so does what precedes a damage.
//
// # Window
//
// Text is inflated into a window, and given there by [Reader.Window] to those
// who look at it in place, or copied by Read. However large an object is, no
// more of its text is held than that.
//
// A [Reader] is reused from object to object by Reset, since its tables cost
// more to make than a small object costs to inflate. It is not safe for
// concurrent use.
package inflate

import (
	"bufio"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// readAhead is the size of the stored bytes held at a time.
const readAhead = 64 << 10

// Damage says in which way a stream is broken.
type Damage uint8

// The kinds of damage.
const (
	Truncated Damage = iota + 1 // the stream ends inside a member
	Corrupt                     // a member's header or its deflate data is invalid (RFC 1951)
	Checksum                    // a member's CRC-32 or length disagrees with its data
	Trailing                    // bytes behind the last member that are no member
	Storage                     // the storage failed; nothing is said of the evidence
)

// Error is a damage and where it was met.
type Error struct {
	Damage Damage
	Member int   // zero-based
	Offset int64 // inflated bytes before it
	Err    error
}

// Error words the damage for a person.
func (e *Error) Error() string {
	what := map[Damage]string{
		Truncated: "gzip stream ends early",
		Corrupt:   "gzip stream is corrupt",
		Checksum:  "gzip checksum or length disagrees with the data",
		Trailing:  "bytes that are not gzip follow the last gzip member",
		Storage:   "reading failed",
	}[e.Damage]
	return fmt.Sprintf("%s (member %d, after %d inflated bytes): %v", what, e.Member, e.Offset, e.Err)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Reader is one object's plain bytes.
type Reader struct {
	stored  *bufio.Reader
	source  *sourceReader
	zip     *gzip.Reader
	stale   bool // zip may have tables of objects before
	gzipped bool
	nearly  bool
	starts  []int64
	offset  int64     // plain bytes inflated
	err     error     // behind the window
	sum     hash.Hash // of the plain bytes; nil where nobody asks
	window  window
	file    file // the object, where it is taken into memory
	decoded bool // and left to our decoder, so far
	streams bool // all objects are left to the streaming decoder
}

// NewReader makes a Reader to be Reset.
func NewReader() *Reader {
	src := &sourceReader{}
	return &Reader{source: src, stored: bufio.NewReaderSize(src, readAhead)}
}

// StreamOnly leaves all objects to the streaming decoder from now on.
func (r *Reader) StreamOnly() { r.streams = true }

// sourceReader remembers the storage's own error, so that a network or disk
// failure is never taken for a damaged file.
type sourceReader struct {
	r   io.Reader
	n   int64
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// Reset begins a new object. Where src is an [io.Seeker] as well, a large object
// is held in part, and read once more where our decoder has doubts.
func (r *Reader) Reset(src io.Reader) {
	r.window.reset()
	r.starts, r.offset, r.err = r.starts[:0], 0, nil
	r.stale = true
	ours := false
	if !r.streams {
		src, ours = r.file.take(src)
		if r.decoded = ours && r.file.begin(0); r.decoded {
			r.gzipped, r.nearly = true, false
			r.starts = append(r.starts, 0)
			*r.source = sourceReader{}
			return
		}
	}
	r.decoded = false
	r.from(src)
	head, err := r.stored.Peek(len(magic))
	r.gzipped = len(head) >= 2 && string(head[:2]) == magic[:2]
	r.nearly = nearMagic(head)
	switch {
	case len(head) < 2 && r.source.err != nil:
		r.err = r.damage(Storage, err)
	case r.gzipped && ours:
		r.from(r.file.again())
		r.nextMember()
	case r.gzipped:
		r.nextMember()
	}
}

// from has stored bytes read from src, from its beginning.
func (r *Reader) from(src io.Reader) {
	*r.source = sourceReader{r: src}
	r.stored.Reset(r.source)
}

// Gzipped reports whether the object began with the gzip magic number.
func (r *Reader) Gzipped() bool { return r.gzipped }

// NearlyGzipped reports whether the object begins as gzip does but for one of
// its first three bytes: most likely gzip whose first bytes were damaged.
func (r *Reader) NearlyGzipped() bool { return !r.gzipped && r.nearly }

// magic is how gzip begins, with the one method there is: RFC 1952, section 2.3.1.
const magic = "\x1f\x8b\x08"

// nearMagic reports whether all but one of the first bytes are those of gzip.
func nearMagic(head []byte) bool {
	same := 0
	for i, c := range head {
		if c == magic[i] {
			same++
		}
	}
	return same == 2
}

// Hash has the plain bytes written to h as they are given, from the next Reset
// on; nil stops it.
func (r *Reader) Hash(h hash.Hash) { r.sum = h }

// Stored is the number of stored bytes taken so far.
func (r *Reader) Stored() int64 { return r.source.n }

// Inflated is the number of plain bytes given so far.
func (r *Reader) Inflated() int64 { return r.offset - int64(r.window.to-r.window.from) }

// MemberStarts are the inflated offsets at which gzip members began, in order.
// The slice is valid until the next Read or Reset.
func (r *Reader) MemberStarts() []int64 { return r.starts }

// settle decides what the end or failure of the current stretch means.
func (r *Reader) settle(err error) {
	switch {
	case r.source.err != nil:
		r.err = r.damage(Storage, r.source.err)
	case !r.gzipped:
		r.err = err
	case errors.Is(err, io.EOF):
		r.afterMember()
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.err = r.damage(Truncated, err)
	case errors.Is(err, gzip.ErrChecksum):
		r.err = r.damage(Checksum, err)
	default:
		r.err = r.damage(Corrupt, err)
	}
}

// afterMember looks at what stands behind a finished member.
func (r *Reader) afterMember() {
	head, err := r.stored.Peek(2)
	switch {
	case r.source.err != nil:
		r.err = r.damage(Storage, r.source.err)
	case len(head) == 0:
		r.err = io.EOF
	case len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b:
		r.err = r.damage(Trailing, errors.Join(errNoMember, nonEOF(err)))
	default:
		r.nextMember()
	}
}

var errNoMember = errors.New("no gzip header")

func nonEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// nextMember opens the member that begins at the current stored position.
func (r *Reader) nextMember() {
	r.starts = append(r.starts, r.offset)
	if r.stale {
		r.forget()
	}
	err := r.zip.Reset(r.stored)
	if err == nil {
		r.zip.Multistream(false)
		return
	}
	switch {
	case r.source.err != nil:
		r.err = r.damage(Storage, r.source.err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.err = r.damage(Truncated, io.ErrUnexpectedEOF) // and not the end that readers take for a good one
	default:
		r.err = r.damage(Corrupt, err)
	}
}

// forget has the streaming decoder forget the objects before. It keeps its tables when
// it is reset, and takes them for what an empty code says: what an object is must not
// depend on what was read before it. So it reads a member first, each time, that
// leaves it tables which are always the same.
func (r *Reader) forget() {
	r.stale = false
	if r.zip == nil {
		r.zip = new(gzip.Reader)
	}
	if r.zip.Reset(strings.NewReader(forgotten)) == nil {
		_, _ = io.Copy(io.Discard, r.zip) // it is sound, as a test says
	}
}

// forgotten is a gzip member of no text. The codes of its block have one symbol each:
// the end, and the farthest distance.
const forgotten = magic + "\x00\x00\x00\x00\x00\x00\xff" +
	"\x05\xdd\x81\x00\x00\x00\x00\x00\x90\xff\x6b\x25\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00"

func (r *Reader) damage(d Damage, err error) *Error {
	return &Error{Damage: d, Member: max(len(r.starts)-1, 0), Offset: r.offset, Err: err}
}
