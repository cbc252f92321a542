package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"grantrail/ingest/custody"
)

// walk lists a folder, in name order, and the folders in it. Links are not
// followed.
func (l *lister) walk(root, folder string) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	at, err := os.Open(folder) //nolint:gosec // what was asked for
	if err != nil {
		return l.unlisted(root, folder, err)
	}
	defer func() { _ = at.Close() }() // it was only read
	first := len(l.entries.all)
	defer l.entries.cut(first, len(l.entries.names))
	if err := l.entries.read(at); err != nil {
		return l.unlisted(root, folder, err)
	}
	l.entries.sort(first)
	prefix := filepath.Join(folder, "x")
	prefix = prefix[:len(prefix)-1]
	for i := first; i < len(l.entries.all); i++ {
		e := l.entries.all[i]
		if e.kind.IsDir() {
			err = l.walk(root, prefix+string(l.entries.name(e)))
		} else {
			err = l.entry(at, prefix, l.entries.name(e), e.kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unlisted takes a folder or entry that cannot be listed. For the source itself
// that stops the run.
func (l *lister) unlisted(root, path string, err error) error {
	if path == root {
		return err
	}
	kind := custody.KindReadError
	switch {
	case errors.Is(err, fs.ErrPermission):
		kind = custody.KindDenied
	case errors.Is(err, fs.ErrNotExist):
		kind = custody.KindVanished
	}
	l.settled(path, custody.Unread, kind, fmt.Sprintf("cannot be listed: %v", reason(err)))
	return nil
}

// entry takes what a walk meets in a folder and is none.
func (l *lister) entry(folder *os.File, prefix string, name []byte, kind fs.FileMode) error {
	switch {
	case kind&fs.ModeSymlink != 0:
		l.settled(prefix+string(name), custody.Skipped, custody.KindLink, "a symbolic link inside a directory is not followed; name its target as a source to read it")
	case !kind.IsRegular():
		l.settled(prefix+string(name), custody.Skipped, custody.KindNotRegular, "not a regular file")
	case !l.at.Sizes && !l.at.Times:
		l.found.file(prefix, name)
	default:
		size, modified, err := stat(folder, string(name))
		if err != nil {
			return l.unlisted("", prefix+string(name), err)
		}
		l.file(prefix+string(name), size, modified)
	}
	return nil
}

// file takes a file, with its time of modification in nanoseconds since 1970.
func (l *lister) file(path string, size, modified int64) {
	o := NewObject(path, size, "", disk{})
	if l.at.Times {
		o.mtime = modified
	}
	l.found.add(o)
}
