package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Visit takes one member. Body is valid until it returns; its errors are
// [*Error].
type Visit func(name string, body io.Reader)

// Tar hands out the members of a tar. Its error is an [*Error].
func Tar(r io.Reader, b *Budget, visit Visit) error {
	t := tar.NewReader(metered{r, b})
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return &Error{err}
		case h.Typeflag != tar.TypeReg:
			continue
		}
		if err := b.member(); err != nil {
			return &Error{err}
		}
		visit(label(h.Name), faulty{t})
	}
}

// faulty marks the errors of tar's reader as the archive's.
type faulty struct{ r io.Reader }

func (f faulty) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
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
		return &Error{fmt.Errorf("%w: a zip of more than %d bytes", ErrLimit, b.Zip)}
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return &Error{err}
	}
	for _, f := range z.File {
		if !f.Mode().IsRegular() {
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
	return nil
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
