package ingest

import (
	"cmp"
	"context"
	"io"
	"path/filepath"
	"slices"
	"time"

	"grantrail/ingest/custody"
)

// Store opens the objects of one kind of source. Open returns the stored
// bytes of the version that was listed. Its error is a [*Fault], or is sorted
// by errors.Is into [fs.ErrNotExist] (the object vanished), [fs.ErrPermission]
// (it may not be read) and others. It is called from several goroutines, and a
// body is read by one. Stores are compared with ==.
type Store interface {
	Open(ctx context.Context, o *Object) (io.ReadCloser, error)
}

// Visited is a Store that opens objects more cheaply for a reader that opens many, one
// after another.
type Visited interface {
	Store
	Visit() Visit
}

// Visit is one reader's session with a store. It is not safe for concurrent use; the
// bodies that it opened are.
type Visit interface {
	Open(ctx context.Context, o *Object) (io.ReadCloser, error)
	Close()
}

// Fault is why a store cannot give an object, in the words of the account.
// Detail says what would help, where something does.
type Fault struct {
	Kind   custody.Kind
	Detail string
	Err    error
}

func (f *Fault) Error() string { return f.Detail }

// Unwrap gives the store's own error.
func (f *Fault) Unwrap() error { return f.Err }

// Remote lists the sources that are not on this machine.
type Remote interface {
	// Claims reports whether a source is this one's to list.
	Claims(source string) bool
	// List hands out the objects of a source, in any order and each once,
	// from one goroutine at a time. It may leave out what scope cannot want,
	// and returns what it left out.
	List(ctx context.Context, source string, scope Scope, add func(Object)) ([]custody.LeftOut, error)
}

// Scope is what of an archive can matter to the question. Empty lists and zero
// times are no bound.
type Scope struct {
	Accounts, Regions []string
	From, To          time.Time // of events, margins included, half-open

	// Since, if set, gives the first day of delivery to list in a region's folder;
	// earlier days are known already. Zero is all. The folder is spelt as object names
	// are, with its final slash.
	Since func(folder string) time.Time
}

// Places say where sources are.
type Places struct {
	Stdin    io.Reader
	Remote   Remote // nil where every source is on this machine
	Scope    Scope
	Times    bool              // record when files were modified
	Sizes    bool              // stat files while listing, and not when they are opened
	Progress func(objects int) // called as remote objects are listed, from one goroutine at a time
}

// Listing is what the sources hold, in name order.
type Listing struct {
	Sources []string // as given, sorted, distinct
	LeftOut []custody.LeftOut
	shelved
	sum
	since  func(folder string) time.Time // as the scope had it
	remote bool                          // some objects are
	once   bool                          // some objects can be read once only

	whole    []string // remote sources that are more than one object
	patterns []string // sources that are
}

// put takes the next object in name order.
func (l *Listing) put(o *Object) {
	l.count(o)
	l.add(o)
}

// requests is how many objects are fetched at a time. Files are opened by as
// many as read them.
func (l *Listing) requests(opt *Options) int {
	if !l.remote {
		return 0
	}
	return max(opt.Requests, 1)
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
		if o.verdict == nil && out.Len() > 0 && o.name == last {
			o.Size, o.verdict = 0, named(o.name)
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
	if o.verdict != nil && o.verdict.kind == custody.KindLink && l.files[id] {
		return true
	}
	if as, met := first[id]; met {
		o.Size, o.verdict = 0, named(as)
	} else {
		first[id] = o.name
	}
	return false
}
