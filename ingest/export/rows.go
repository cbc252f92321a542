package export

import (
	"hash/maphash"
	"time"

	"grantrail/ingest/record"
)

// Rows are records on their way to the files, of one object, in its order. It
// copies what it is given.
type Rows struct {
	Object  string
	Verdict string

	arena []byte
	rows  []row
}

// row is one record. Its values are cut out of the arena.
type row struct {
	at      time.Time
	account string
	region  string
	record  int
	raw     span
	values  [record.Fields]span
	id      [16]byte // hash of its eventID
	print   uint64   // of its members, in whatever order
	unnamed bool     // it has no eventID
	size    int
}

// span is a part of the arena, the zero span of nothing: a record begins behind
// the first byte.
type span struct{ from, of uint32 }

// MaxRows bounds what is collected before it is handed on, in bytes.
const MaxRows = 2 << 20

// Full reports whether the rows are to be handed on.
func (r *Rows) Full() bool { return len(r.arena) >= MaxRows }

// Reset makes the rows ready for another object.
func (r *Rows) Reset() { *r = Rows{arena: r.arena[:0], rows: r.rows[:0]} }

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// seed makes the hashes of one run comparable with each other.
var seed = maphash.MakeSeed()

// Add adds a record. Account, region and time place it in its partition.
func (r *Rows) Add(raw []byte, v *record.Values, account, region string, at time.Time, number int) {
	w := row{at: at, account: account, region: region, record: number, size: len(raw)}
	if len(r.arena) == 0 {
		r.arena = append(r.arena, 0)
	}
	from := len(r.arena)
	r.arena = append(r.arena, raw...)
	w.raw = span{uint32(from), uint32(len(raw))}
	for i, value := range v {
		if value == nil {
			continue
		}
		w.values[i] = r.cut(raw, from, value)
		w.size += len(value)
	}
	w.id, w.unnamed = identity(v[record.EventID])
	w.print = fingerprint(v)
	r.rows = append(r.rows, w)
}

// cut is where a value stands in the arena. Nearly every value is a part of its
// record, which is there already; one whose escapes were undone is put behind.
func (r *Rows) cut(raw []byte, from int, value []byte) span {
	if len(value) == 0 {
		return span{uint32(from), 0}
	}
	if off := cap(raw) - cap(value); off >= 0 && off+len(value) <= len(raw) && &raw[off] == &value[0] {
		return span{uint32(from + off), uint32(len(value))}
	}
	at := len(r.arena)
	r.arena = append(r.arena, value...)
	return span{uint32(at), uint32(len(value))}
}

// identity is an eventID in 16 bytes. IDs are compared without regard to case.
func identity(id []byte) (sum [16]byte, unnamed bool) {
	lower := make([]byte, 0, 64)
	for _, c := range id {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower = append(lower, c)
	}
	a, b := maphash.Bytes(seed, lower), maphash.Bytes(second, lower)
	for i := range 8 {
		sum[i], sum[8+i] = byte(a>>(8*i)), byte(b>>(8*i))
	}
	return sum, len(id) == 0
}

var second = maphash.MakeSeed()

// fingerprint tells records of one ID apart by what they say, in whatever order
// they say it.
func fingerprint(v *record.Values) uint64 {
	var sum uint64
	for i, value := range v {
		if value != nil {
			sum += maphash.Bytes(seed, value) * uint64(2*i+1)
		}
	}
	return sum
}

func (r *Rows) bytes(s span) []byte { return r.arena[s.from : s.from+s.of] }

// value is a field's value, and whether the record has it.
func (w *row) value(r *Rows, f record.Field) ([]byte, bool) {
	s := w.values[f]
	if s == (span{}) {
		return nil, false
	}
	return r.bytes(s), true
}
