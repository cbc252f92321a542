package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"grantrail/ingest"
)

// destination is the folder that an export goes to. It is written into another, and
// put there once it is whole: by renaming that, or, where the folder is there and
// empty, or cannot be renamed, as a mount point, by moving what is in it up.
type destination struct {
	folder  string // with no link at its end: what a link leads to is replaced, and not the link
	exists  bool
	clobber bool   // it may hold an earlier export
	temp    string // where the export is written
	inside  bool   // the folder, to be filled in place
}

// exportsTo checks the folder that an export is to go to: nothing but an earlier
// export is replaced, and nothing that is read.
func exportsTo(output string, clobber bool, a *apart) (*destination, error) {
	d := &destination{folder: filepath.Clean(output), clobber: clobber}
	if real, err := filepath.EvalSymlinks(d.folder); err == nil {
		d.folder = real
	} else if _, err := os.Lstat(d.folder); err == nil {
		return nil, usagef("--output %q is a link that leads nowhere", output)
	}
	for _, src := range a.sources {
		if ingest.Inside(ingest.Root(src), ingest.Real(d.folder)) {
			return nil, usagef("the source %q lies in --output %q, which is to be replaced: name another", src, output)
		}
		if namesIn(src, d.folder, accountName, "account=0/region=0/day=0/part-0000.parquet", "account=0/region=0/day=0/part-0000.arrow") {
			return nil, usagef("--output %q lies inside the source %q: its files would be read as evidence", output, src)
		}
	}
	for _, out := range a.writes {
		if ingest.Inside(ingest.RealParent(out.path), ingest.Real(d.folder)) {
			return nil, usagef("%s %q lies in --output %q, which is for nothing but the export", out.flag, out.path, output)
		}
	}
	switch foreign, err := d.foreign(); {
	case errors.Is(err, fs.ErrNotExist):
		return d, nil
	case err != nil:
		return nil, usagef("--output %q: %w", output, err)
	case foreign != "":
		return nil, usagef("--output %q is there and not empty, it has %q: name another; --clobber replaces an earlier export, and nothing else", output, foreign)
	}
	d.exists = true
	return d, nil
}

// foreign is something in the folder that may not be replaced, or "".
func (d *destination) foreign() (string, error) {
	entries, err := d.entries()
	if err != nil || len(entries) == 0 {
		return "", err
	}
	if !d.clobber {
		return entries[0].Name(), nil
	}
	return foreignIn(d.folder, entries, layout)
}

// entries are what the folder holds, but for what this run writes.
func (d *destination) entries() ([]fs.DirEntry, error) {
	entries, err := os.ReadDir(d.folder)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return d.inside && e.Name() == filepath.Base(d.temp) }), err
}

// layout is how the folders of an export are named, outermost first; in the last are
// its files.
var layout = []string{"account=", "region=", "day="}

