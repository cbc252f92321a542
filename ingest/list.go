package ingest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unique"

	"grantrail/ingest/custody"
)

// Store opens the objects of one kind of source. Open returns the stored
// bytes of the version that was listed. Its error is a [*Fault], or is sorted
// by errors.Is into [fs.ErrNotExist] (the object vanished), [fs.ErrPermission]
// (it may not be read) and others. It is called from several goroutines, and a
// body is read by one.
type Store interface {
	Open(ctx context.Context, o *Object) (io.ReadCloser, error)
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

// Object is one listed object. There can be a million of them, so the folder
// that many share is held once.
type Object struct {
	folder  unique.Handle[string] // with its final slash
	base    string
	Size    int64  // stored bytes, as listed; 0 where unknown
	Tag     string // what the store knows the listed version by, such as an ETag; "" where it has none
	store   Store
	verdict *verdict // settled while listing: nothing to open
}

// NewObject is an object that a store can open. Its name is the path as given,
// or a URI.
func NewObject(name string, size int64, tag string, store Store) Object {
	cut := strings.LastIndexByte(name, '/') + 1
	return Object{folder: unique.Make(name[:cut]), base: strings.Clone(name[cut:]), Size: size, Tag: tag, store: store}
}

// Name is the path as given, or a URI.
func (o *Object) Name() string { return o.folder.Value() + o.base }

// byName orders objects by their names, mostly without making them.
func byName(a, b Object) int {
	if a.folder == b.folder {
		return cmp.Compare(a.base, b.base)
	}
	x, y := a.folder.Value(), b.folder.Value()
	n := min(len(x), len(y))
	if c := cmp.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	return cmp.Compare(a.Name(), b.Name())
}

// Open opens the object, as its store does.
func (o *Object) Open(ctx context.Context) (io.ReadCloser, error) { return o.store.Open(ctx, o) }

// Settled is an object whose state is known without opening it.
func Settled(name string, state custody.State, kind custody.Kind, detail string) Object {
	o := NewObject(name, 0, "", nil)
	o.verdict = &verdict{state, kind, detail}
	return o
}

// verdict is a state that is known without opening the object.
type verdict struct {
	state  custody.State
	kind   custody.Kind
	detail string
}

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
}

// Places say where sources are.
type Places struct {
	Stdin    io.Reader
	Remote   Remote // nil where every source is on this machine
	Scope    Scope
	Progress func(objects int) // called as remote objects are listed, from one goroutine at a time
}

// Listing is what the sources hold, in name order.
type Listing struct {
	Sources []string // as given, sorted, distinct
	Objects []Object
	Bytes   int64 // stored bytes to be read
	LeftOut []custody.LeftOut
	remote  bool // some objects are
}

// settle sorts the objects and marks those that were named twice.
func (l *Listing) settle() {
	slices.Sort(l.Sources)
	l.Sources = slices.Compact(l.Sources)
	slices.SortStableFunc(l.Objects, byName)
	for i := range l.Objects {
		if i > 0 && l.Objects[i].verdict == nil && byName(l.Objects[i], l.Objects[i-1]) == 0 {
			l.Objects[i].Size = 0
			l.Objects[i].verdict = named(l.Objects[i].Name())
		}
		if l.Objects[i].verdict == nil {
			l.Bytes += l.Objects[i].Size
		}
	}
	slices.SortFunc(l.LeftOut, func(a, b custody.LeftOut) int {
		return cmp.Or(cmp.Compare(a.Prefix, b.Prefix), cmp.Compare(a.Why, b.Why))
	})
	l.LeftOut = slices.Compact(l.LeftOut)
}

// named is the verdict of an object that the sources name again.
func named(as string) *verdict {
	return &verdict{custody.Duplicate, custody.KindDuplicateObject, fmt.Sprintf("the sources name it twice; read once, as %q", as)}
}
