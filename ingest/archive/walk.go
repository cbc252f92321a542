package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Visit takes one member. Body is valid until it returns; its errors are
// [*Error].
type Visit func(name string, body io.Reader)

// Tar hands out the members of a tar. Its error is an [*Error].
func Tar(r io.Reader, b *Budget, visit Visit) error {
	all := &ending{r: metered{r, b}}
	t := tar.NewReader(all)
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return all.check()
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return &Error{err}
		case !isFile(h):
			continue
		}
		if err := b.member(); err != nil {
			return &Error{err}
		}
		visit(label(h.Name), faulty{t, b})
	}
}

// isFile reports whether a member of a tar has bytes of its own: sparse files
// have, and contiguous ones, and what is of a type that is not known is a file,
// as POSIX has it.
func isFile(h *tar.Header) bool {
	switch h.Typeflag {
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo, tar.TypeXGlobalHeader:
		return false
	case 'D', 'V': // GNU's list of a folder, and label of a volume
		return false
	}
	return true
}

// ending is the text of a tar, looked at where its reader stops looking.
type ending struct {
	r    io.Reader
	over bool // it ended where more was asked for
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.over = e.over || n == 0 && errors.Is(err, io.EOF)
	return n, err
}

var (
	errCut      = errors.New("it has no end mark, so members may be missing")
	errFollowed = errors.New("something follows its end, and is not taken as evidence")
)

// check says whether a tar that was read to its end is all there. Without the end
// mark it was cut between two members, and nothing else tells. What follows is
// read, since that is where gzip says whether all before it is sound: zeros fill
// up a block, and anything else is what another tar behind the first looks like.
func (e *ending) check() error {
	if e.over {
		return &Error{errCut}
	}
	followed := false
	buf := make([]byte, 32<<10)
	for {
		n, err := e.r.Read(buf)
		followed = followed || len(bytes.Trim(buf[:n], "\x00")) > 0
		switch {
		case errors.Is(err, io.EOF) && followed:
			return &Error{errFollowed}
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// faulty marks the errors of tar's reader as the archive's. Holes of sparse files
// come out of no bytes of the tar, and are spent here.
type faulty struct {
	r      io.Reader
	budget *Budget
}

func (f faulty) Read(p []byte) (int, error) {
	left := f.budget.Bytes
	n, err := f.r.Read(p)
	if holes := int64(n) - (left - f.budget.Bytes); holes > 0 {
		if over := f.budget.Spend(int(holes)); over != nil {
			return n, over
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = &Error{err}
	}
	return n, err
}

// Zip hands out the members of a zip, which it holds in memory. Its error is
// an [*Error].
func Zip(r io.Reader, b *Budget, visit Visit) error {
	data, err := io.ReadAll(io.LimitReader(r, b.Zip+1))
	if err != nil {
		return &Error{err}
	}
	if int64(len(data)) > b.Zip {
		return &Error{fmt.Errorf("%w: a zip of more than %d bytes", errLimit, b.Zip)}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return &Error{err}
	}
	for _, f := range z.File {
		if !hasBytes(f) {
			continue
		}
		if err := b.member(); err != nil {
			return &Error{err}
		}
		open(f, b, visit)
	}
	if err := b.left(); err != nil {
		return &Error{err}
	}
	return around(data, z)
}

// hasBytes reports whether a member of a zip is to be read. What calls itself a
// folder or a device and has bytes all the same is; a link's are a name.
func hasBytes(f *zip.File) bool {
	mode := f.Mode()
	return mode.IsRegular() || mode&fs.ModeSymlink == 0 && f.UncompressedSize64 > 0
}

// Sizes, APPNOTE 4.3.7, 4.3.15 and 4.3.16, and what stands for one of 64 bits.
const (
	localHeader  = 30
	locator      = 20
	directoryEnd = 22
	in64         = 1<<32 - 1
)

var (
	errBefore = errors.New("its directory does not account for all of it, as where one zip was put behind another")
	errBehind = errors.New("something follows its directory, and is not taken as evidence")
)

// around looks for what a zip's directory says nothing of. The last in the text
// counts. It stands before its end record, where that says, and names the member
// that the text begins with; unless another zip was there before.
func around(data []byte, z *zip.Reader) error {
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	if end < 0 || len(data) < end+directoryEnd {
		return nil // there is none, as the reader of it has said
	}
	size := int(binary.LittleEndian.Uint16(data[end+directoryEnd-2:]))
	if len(bytes.Trim(data[min(len(data), end+directoryEnd+size):], "\x00")) > 0 {
		return &Error{errBehind}
	}
	if !bytes.HasPrefix(data, []byte("PK\x03\x04")) || len(data) < localHeader {
		return nil
	}
	if length, at := binary.LittleEndian.Uint32(data[end+12:]), binary.LittleEndian.Uint32(data[end+16:]); length != in64 && at != in64 &&
		!bytes.HasSuffix(data[:max(0, end-locator+4)], []byte("PK\x06\x07")) && uint64(length)+uint64(at) != uint64(end) {
		return &Error{errBefore}
	}
	first := localHeader + int64(binary.LittleEndian.Uint16(data[26:])) + int64(binary.LittleEndian.Uint16(data[28:]))
	for _, f := range z.File {
		if at, err := f.DataOffset(); err == nil && at == first {
			return nil
		}
	}
	return &Error{errBefore}
}

// encrypted is the bit of a zip member's flags that says so.
const encrypted = 1

// open hands out a member, or its fault in its place.
func open(f *zip.File, b *Budget, visit Visit) {
	var body io.ReadCloser
	err := errors.New("the member is encrypted")
	if f.Flags&encrypted == 0 {
		body, err = f.Open()
	}
	if err != nil {
		visit(label(f.Name), broken{err})
		return
	}
	defer func() { _ = body.Close() }() // it was only read
	visit(label(f.Name), metered{body, b})
}

// broken is a member that cannot be opened.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, &Error{b.err} }
