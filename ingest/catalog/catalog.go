// Package catalog holds many names in little memory, each with a short note, in
// name order.
//
// The objects of an archive have long names that differ little from those
// beside them, so an entry stores only what its name does not share with the
// one before. An object of CloudTrail's, whose key has some 170 bytes, takes
// about 50 with its note.
//
// # Format
//
// Entries lie in pages. An entry is
//
//	uvarint  bytes shared with the name before it; 0 for the first of a page
//	uvarint  bytes that follow
//	uvarint  bytes of the note
//	…        the rest of the name, the note
//
// with uvarint as encoding/binary has it.
package catalog

import (
	"bytes"
	"container/heap"
	"encoding/binary"
	"iter"
)

// pageSize is what is allocated at a time. A longer entry gets a page for
// itself.
const pageSize = 32 << 10

// List is a sequence of entries in name order. Names may repeat. The zero List
// is empty.
type List struct {
	pages [][]byte
	last  []byte
	n     int
	twice bool
}

// Len is the number of entries.
func (l *List) Len() int { return l.n }

// Twice reports whether a name was added twice.
func (l *List) Twice() bool { return l.twice }

// Held is the memory that the entries take, in bytes.
func (l *List) Held() int64 {
	var held int64
	for _, p := range l.pages {
		held += int64(cap(p))
	}
	return held
}

// takes reports whether a name can follow the last one.
func (l *List) takes(name []byte) bool { return l.n == 0 || bytes.Compare(name, l.last) >= 0 }

// Append adds an entry. A name that sorts before the last one is a mistake of
// the caller's, and panics.
func (l *List) Append(name, note []byte) {
	if !l.takes(name) {
		panic("catalog: names out of order: " + string(name))
	}
	var head [3 * binary.MaxVarintLen64]byte
	shared := 0
	if l.n > 0 {
		shared = common(l.last, name)
		l.twice = l.twice || shared == len(name) && shared == len(l.last)
	}
	b := entryHead(head[:0], shared, len(name)-shared, len(note))
	if p := len(l.pages) - 1; p < 0 || len(l.pages[p])+len(b)+len(name)-shared+len(note) > cap(l.pages[p]) {
		shared = 0
		b = entryHead(head[:0], 0, len(name), len(note))
		l.pages = append(l.pages, make([]byte, 0, max(pageSize, len(b)+len(name)+len(note))))
	}
	page := &l.pages[len(l.pages)-1]
	*page = append(append(append(*page, b...), name[shared:]...), note...)
	l.last = append(l.last[:shared], name[shared:]...)
	l.n++
}

func entryHead(b []byte, shared, rest, note int) []byte {
	b = binary.AppendUvarint(b, uint64(shared))
	b = binary.AppendUvarint(b, uint64(rest))
	return binary.AppendUvarint(b, uint64(note))
}

func common(a, b []byte) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// All yields the names and notes in order. Both are valid until the next.
func (l *List) All() iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		c := l.Cursor()
		for c.Next() {
			if !yield(c.Name, c.Note) {
				return
			}
		}
	}
}

// Cursor reads a List, an entry after another. Name and Note are valid until
// Next is called again.
type Cursor struct {
	Name, Note []byte

	pages [][]byte
	rest  []byte // of the page at hand
	order int
}

// Cursor is before the first entry.
func (l *List) Cursor() *Cursor { return &Cursor{pages: l.pages} }

// Next goes to the next entry, and reports whether there is one.
func (c *Cursor) Next() bool {
	if len(c.rest) == 0 {
		if len(c.pages) == 0 {
			return false
		}
		c.rest, c.pages = c.pages[0], c.pages[1:]
	}
	shared, rest, note := c.number(), c.number(), c.number()
	c.Name = append(c.Name[:shared], c.rest[:rest]...)
	c.Note = c.rest[rest : rest+note]
	c.rest = c.rest[rest+note:]
	return true
}

func (c *Cursor) number() int {
	v, n := binary.Uvarint(c.rest)
	c.rest = c.rest[n:]
	return int(v) //nolint:gosec // a length that Append wrote
}

// Heap takes entries in nearly any order: several sequences, each in name
// order, one interleaved with the others. The zero Heap is empty.
type Heap struct {
	lists []*List
	at    int // the one that took the last entry
	n     int
}

// Len is the number of entries.
func (h *Heap) Len() int { return h.n }

// Add adds an entry.
func (h *Heap) Add(name, note []byte) {
	h.n++
	if h.at < len(h.lists) && h.lists[h.at].takes(name) {
		h.lists[h.at].Append(name, note)
		return
	}
	for i, l := range h.lists {
		if l.takes(name) {
			h.at = i
			l.Append(name, note)
			return
		}
	}
	h.at = len(h.lists)
	h.lists = append(h.lists, &List{})
	h.lists[h.at].Append(name, note)
}

// Sorted is the entries as one List, where they came in name order; else nil.
func (h *Heap) Sorted() *List {
	switch len(h.lists) {
	case 0:
		return &List{}
	case 1:
		return h.lists[0]
	}
	return nil
}

// All yields the entries in name order; of one name, in no certain order. Both
// slices are valid until the next.
func (h *Heap) All() iter.Seq2[[]byte, []byte] {
	return func(yield func([]byte, []byte) bool) {
		var q queue
		for i, l := range h.lists {
			c := l.Cursor()
			if c.order = i; c.Next() {
				q = append(q, c)
			}
		}
		heap.Init(&q)
		for len(q) > 0 {
			if !yield(q[0].Name, q[0].Note) {
				return
			}
			if q[0].Next() {
				heap.Fix(&q, 0)
			} else {
				heap.Pop(&q)
			}
		}
	}
}

// queue is the lists that are being merged, as container/heap has it.
type queue []*Cursor

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	c := bytes.Compare(q[i].Name, q[j].Name)
	return c < 0 || c == 0 && q[i].order < q[j].order
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*Cursor)) } //nolint:forcetypeassert // of our own
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
