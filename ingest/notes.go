package ingest

import (
	"encoding/binary"
	"encoding/hex"
)

// notes keeps what a catalog's entry says of an object beside its name: there
// can be a million, so it is a few bytes each, and what many share stands here
// once. A note is
//
//	uvarint  1 + index of the store, 0 without one
//	uvarint  1 + index of what it is settled as, 0 where it is not
//	uvarint  1 + stored size, 0 where nobody has asked for it
//	uvarint  time of modification, 0 where it was not asked for
//	…        0 and the tag as it is, or 1 and the 16 bytes that it spells
type notes struct {
	stores  []Store
	settled []*settled
	buf     []byte
}

func (n *notes) of(o *Object) []byte {
	store, settled := 0, 0
	if o.store != nil {
		store = n.store(o.store)
	}
	if o.settled != nil {
		n.settled = append(n.settled, o.settled)
		settled = len(n.settled)
	}
	b := binary.AppendUvarint(n.buf[:0], uint64(store))
	b = binary.AppendUvarint(b, uint64(settled))
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
	if settled := field(); settled > 0 {
		o.settled = n.settled[settled-1]
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
