package ingest

import (
	"context"
	"fmt"
	"io"

	"grantrail/ingest/custody"
)

// Object is one listed object.
type Object struct {
	name    string
	Size    int64  // stored bytes, as listed; 0 where unknown
	unsized bool   // nobody has asked for its size yet: opening it does
	mtime   int64  // nanoseconds since 1970, where a listing was asked for it; else 0
	Tag     string // what the store knows the listed version by, such as an ETag; "" where it has none
	store   Store
	settled *settled // while listing: nothing to open; else nil
}

// NewObject is an object that a store can open. Its name is the path as given,
// or a URI.
func NewObject(name string, size int64, tag string, store Store) Object {
	return Object{name: name, Size: size, Tag: tag, store: store}
}

// Name is the path as given, or a URI.
func (o *Object) Name() string { return o.name }

// Open opens the object, as its store does.
func (o *Object) Open(ctx context.Context) (io.ReadCloser, error) { return o.store.Open(ctx, o) }

// Settled is an object whose state is known without opening it.
func Settled(name string, state custody.State, kind custody.Kind, detail string) Object {
	return Object{name: name, settled: &settled{state, kind, detail}}
}

// settled is a state that is known without opening the object.
type settled struct {
	state  custody.State
	kind   custody.Kind
	detail string
}

// named is the state of an object that the sources name again.
func named(as string) *settled {
	return &settled{custody.Duplicate, custody.KindDuplicateObject, fmt.Sprintf("the sources name it twice; read once, as %q", as)}
}
