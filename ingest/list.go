package ingest

import (
	"cmp"
	"context"
	"io"
	"slices"

	"grantrail/ingest/custody"
)

// Store opens the objects of one kind of source. Open returns the stored
// bytes; its error is sorted by errors.Is into [fs.ErrNotExist] (the object
// vanished), [fs.ErrPermission] (it may not be read) and others. It is called
// from several goroutines, and a body is read by one.
type Store interface {
	Open(ctx context.Context, name string) (io.ReadCloser, error)
}

// Object is one listed object.
type Object struct {
	Name    string // the path as given, or a URI
	Size    int64  // stored bytes, as listed; 0 where unknown
	store   Store
	verdict *verdict // settled while listing: nothing to open
}

// verdict is a state that is known without opening the object.
type verdict struct {
	state  custody.State
	kind   custody.Kind
	detail string
}

// Listing is what the sources hold, in name order.
type Listing struct {
	Sources []string // as given, sorted, distinct
	Objects []Object
	Bytes   int64 // stored bytes to be read
}

// settle sorts the objects and marks those that were named twice.
func (l *Listing) settle() {
	slices.Sort(l.Sources)
	l.Sources = slices.Compact(l.Sources)
	slices.SortStableFunc(l.Objects, func(a, b Object) int { return cmp.Compare(a.Name, b.Name) })
	for i := range l.Objects {
		if l.Objects[i].verdict == nil {
			l.Bytes += l.Objects[i].Size
		}
	}
}
