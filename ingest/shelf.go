package ingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"iter"

	"grantrail/ingest/catalog"
	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
)

// Object is one listed object.
type Object struct {
	name    string
	Size    int64  // stored bytes, as listed; 0 where unknown
	unsized bool   // nobody has asked for its size yet: opening it does
	mtime   int64  // nanoseconds since 1970, where a listing was asked for it; else 0
	Tag     string // what the store knows the listed version by, such as an ETag; "" where it has none
	store   Store
	verdict *verdict // settled while listing: nothing to open
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
	return Object{name: name, verdict: &verdict{state, kind, detail}}
}

// verdict is a state that is known without opening the object.
type verdict struct {
	state  custody.State
	kind   custody.Kind
	detail string
}

// named is the verdict of an object that the sources name again.
func named(as string) *verdict {
	return &verdict{custody.Duplicate, custody.KindDuplicateObject, fmt.Sprintf("the sources name it twice; read once, as %q", as)}
}

// notes keeps what a catalog's entry says of an object beside its name: there
// can be a million, so it is a few bytes each, and what many share stands here
// once. A note is
//
//	uvarint  1 + index of the store, 0 without one
//	uvarint  1 + index of the verdict, 0 without one
//	uvarint  1 + stored size, 0 where nobody has asked for it
//	uvarint  time of modification, 0 where it was not asked for
//	…        0 and the tag as it is, or 1 and the 16 bytes that it spells
type notes struct {
	stores   []Store
	verdicts []*verdict
	buf      []byte
}

func (n *notes) of(o *Object) []byte {
	store, verdict := 0, 0
	if o.store != nil {
		store = n.store(o.store)
	}
	if o.verdict != nil {
		n.verdicts = append(n.verdicts, o.verdict)
		verdict = len(n.verdicts)
	}
	b := binary.AppendUvarint(n.buf[:0], uint64(store))
	b = binary.AppendUvarint(b, uint64(verdict))
	size := uint64(max(o.Size, 0)) + 1 //nolint:gosec // not negative
	if o.unsized {
		size = 0
	}
	b = binary.AppendUvarint(b, size)
	b = binary.AppendUvarint(b, uint64(max(o.mtime, 0))) //nolint:gosec // likewise
	n.buf = appendTag(b, o.Tag)
	return n.buf
}

// store is 1 + the index of a store.
func (n *notes) store(s Store) int {
	for i := range n.stores {
		if n.stores[i] == s {
			return i + 1
		}
	}
	n.stores = append(n.stores, s)
	return len(n.stores)
}

// appendTag packs the commonest tag, an MD5 between quotes.
func appendTag(b []byte, tag string) []byte {
	const quoted = 2 + 32
	if len(tag) == quoted && tag[0] == '"' && tag[quoted-1] == '"' {
		var sum [16]byte
		if _, err := hex.Decode(sum[:], []byte(tag[1:quoted-1])); err == nil && hex.EncodeToString(sum[:]) == tag[1:quoted-1] {
			return append(append(b, 1), sum[:]...)
		}
	}
	return append(append(b, 0), tag...)
}

func tagOf(b []byte) string {
	if b[0] == 1 {
		return `"` + hex.EncodeToString(b[1:]) + `"`
	}
	return string(b[1:])
}

// object is what a name and its note say.
func (n *notes) object(name, note []byte) *Object {
	o := &Object{name: string(name)}
	field := func() uint64 {
		v, size := binary.Uvarint(note)
		note = note[size:]
		return v
	}
	if store := field(); store > 0 {
		o.store = n.stores[store-1]
	}
	if verdict := field(); verdict > 0 {
		o.verdict = n.verdicts[verdict-1]
	}
	if size := field(); size > 0 {
		o.Size = int64(size - 1) //nolint:gosec // it was one
	} else {
		o.unsized = true
	}
	o.mtime = int64(field()) //nolint:gosec // likewise
	o.Tag = tagOf(note)
	return o
}

// found is what a listing has met so far, in the order of the listing.
type found struct {
	notes
	sum
	heap catalog.Heap
	name []byte
}

// sum is what is known of objects by their names and sizes.
type sum struct {
	Bytes   int64 // stored bytes to be read, as far as sizes are known
	digests bool  // some object is named as a digest is
}

func (s *sum) count(o *Object) {
	if o.verdict == nil {
		s.Bytes += o.Size
	}
	s.digests = s.digests || digest.Named(o.name)
}

func (f *found) add(o Object) {
	f.count(&o)
	f.heap.Add([]byte(o.name), f.of(&o))
}

// file adds a file whose size nobody has asked for.
func (f *found) file(folder string, name []byte) {
	f.name = append(append(f.name[:0], folder...), name...)
	f.digests = f.digests || bytes.Contains(f.name, []byte(digest.Mark))
	f.heap.Add(f.name, f.of(&Object{store: disk{}, unsized: true}))
}

// shelved is the objects of a listing, in name order.
type shelved struct {
	notes
	list catalog.List
}

func (s *shelved) add(o *Object) { s.list.Append([]byte(o.name), s.of(o)) }

// All yields the objects in name order. Each is a new one.
func (s *shelved) All() iter.Seq[*Object] {
	return func(yield func(*Object) bool) {
		for name, note := range s.list.All() {
			if !yield(s.object(name, note)) {
				return
			}
		}
	}
}

// shelfCursor reads the objects one after another.
type shelfCursor struct {
	*Object // nil at the end
	from    *shelved
	at      *catalog.Cursor
}

func (s *shelved) cursor() *shelfCursor {
	c := &shelfCursor{from: s, at: s.list.Cursor()}
	c.next()
	return c
}

func (c *shelfCursor) next() {
	c.Object = nil
	if c.at.Next() {
		c.Object = c.from.object(c.at.Name, c.at.Note)
	}
}

// Held is the memory that the listing takes, in bytes.
func (s *shelved) Held() int64 { return s.list.Held() }

// Len is the number of objects.
func (s *shelved) Len() int { return s.list.Len() }
