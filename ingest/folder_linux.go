package ingest

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// folder opens files relative to the directory of the last one, which it keeps open.
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

// regular reads a regular file by system calls alone: such reads never wait for a peer,
// so the poller of the runtime is not needed.
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
