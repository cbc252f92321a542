package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"grantrail/ingest/custody"
)

// walk lists the folder that is a source, in name order, and the folders in it.
// Links are not followed.
func (l *lister) walk(root string) error {
	a := &ahead{stat: l.at.Sizes || l.at.Times}
	return l.folder(root, a, a.begin(root, false))
}

// folder lists a folder that is being read.
func (l *lister) folder(root string, a *ahead, r *reading) error {
	defer a.end(r)
	if err := l.ctx.Err(); err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return l.unlisted(root, r.path, err)
	}
	prefix := filepath.Join(r.path, "x")
	prefix = prefix[:len(prefix)-1]
	in := a.within(r, prefix)
	defer in.leave()
	for i, e := range r.all {
		var err error
		if e.kind.IsDir() {
			err = l.folder(root, a, in.next())
		} else {
			err = l.entry(r, i, prefix)
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

// entry takes an entry of a folder that is not a folder.
func (l *lister) entry(r *reading, n int, prefix string) error {
	switch name, kind := r.name(r.all[n]), r.all[n].kind; {
	case kind&fs.ModeSymlink != 0:
		l.settled(prefix+string(name), custody.Skipped, custody.KindLink, "a symbolic link inside a directory is not followed; name its target as a source to read it")
	case !kind.IsRegular():
		l.settled(prefix+string(name), custody.Skipped, custody.KindNotRegular, "not a regular file")
	case !r.stat:
		l.found.file(prefix, name)
	case r.stats[n].err != nil:
		return l.unlisted("", prefix+string(name), r.stats[n].err)
	default:
		l.file(prefix+string(name), r.stats[n].size, r.stats[n].modified)
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
