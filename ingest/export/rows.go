package export

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"grantrail/ingest/record"
)

// Rows are records on their way to the files, of one object, in its order. They
// copy what they are given. Those that [Writer.Rows] gives are to be written by
// that Writer, which reuses them.
type Rows struct {
	Object  string
	Verdict string

	arena     []byte
	rows      []row
	resources []record.Resource
	places    []place // few, mostly one
}

// place is what a record says of where it was made.
type place struct{ account, region string }

// row is one record. Its values are cut out of the arena. It holds no pointers,
// so that the collector has nothing to look for in it.
type row struct {
	at        int64     // µs since 1970
	id        [2]uint64 // hash of its eventID
	print     uint64    // of its members, in whatever order
	place     uint32    // in places
	record    int32
	base, of  uint32 // where it begins in the arena, and its length
	resources struct{ from, to uint32 }
	values    [record.Fields]record.Span // counted from base
}

// maxRows and maxArena bound what is collected before it is handed on. It is
// gone through column by column, and should lie near meanwhile.
const (
	maxRows  = 1 << 10
	maxArena = 512 << 10
)

// Full reports whether the rows are to be handed on.
func (r *Rows) Full() bool { return len(r.arena) >= maxArena || len(r.rows) >= maxRows }

// reset makes the rows ready for another object.
func (r *Rows) reset() {
	*r = Rows{arena: r.arena[:0], rows: r.rows[:0], resources: r.resources[:0], places: r.places[:0]}
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// Add adds a record. Account, region and time place it in its partition.
func (r *Rows) Add(raw []byte, of *record.Found, account, region string, at time.Time, number int) {
	if len(r.rows) < cap(r.rows) {
		r.rows = r.rows[:len(r.rows)+1]
	} else {
		r.rows = append(r.rows, row{})
	}
	w := &r.rows[len(r.rows)-1]
	w.at, w.place, w.record = at.UnixMicro(), r.placed(place{account, region}), int32(number) //nolint:gosec // an object has not so many
	w.id, w.print, w.values = identity(of.Value(record.EventID)), of.Print, of.Spans
	w.base, w.of = uint32(len(r.arena)), uint32(len(raw)) //nolint:gosec // some megabytes
	r.arena = of.Append(r.arena)
	w.resources.from = uint32(len(r.resources)) //nolint:gosec // as above
	r.resources = append(r.resources, of.Resources...)
	w.resources.to = uint32(len(r.resources)) //nolint:gosec // as above
}

// text is what stands in a span of a row. It is valid until the rows are reset.
func (r *Rows) text(w *row, s record.Span) []byte { return r.arena[w.base+s.From : w.base+s.To] }

// raw is the record of a row.
func (r *Rows) raw(w *row) []byte { return r.arena[w.base : w.base+w.of] }

// placed is the number of a place. Neighbours mostly share theirs.
func (r *Rows) placed(at place) uint32 {
	for i := len(r.places) - 1; i >= 0; i-- {
		if r.places[i] == at {
			return uint32(i)
		}
	}
	r.places = append(r.places, at)
	return uint32(len(r.places) - 1)
}

// The hashes of IDs are of two halves, and of one run.
var halves = [...]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// identity is an eventID in 16 bytes, or zero where there is none. IDs are
// compared without regard to case.
func identity(id []byte) (sum [2]uint64) {
	if len(id) == 0 {
		return sum
	}
	var small [64]byte
	lower := append(small[:0], id...)
	rest := lower
	for ; len(rest) >= 8; rest = rest[8:] {
		binary.LittleEndian.PutUint64(rest, lowered(binary.LittleEndian.Uint64(rest)))
	}
	for i, c := range rest {
		rest[i] = byte(lowered(uint64(c)))
	}
	return [2]uint64{maphash.Bytes(halves[0], lower) | 1, maphash.Bytes(halves[1], lower)}
}

// lowered is eight letters without upper case.
func lowered(word uint64) uint64 {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	ascii := word &^ high
	// The highest bit of a byte is set where it is from A on, and where it is
	// behind Z.
	upper := (ascii + (0x80-'A')*ones) &^ (ascii + (0x7f-'Z')*ones) &^ word & high
	return word | upper>>2
}
