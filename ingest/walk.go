package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"grantrail/ingest/custody"
)

// directory is a folder, and what is in it, in name order.
type directory struct {
	*os.File
	entries []fs.DirEntry
	err     error
}

func openFolder(name string) (f directory) {
	if f.File, f.err = os.Open(name); f.err != nil { //nolint:gosec // what was asked for
		return f
	}
	f.entries, f.err = f.ReadDir(-1)
	slices.SortFunc(f.entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return f
}

// walk lists a folder, in name order, and the folders in it. Links are not
// followed.
func (l *lister) walk(root, folder string) error { return l.within(root, folder, openFolder(folder)) }

// within lists what is in a folder. While one of its folders is gone through, the
// next one is read.
func (l *lister) within(root, folder string, at directory) error {
	defer func() { _ = at.Close() }() // it was only read, if that
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if at.err != nil {
		return l.unlisted(root, folder, at.err)
	}
	prefix := filepath.Join(folder, "x")
	prefix = prefix[:len(prefix)-1]
	folders := make(chan directory) // those in it, in order
	done := make(chan struct{})
	defer close(done)
	go func() {
		for _, e := range at.entries {
			if !e.IsDir() {
				continue
			}
			next := openFolder(prefix + e.Name())
			select {
			case folders <- next:
			case <-done:
				_ = next.Close() // nobody looks at it any more
				return
			}
		}
	}()
	for _, e := range at.entries {
		var err error
		if e.IsDir() {
			err = l.within(root, prefix+e.Name(), <-folders)
		} else {
			err = l.entry(at.File, prefix, e)
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
func (l *lister) entry(folder *os.File, prefix string, e fs.DirEntry) error {
	switch mode := e.Type(); {
	case mode&fs.ModeSymlink != 0:
		l.settled(prefix+e.Name(), custody.Skipped, custody.KindLink, "a symbolic link inside a directory is not followed; name its target as a source to read it")
	case !mode.IsRegular():
		l.settled(prefix+e.Name(), custody.Skipped, custody.KindNotRegular, "not a regular file")
	case !l.at.Sizes && !l.at.Times:
		l.found.file(prefix, e.Name())
	default:
		size, modified, err := stat(folder, e)
		if err != nil {
			return l.unlisted("", prefix+e.Name(), err)
		}
		l.file(prefix+e.Name(), size, modified)
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
