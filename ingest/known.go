package ingest

import (
	"encoding/binary"
	"strings"

	"grantrail/ingest/record"
)

// known remembers each kept event: its contents, and where it was first met. It grows
// with the table, so it holds no pointers.
type known struct {
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

func newKnown() *known {
	return &known{first: map[identity]int32{}, others: map[content]bool{}}
}

// identity is that of an event. One without an ID is known by its content alone.
func (k *known) identity(e *record.Event) identity {
	if e.ID == "" {
		return k.hash(e.Account, string(e.Content[:]))
	}
	return k.hash(e.Account, strings.ToLower(e.ID))
}

func (k *known) hash(account, id string) identity {
	k.scratch = binary.AppendUvarint(k.scratch[:0], uint64(len(account)))
	k.scratch = append(append(k.scratch, account...), id...)
	return record.Hash(k.scratch)
}

// met reports whether an event was met, whatever its content.
func (k *known) met(e *record.Event) bool {
	_, met := k.first[k.identity(e)]
	return met
}

// add takes an event that is to be the next row, unless it was met with the same
// content. Where it was met with another, that is given too.
func (k *known) add(e *record.Event) (other *sighting, added bool) {
	id := k.identity(e)
	if row, met := k.first[id]; !met {
		k.first[id] = int32(len(k.rows)) //nolint:gosec // rows are not so many
	} else {
		other = &k.rows[row]
		this := content{id, e.Content}
		if other.sum == e.Content || k.others[this] {
			return other, false
		}
		k.others[this] = true
	}
	k.rows = append(k.rows, sighting{e.Content, int32(e.Object), int32(e.Record)}) //nolint:gosec // nor are objects and records
	return other, true
}
