package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// openFolder opens a folder. One that was met in another may be something else
// by now, which is not waited for, and not followed.
func openFolder(path string, met bool) (*os.File, error) {
	flags := os.O_RDONLY
	if met {
		flags |= unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_NONBLOCK
	}
	return os.OpenFile(path, flags, 0) //nolint:gosec // what was asked for
}

// spaces are buffers for getdents, used again.
var spaces = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// some adds some of what is in a folder, or gives io.EOF where that was all. Entries
// are as getdents64(2) has them:
//
//	0   8 bytes  inode, 0 of what was deleted
//	8   8 bytes  where the next is in the folder
//	16  2 bytes  length of the entry
//	18  1 byte   kind
//	19  …        name, and a zero
func (e *entries) some(folder *os.File) error {
	space := spaces.Get().(*[32 << 10]byte)
	defer spaces.Put(space)
	n := 0
	err := again(func() (err error) {
		n, err = unix.Getdents(int(folder.Fd()), space[:]) //nolint:gosec // a file descriptor
		return err
	})
	switch {
	case err != nil:
		return &fs.PathError{Op: "readdirent", Path: folder.Name(), Err: err}
	case n <= 0:
		return io.EOF
	}
	for rest := space[:n]; len(rest) > 0; {
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
	return nil
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

// lstat stats a name relative to an open folder, which saves resolving a long path for
// every entry.
func lstat(folder *os.File, name string, st *unix.Stat_t) error {
	if err := again(func() error { return unix.Fstatat(int(folder.Fd()), name, st, unix.AT_SYMLINK_NOFOLLOW) }); err != nil { //nolint:gosec // a file descriptor
		return &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return nil
}
