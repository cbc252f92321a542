package ingest

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"grantrail/ingest/record"
	"grantrail/ingest/table"
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
		return k.named(e.Account, string(e.Content[:]))
	}
	return k.named(e.Account, strings.ToLower(e.ID))
}

// named is the identity of an eventID in lower case.
func (k *known) named(account, id string) identity {
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

// replacement is a row that an addendum replaces, and the row of that.
type replacement struct{ old, by int }

// target is an event of a call, which an addendum can replace.
type target struct {
	of           identity
	source, name string
}

// superseded are the rows that addenda replace, each by the first that does, in the
// addenda's order. A row of another call is not replaced, and neither are two that
// claim each other.
//
// What an archive says of itself can be a lie: the time hangs on the number of
// rows, and not on how many claim how many.
func (k *known) superseded(t *table.Table) (out []replacement) {
	var addenda []int
	left := map[target]map[identity][]int{} // rows that may be replaced, by what they claim to replace
	for row := range t.Len() {
		if t.Replaces(row) != "" {
			addenda = append(addenda, row)
			left[target{k.claim(t, row), t.Source(row), t.Name(row)}] = map[identity][]int{}
		}
	}
	if len(addenda) == 0 {
		return nil
	}
	for row := range t.Len() {
		if rows, wanted := left[target{k.of(t, row), t.Source(row), t.Name(row)}]; wanted {
			claim := k.claim(t, row)
			rows[claim] = append(rows[claim], row)
		}
	}
	for _, by := range addenda {
		self, rows := k.of(t, by), left[target{k.claim(t, by), t.Source(by), t.Name(by)}]
		for claim, olds := range rows {
			if claim == self {
				continue
			}
			for _, old := range olds {
				out = append(out, replacement{old, by})
			}
			delete(rows, claim)
		}
	}
	slices.SortFunc(out, func(a, b replacement) int { return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.old, b.old)) })
	return out
}

// claim is the identity that a row claims to replace, or none.
func (k *known) claim(t *table.Table, row int) identity {
	if id := t.Replaces(row); id != "" {
		return k.named(t.Account(row), id)
	}
	return identity{}
}

// of is the identity of a row.
func (k *known) of(t *table.Table, row int) identity {
	return k.identity(&record.Event{Account: t.Account(row), ID: t.ID(row), Content: k.rows[row].sum})
}
