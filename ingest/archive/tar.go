package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
)

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
