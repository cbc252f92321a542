package ingest

import (
	"encoding/binary"
	"strings"

	"grantrail/ingest/record"
)

// distinct remembers each kept event: its contents, and where it was first met. It grows
// with the table, so it holds no pointers.
type distinct struct {
	first   map[identity]int32 // row of the first content
	rows    []sighting
	others  map[content]bool // those of an event that was met with several
	scratch []byte
}

// identity is what makes two records the same event: a hash of the account whose
// trail wrote it, and of the eventID.
type identity [2]uint64

// content is one of the contents of an event.
type content struct {
	of  identity
	sum [16]byte
}

// sighting is where a row was met, and its content.
type sighting struct {
	sum            [16]byte
	object, record int32
}

func newDistinct() *distinct {
	return &distinct{first: map[identity]int32{}, others: map[content]bool{}}
}

// identity is that of an event. One without an ID is known by its content alone.
func (d *distinct) identity(e *record.Event) identity {
	if e.ID == "" {
		return d.hash(e.Account, string(e.Content[:]))
	}
	return d.hash(e.Account, strings.ToLower(e.ID))
}

func (d *distinct) hash(account, id string) identity {
	d.scratch = binary.AppendUvarint(d.scratch[:0], uint64(len(account)))
	d.scratch = append(append(d.scratch, account...), id...)
	return record.Hash(d.scratch)
}

// met reports whether an event was met, whatever its content.
func (d *distinct) met(e *record.Event) bool {
	_, met := d.first[d.identity(e)]
	return met
}

// add takes an event that is to be the next row, unless it was met with the same
// content. Where it was met with another, that is given too.
func (d *distinct) add(e *record.Event) (other *sighting, added bool) {
	id := d.identity(e)
	if row, met := d.first[id]; !met {
		d.first[id] = int32(len(d.rows)) //nolint:gosec // rows are not so many
	} else {
		other = &d.rows[row]
		this := content{id, e.Content}
		if other.sum == e.Content || d.others[this] {
			return other, false
		}
		d.others[this] = true
	}
	d.rows = append(d.rows, sighting{e.Content, int32(e.Object), int32(e.Record)}) //nolint:gosec // nor are objects and records
	return other, true
}
