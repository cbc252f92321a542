package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"grantrail/ingest/custody"
)

// List finds the objects that the sources name: files, directories (walked; links
// inside are not followed), globs (** crosses directories), "-" for standard input, and
// what at.Remote claims. It fails where a source names nothing, or a directory that is
// named cannot be read. What cannot be used inside a directory becomes an object that
// is settled. The listing is in name order.
func List(ctx context.Context, sources []string, at ListOptions) (*Listing, error) {
	l := &lister{ctx: ctx, at: at, files: map[string]bool{}}
	// A single folder cannot name a file twice.
	l.several = len(sources) > 1 || len(sources) == 1 && patterned(sources[0])
	l.Sources, l.since = append([]string{}, sources...), at.Scope.Since
	for _, src := range sources {
		if err := l.source(src); err != nil {
			return nil, fmt.Errorf("listing %q: %w", src, err)
		}
	}
	return l.settle(), nil
}

type lister struct {
	Listing
	found   found
	ctx     context.Context
	at      ListOptions
	several bool            // one file can come twice
	files   map[string]bool // absolute paths of the files that are sources themselves
}

func (l *lister) source(src string) error {
	switch {
	case src == Stdin:
		l.once = true
		l.found.add(NewObject(Stdin, 0, "", stream{l.at.Stdin}))
		return nil
	case l.at.Remote != nil && l.at.Remote.Claims(src):
		return l.far(src)
	}
	info, err := os.Stat(src)
	if err == nil {
		return l.named(src, info)
	}
	if !errors.Is(err, fs.ErrNotExist) || !patterned(src) {
		return err
	}
	return l.glob(src)
}

// far lists a remote source.
func (l *lister) far(src string) error {
	before, whole := l.found.heap.Len(), true
	scope, bounded := watched(l.at.Scope)
	left, err := l.at.Remote.List(l.ctx, src, scope, func(o Object) {
		l.found.add(o)
		whole = whole && o.name != src
		if l.at.Progress != nil {
			l.at.Progress(l.found.heap.Len())
		}
	})
	l.LeftOut, l.remote = append(l.LeftOut, left...), true
	if err == nil && l.found.heap.Len() == before && len(left) == 0 && !bounded.Load() {
		return errors.New("no object has this prefix")
	}
	if whole {
		l.whole = append(l.whole, src)
	}
	return err
}

// watched is a scope that notes whether it had some folder not listed whole,
// for what is known.
func watched(scope Scope) (Scope, *atomic.Bool) {
	bounded := &atomic.Bool{} // folders are listed in parallel
	if since := scope.Since; since != nil {
		scope.Since = func(folder string) time.Time {
			at := since(folder)
			if !at.IsZero() {
				bounded.Store(true)
			}
			return at
		}
	}
	return scope, bounded
}

func (l *lister) glob(pattern string) error {
	paths, err := doublestar.FilepathGlob(pattern, doublestar.WithFailOnIOErrors(), doublestar.WithNoFollow())
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return errors.New("the pattern matches nothing")
	}
	l.patterns = append(l.patterns, pattern)
	slices.Sort(paths) // a folder before what is in it
	folders := map[string]bool{}
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case under(p, folders) && (err != nil || info.IsDir() || !isLink(p)):
			continue // walked with the folder, where only links to files are left out
		case errors.Is(err, fs.ErrNotExist):
			l.settled(p, custody.Unread, custody.KindVanished, "the file vanished while it was listed")
			continue
		case err != nil:
			return err
		case info.IsDir():
			folders[filepath.Clean(p)] = true
		}
		if err := l.named(p, info); err != nil {
			return err
		}
	}
	return nil
}

// under reports whether a path lies in one of some folders.
func under(path string, folders map[string]bool) bool {
	for at := filepath.Clean(path); len(folders) > 0; {
		parent := filepath.Dir(at)
		if parent == at {
			return false
		}
		if at = parent; folders[at] {
			return true
		}
	}
	return false
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// named takes a path that the user named: a link is followed.
func (l *lister) named(path string, info fs.FileInfo) error {
	if !info.IsDir() {
		path = filepath.Clean(path)
		if abs, err := filepath.Abs(path); err == nil && l.several {
			l.files[abs] = true
		}
		size := info.Size()
		if !info.Mode().IsRegular() {
			size, l.once = 0, true // a named pipe is read to its end
		}
		l.file(path, size, info.ModTime().UnixNano())
		return nil
	}
	// Only behind a slash a link that the user named is followed.
	root := filepath.Clean(path)
	if target, err := filepath.EvalSymlinks(root); err == nil && target != root {
		root += string(filepath.Separator)
	}
	return l.walk(root)
}

func (l *lister) settled(path string, state custody.State, kind custody.Kind, detail string) {
	l.found.add(Settled(path, state, kind, detail))
}

// settle brings what was found into name order, and marks what was named twice:
// by equal names, or by two paths of one file, of which the smaller is read.
func (l *lister) settle() *Listing {
	out := &l.Listing
	defer l.ordered()
	if l.adopt() {
		return out
	}
	first := map[string]string{} // identity to the name that is read, where two paths can lead to one file
	last := ""
	for name, note := range l.found.heap.All() {
		o := l.found.object(name, note)
		if l.twice(o, first) {
			continue
		}
		if o.settled == nil && out.Len() > 0 && o.name == last {
			o.Size, o.settled = 0, named(o.name)
		}
		last = o.name
		out.put(o)
	}
	return out
}

// adopt takes what was found as it is, where it came in name order and nothing
// twice, as from one folder.
func (l *lister) adopt() bool {
	list := l.found.heap.Sorted()
	if l.several || list == nil || list.Twice() {
		return false
	}
	l.notes, l.list, l.sum = l.found.notes, *list, l.found.sum
	return true
}

// ordered brings the rest of a listing into order.
func (l *lister) ordered() {
	l.found = found{} // the lister lives as long as its listing
	l.Sources = slices.Compact(slices.Sorted(slices.Values(l.Sources)))
	slices.SortFunc(l.LeftOut, func(a, b custody.LeftOut) int {
		return cmp.Or(cmp.Compare(a.Prefix, b.Prefix), cmp.Compare(a.Why, b.Why))
	})
	l.LeftOut = slices.Compact(l.LeftOut)
}

// twice marks a file that was met under another path. It reports true where the object
// is to be dropped instead: a link inside a directory that is named as a source too,
// and followed there.
func (l *lister) twice(o *Object, first map[string]string) (drop bool) {
	if !l.several || o.store != nil && o.store != Store(disk{}) {
		return false
	}
	id := o.name
	if abs, err := filepath.Abs(o.name); err == nil {
		id = abs
	}
	if o.settled != nil && o.settled.kind == custody.KindLink && l.files[id] {
		return true
	}
	if as, met := first[id]; met {
		o.Size, o.settled = 0, named(as)
	} else {
		first[id] = o.name
	}
	return false
}

// reason is the cause of a path error without the path, which is said beside.
func reason(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
