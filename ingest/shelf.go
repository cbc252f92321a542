package ingest

import (
	"bytes"
	"iter"

	"grantrail/ingest/catalog"
	"grantrail/ingest/layout"
)

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
	if o.settled == nil {
		s.Bytes += o.Size
	}
	s.digests = s.digests || layout.OfDigest(o.name)
}

func (f *found) add(o Object) {
	f.count(&o)
	f.heap.Add([]byte(o.name), f.of(&o))
}

// file adds a file whose size nobody has asked for.
func (f *found) file(folder string, name []byte) {
	f.name = append(append(f.name[:0], folder...), name...)
	f.digests = f.digests || bytes.Contains(f.name, []byte(layout.DigestMark))
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
