package archive

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

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
