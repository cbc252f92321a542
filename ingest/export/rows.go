package export

import (
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
	// Outlines finds the values of records that are to be added.
	Outlines *record.Outlines

	arena     []byte
	rows      []row
	resources []resource
	places    []place // few, mostly one
	touched   byte    // nothing, but for the compiler
}

// place is what a record says of where it was made.
type place struct{ account, region string }

// row is one record. Its values are cut out of the arena. It holds no pointers,
// so that the collector has nothing to look for in it.
type row struct {
	at        int64  // µs since 1970
	place     uint32 // in places
	record    int32
	raw       span
	values    [record.Fields]span
	resources struct{ from, to uint32 }
	id        [16]byte // hash of its eventID
	print     uint64   // of its members, in whatever order
	unnamed   bool     // it has no eventID
}

// resource is an element of a record's resources: ARN, type, account.
type resource [3]span

// span is a part of the arena, and its hash; the zero span is of nothing: a
// record begins behind the first byte.
type span struct{ from, of, hash uint32 }

func newRows() *Rows { return &Rows{Outlines: record.NewOutlines()} }

// maxRows and maxArena bound what is collected before it is handed on. It is
// gone through column by column, and should lie near meanwhile.
const (
	maxRows  = 1 << 10
	maxArena = 256 << 10
)

// Full reports whether the rows are to be handed on.
func (r *Rows) Full() bool { return len(r.arena) >= maxArena || len(r.rows) >= maxRows }

// reset makes the rows ready for another object.
func (r *Rows) reset() {
	*r = Rows{Outlines: r.Outlines, arena: r.arena[:0], rows: r.rows[:0], resources: r.resources[:0], places: r.places[:0]}
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// seed makes the hashes of one run comparable with each other.
var seed = maphash.MakeSeed()

// Add adds a record. Account, region and time place it in its partition.
func (r *Rows) Add(raw []byte, v *record.Values, account, region string, at time.Time, number int) {
	if len(r.rows) < cap(r.rows) {
		r.rows = r.rows[:len(r.rows)+1]
	} else {
		r.rows = append(r.rows, row{})
	}
	if len(r.arena) == 0 {
		r.arena = append(r.arena, 0)
	}
	w := &r.rows[len(r.rows)-1]
	w.at, w.place, w.record = at.UnixMicro(), r.placed(place{account, region}), int32(number) //nolint:gosec // an object has not so many
	from := len(r.arena)
	r.arena = append(r.arena, raw...)
	w.raw = span{from: uint32(from), of: uint32(len(raw))}
	w.print = 0
	for i, value := range v {
		if value == nil {
			w.values[i] = span{}
			continue
		}
		hash := maphash.Bytes(seed, value)
		w.values[i] = r.cut(raw, from, value, hash)
		w.print += hash * uint64(2*i+1) // told apart by what they say, in whatever order they say it
	}
	w.id, w.unnamed = identity(v[record.EventID])
	w.resources.from = uint32(len(r.resources))
	v.Resources(func(arn, kind, account []byte) {
		var e resource
		for i, value := range [...][]byte{arn, kind, account} {
			e[i] = r.cut(raw, from, value, maphash.Bytes(seed, value))
		}
		r.resources = append(r.resources, e)
	})
	w.resources.to = uint32(len(r.resources))
}

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

// cut is where a value stands in the arena. Nearly every value is a part of its
// record, which is there already; one whose escapes were undone is put behind.
func (r *Rows) cut(raw []byte, from int, value []byte, hash uint64) span {
	at := from
	if off := cap(raw) - cap(value); off >= 0 && off+len(value) <= len(raw) && len(value) > 0 && &raw[off] == &value[0] {
		at += off
	} else if len(value) > 0 {
		at = len(r.arena)
		r.arena = append(r.arena, value...)
	}
	return span{uint32(at), uint32(len(value)), uint32(hash)} //nolint:gosec // some megabytes, and half of a hash
}

// identity is an eventID in 16 bytes. IDs are compared without regard to case.
func identity(id []byte) (sum [16]byte, unnamed bool) {
	var small [64]byte
	lower := append(small[:0], id...)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	a, b := maphash.Bytes(seed, lower), maphash.Bytes(second, lower)
	for i := range 8 {
		sum[i], sum[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	return sum, len(id) == 0
}

var second = maphash.MakeSeed()

// bytes is what a span is of. It is valid until the rows are reset.
func (r *Rows) bytes(s span) []byte { return r.arena[s.from : s.from+s.of] }

// none reports whether the record does not say it.
func (s span) none() bool { return s.from == 0 }

// hashed is the hash of a text's value.
func hashed(value []byte) uint32 { return uint32(maphash.Bytes(seed, value)) } //nolint:gosec // half of it

// near brings the arena near, from wherever another processor left it: in order,
// which takes a tenth of what it takes value by value, column by column.
func (r *Rows) near() {
	const line = 64 // of the cache
	for i := 0; i < len(r.arena); i += line {
		r.touched += r.arena[i]
	}
}
