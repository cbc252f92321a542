package export

import (
	"encoding/binary"
	"hash/maphash"
	"time"

	"grantrail/ingest/record"
)

// Rows are records on their way to the files, of one object, in its order. They
// copy what they are given, column by column: so it goes on in stretches. Those
// that [Writer.Rows] gives are to be written by that Writer, which reuses them.
type Rows struct {
	Object  string
	Verdict string

	noRaw     bool
	rows      []row
	columns   [len(columns)]column
	truths    [len(truths)]column
	raw       column
	ends      []int32   // of the resources of each row
	resources [3]column // ARN, type and account of each
	places    []place   // few, mostly one
	size      int       // bytes of the records
}

// place is what a record says of where it was made.
type place struct{ account, region string }

// row is what is to be known of a record by itself. It holds no pointers, so
// that the collector has nothing to look for in it.
type row struct {
	at     int64     // µs since 1970
	id     [2]uint64 // hash of its eventID
	print  uint64    // of its members, in whatever order
	place  uint32    // in places
	record int32
}

// maxRows and maxSize bound what is collected before it is handed on. It is
// gone through column by column, and should lie near meanwhile.
const (
	maxRows = 1 << 10
	maxSize = 512 << 10
)

// Full reports whether the rows are to be handed on.
func (r *Rows) Full() bool { return r.size >= maxSize || len(r.rows) >= maxRows }

// reset makes the rows ready for another object.
func (r *Rows) reset() {
	for _, all := range [...][]column{r.columns[:], r.truths[:], r.resources[:]} {
		for i := range all {
			all[i].reset()
		}
	}
	r.raw.reset()
	r.rows, r.ends, r.places, r.size = r.rows[:0], r.ends[:0], r.places[:0], 0
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// Add adds a record. Account, region and time place it in its partition.
func (r *Rows) Add(raw []byte, of *record.Found, account, region string, at time.Time, number int) {
	n := len(r.rows)
	r.rows = append(r.rows, row{
		at: at.UnixMicro(), id: identity(of.Values[record.EventID]), print: of.Print,
		place: r.placed(place{account, region}), record: int32(number), //nolint:gosec // an object has not so many
	})
	r.size += len(raw)
	for i := range r.columns {
		if value := of.Values[fields[i]]; value != nil {
			r.columns[i].put(n, value)
		}
	}
	for i := range r.truths {
		if value := of.Values[truths[i]]; value != nil {
			r.truths[i].put(n, value)
		}
	}
	for i := range of.Resources {
		e := &of.Resources[i]
		r.resources[0].add(e.ARN)
		r.resources[1].add(e.Type)
		r.resources[2].add(e.Account)
	}
	r.ends = append(r.ends, int32(len(r.resources[0].ends))) //nolint:gosec // as above
	if !r.noRaw {
		r.raw.add(raw)
	}
}

// fill gives all columns a value, or none, of each row.
func (r *Rows) fill() {
	for i := range r.columns {
		r.columns[i].fill(len(r.rows))
	}
	for i := range r.truths {
		r.truths[i].fill(len(r.rows))
	}
}

// listed are the resources of a row: from one of them to another.
func (r *Rows) listed(row int) (from, to int) {
	if row > 0 {
		from = int(r.ends[row-1])
	}
	return from, int(r.ends[row])
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