var partName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^part-\d{4,}\.(parquet|arrow)$`) })

// foreignIn is something in a folder of an export, or below, that no export has, or
// "". The outermost has the file that says what it is.
func foreignIn(folder string, entries []fs.DirEntry, levels []string) (string, error) {
	if len(levels) == len(layout) {
		at := slices.IndexFunc(entries, func(e fs.DirEntry) bool { return e.Name() == accountName && e.Type().IsRegular() })
		if at < 0 {
			return entries[0].Name(), nil
		}
		entries = slices.Delete(entries, at, at+1)
	}
	for _, e := range entries {
		switch {
		case len(levels) == 0 && e.Type().IsRegular() && partName().MatchString(e.Name()):
			continue
		case len(levels) == 0 || !e.IsDir() || !strings.HasPrefix(e.Name(), levels[0]):
			return e.Name(), nil
		}
		path := filepath.Join(folder, e.Name())
		inner, err := os.ReadDir(path)
		if err != nil {
			return "", err
		}
		if foreign, err := foreignIn(path, inner, levels[1:]); err != nil || foreign != "" {
			return filepath.Join(e.Name(), foreign), err
		}
	}
	return "", nil
}

// begin makes the folder to write into. Whether the one that is there can be renamed
// is tried with it, before anything is read: across the edge of a mount it cannot.
func (d *destination) begin() (err error) {
	parent, base := filepath.Dir(d.folder), filepath.Base(d.folder)
	if !d.exists {
		if err := os.MkdirAll(parent, folderMode); err != nil {
			return err
		}
		d.temp, err = freshFolder(parent, base)
		return err
	}
	if d.temp, err = freshFolder(d.folder, "export"); err != nil {
		return err
	}
	d.inside = true
	entries, err := d.entries()
	if here, wrong := os.Getwd(); err != nil || wrong != nil || len(entries) == 0 || ingest.Inside(ingest.Real(here), ingest.Real(d.folder)) {
		return err
	}
	beside := filepath.Join(parent, "."+base+filepath.Base(d.temp))
	if os.Rename(d.temp, beside) == nil {
		d.temp, d.inside = beside, false
	}
	return nil
}

// giveUp removes what was written, unless it is in its place.
func (d *destination) giveUp() { _ = os.RemoveAll(d.temp) } // the failure that led to it is what counts

// finish puts the export in its place.
func (d *destination) finish() error {
	if !d.exists {
		return os.Rename(d.temp, d.folder)
	}
	if foreign, err := d.foreign(); err != nil {
		return err
	} else if foreign != "" {
		return fmt.Errorf("%q has appeared in it since the start", foreign)
	}
	if d.inside {
		return d.fill()
	}
	return d.swap()
}

// swap puts the new folder where the old one was, which is removed once that is done.
func (d *destination) swap() error {
	if mode, ok := modeOf(d.folder, fs.FileMode.IsDir); ok {
		if err := os.Chmod(d.temp, mode); err != nil {
			return err
		}
	}
	before := d.temp + ".before"
	if err := os.Rename(d.folder, before); err != nil {
		return err
	}
	if err := os.Rename(d.temp, d.folder); err != nil {
		return errors.Join(err, os.Rename(before, d.folder))
	}
	return os.RemoveAll(before)
}

// fill moves what was written up into the folder, and what was there aside, which is
// removed once that is done. What fails is undone. The file that says what an export
// is goes first and comes last: without it there is none.
func (d *destination) fill() error {
	old, err := d.entries()
	if err != nil {
		return err
	}
	written, err := os.ReadDir(d.temp)
	if err != nil {
		return err
	}
	before := d.temp + ".before"
	if err := os.Mkdir(before, folderMode); err != nil {
		return err
	}
	slices.SortStableFunc(old, func(a, b fs.DirEntry) int { return accounts(b) - accounts(a) })
	slices.SortStableFunc(written, func(a, b fs.DirEntry) int { return accounts(a) - accounts(b) })
	var done moves
	err = done.move(old, d.folder, before)
	if err == nil {
		err = done.move(written, d.temp, d.folder)
	}
	if err != nil {
		return errors.Join(err, done.undo(), os.Remove(before))
	}
	return os.RemoveAll(before)
}

// accounts is 1 of the file that says what an export is.
func accounts(e fs.DirEntry) int {
	if e.Name() == accountName {
		return 1
	}
	return 0
}

// moves are what was renamed, from and to.
type moves [][2]string

func (m *moves) move(entries []fs.DirEntry, from, to string) error {
	for _, e := range entries {
		one := [2]string{filepath.Join(from, e.Name()), filepath.Join(to, e.Name())}
		if err := os.Rename(one[0], one[1]); err != nil {
			return err
		}
		*m = append(*m, one)
	}
	return nil
}

func (m *moves) undo() (err error) {
	for _, one := range slices.Backward(*m) {
		err = errors.Join(err, os.Rename(one[1], one[0]))
	}
	return err
}
