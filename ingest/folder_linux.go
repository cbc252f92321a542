package ingest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// read adds what is in a folder, in no order. Entries are as getdents64(2) has
// them:
//
//	0   8 bytes  inode, 0 of what was deleted
//	8   8 bytes  where the next is in the folder
//	16  2 bytes  length of the entry
//	18  1 byte   kind
//	19  …        name, and a zero
func (e *entries) read(folder *os.File) error {
	if e.space == nil {
		e.space = make([]byte, 32<<10)
	}
	for {
		n := 0
		err := again(func() (err error) {
			n, err = unix.Getdents(int(folder.Fd()), e.space) //nolint:gosec // a file descriptor
			return err
		})
		if err != nil {
			return &fs.PathError{Op: "readdirent", Path: folder.Name(), Err: err}
		}
		if n <= 0 {
			return nil
		}
		for rest := e.space[:n]; len(rest) > 0; {
			one := rest[:binary.NativeEndian.Uint16(rest[16:])]
			rest = rest[len(one):]
			name, _, _ := bytes.Cut(one[19:], []byte{0})
			if binary.NativeEndian.Uint64(one) == 0 || string(name) == "." || string(name) == ".." {
				continue
			}
			kind, known := kindOf(one[18])
			if !known {
				var st unix.Stat_t
				switch err := lstat(folder, string(name), &st); {
				case errors.Is(err, fs.ErrNotExist): // any longer
					continue
				case err != nil:
					return err
				}
				kind, _ = kindOf(byte(st.Mode >> 12))
			}
			e.add(name, kind)
		}
	}
}

// kindOf is a kind as getdents64(2) has it, which is the highest bits of a mode.
// Unknown is what a file system does not say, or is none of these.
func kindOf(b byte) (kind fs.FileMode, known bool) {
	switch b {
	case unix.DT_REG:
		return 0, true
	case unix.DT_DIR:
		return fs.ModeDir, true
	case unix.DT_LNK:
		return fs.ModeSymlink, true
	case unix.DT_FIFO:
		return fs.ModeNamedPipe, true
	case unix.DT_SOCK:
		return fs.ModeSocket, true
	case unix.DT_CHR:
		return fs.ModeDevice | fs.ModeCharDevice, true
	case unix.DT_BLK:
		return fs.ModeDevice, true
	}
	return fs.ModeIrregular, false
}

// stat is the size of a folder's file, and its time of modification.
func stat(folder *os.File, name string) (size, modified int64, err error) {
	var st unix.Stat_t
	if err := lstat(folder, name, &st); err != nil {
		return 0, 0, err
	}
	return st.Size, st.Mtim.Nano(), nil
}

// lstat does not go the path to the folder, which may be long, again for each.
func lstat(folder *os.File, name string, st *unix.Stat_t) error {
	if err := again(func() error { return unix.Fstatat(int(folder.Fd()), name, st, unix.AT_SYMLINK_NOFOLLOW) }); err != nil { //nolint:gosec // a file descriptor
		return &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return nil
}

// folder is a reader's view of the disk: it stays in the folder where it opened
// a file last.
type folder struct {
	name string
	at   int
	held bool
}

// Open opens a file. One that may be no regular file is opened by its path, so
// that reading it can be interrupted.
func (f *folder) Open(ctx context.Context, o *Object) (io.ReadCloser, error) {
	name := o.Name()
	dir, base := filepath.Split(name)
	if o.Size == 0 && !o.unsized {
		return disk{}.Open(ctx, o)
	}
	if err := f.enter(cmp.Or(dir, ".")); err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	flags := unix.O_RDONLY | unix.O_CLOEXEC
	if o.unsized { // it was listed as a regular file, and may be another one by now
		flags |= unix.O_NOFOLLOW | unix.O_NONBLOCK
	}
	var fd int
	err := again(func() (err error) {
		fd, err = unix.Openat(f.at, base, flags, 0)
		return err
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if o.unsized {
		var st unix.Stat_t
		err := again(func() error { return unix.Fstat(fd, &st) })
		if err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG {
			err = errors.New("not a regular file any longer")
		}
		if err != nil {
			_ = unix.Close(fd) // it was not read
			return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
		}
		o.Size, o.unsized = st.Size, false
	}
	return &regular{fd: fd, name: name, size: o.Size}, nil
}

// enter stays in a folder.
func (f *folder) enter(name string) error {
	if f.held && f.name == name {
		return nil
	}
	f.Close()
	err := again(func() (err error) {
		f.at, err = unix.Open(name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	f.name, f.held = name, err == nil
	return err
}

// Close leaves the folder.
func (f *folder) Close() {
	if f.held {
		_ = unix.Close(f.at) // it was only read
		f.held = false
	}
}

// regular is a regular file: reading it never waits for anybody, so nothing is
// made ready to wait.
type regular struct {
	fd       int
	name     string
	size, at int64
}

func (r *regular) Read(p []byte) (int, error) {
	n := 0
	err := again(func() (err error) {
		n, err = unix.Read(r.fd, p)
		return err
	})
	switch {
	case err != nil:
		return 0, &fs.PathError{Op: "read", Path: r.name, Err: err}
	case n == 0 && len(p) > 0:
		return 0, io.EOF
	}
	if r.at += int64(n); n < len(p) && r.at == r.size { // the disk has no more, and was to have none
		return n, io.EOF
	}
	return n, nil
}

func (r *regular) Seek(offset int64, whence int) (int64, error) {
	at, err := unix.Seek(r.fd, offset, whence)
	if err != nil {
		return 0, &fs.PathError{Op: "seek", Path: r.name, Err: err}
	}
	r.at = at
	return at, nil
}

func (r *regular) Close() error { return unix.Close(r.fd) }

// again calls what a signal may interrupt.
func again(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}
