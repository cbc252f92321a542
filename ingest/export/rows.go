package export

import (
	"encoding/binary"
	"iter"
	"time"

	"grantrail/ingest/record"
)

// Rows are records on their way to the files, of one object, in its order. They
// copy what they are given while it is at hand; what of it is a column's value is
// copied on from there. Those that [Writer.Rows] gives are to be written by that
// Writer, which reuses them.
type Rows struct {
	Object  string
	Verdict string

	rows      []row
	text      []byte   // of the records, and behind each what was undone of it
	begins    []uint32 // where that of each begins, from which its spans count
	spans     [][record.Fields]record.Span
	resources []record.Resource
	places    []place // few, mostly one
	size      int     // bytes of the records
}

// place is what a record says of where it was made.
type place struct{ account, region string }

// row is what is to be known of a record by itself. It holds no pointers, so that
// the collector has nothing to look for in it.
type row struct {
	at        int64     // µs since 1970
	id        [2]uint64 // hash of its eventID
	print     uint64    // of its time and members, in whatever order
	place     uint32    // in places
	record    int32
	raw       uint32 // how long it is
	resources struct{ from, to uint32 }
	truths    [2]truth
}

// truth is what a field says that is true or false.
type truth uint8

const (
	unsaid truth = iota
	isTrue
	isFalse
)

func truthOf(value []byte) truth {
	switch string(value) {
	case "true":
		return isTrue
	case "false":
		return isFalse
	}
	return unsaid
}

// maxRows and maxSize bound what is collected before it is handed on.
const (
	maxRows = 1 << 10
	maxSize = 256 << 10
)

// Full reports whether the rows are to be handed on.
func (r *Rows) Full() bool { return r.size >= maxSize || len(r.rows) >= maxRows }

// reset makes the rows ready for another object.
func (r *Rows) reset() {
	r.rows, r.text, r.begins, r.spans = r.rows[:0], r.text[:0], r.begins[:0], r.spans[:0]
	r.resources, r.places, r.size = r.resources[:0], r.places[:0], 0
	if cap(r.text) > 4*maxSize { // once there was a giant
		r.text = nil
	}
	if cap(r.resources)*resourceSize > 4*maxSize {
		r.resources = nil
	}
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// Add adds a record. Account, region and time place it in its partition.
func (r *Rows) Add(of *record.Found, account, region string, at time.Time, number int) {
	begin, raw, resources := len(r.text), len(of.Raw()), len(r.resources)
	r.text, r.begins, r.spans = of.Append(r.text), append(r.begins, uint32(begin)), append(r.spans, of.Spans) //nolint:gosec // some megabytes
	r.resources = append(r.resources, of.Resources...)
	r.size += raw
	//nolint:gosec // an object has not so many records, nor so much text in what is handed on at a time; a hash may be any number
	r.rows = append(r.rows, row{
		at: at.UnixMicro(), id: identity(of.Value(record.EventID)), print: of.Print + uint64(at.UnixNano()),
		place: r.placed(place{account, region}), record: int32(number),
		raw:       uint32(raw),
		resources: struct{ from, to uint32 }{uint32(resources), uint32(len(r.resources))},
		truths:    [2]truth{truthOf(of.Value(record.ReadOnly)), truthOf(of.Value(record.Management))},
	})
}

// value is a column's value of a row, or nil where it has none. It is valid until
// the rows are written.
func (r *Rows) value(row int, of record.Field) []byte {
	s := r.spans[row][of]
	if s.None() {
		return nil
	}
	return r.of(row, s)
}

// of is what stands in a span of a row.
func (r *Rows) of(row int, s record.Span) []byte {
	begin := r.begins[row]
	return r.text[begin+s.From : begin+s.To]
}

// raw is the record of a row.
func (r *Rows) raw(row int) []byte {
	begin := r.begins[row]
	return r.text[begin : begin+r.rows[row].raw]
}

// stretches are the rows [from, to) of one partition, one behind the other.
func (r *Rows) stretches() iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for from, to := 0, 0; from < len(r.rows); from = to {
			place, day := r.rows[from].place, r.rows[from].day()
			for to = from + 1; to < len(r.rows) && r.rows[to].place == place && r.rows[to].day() == day; {
				to++
			}
			if !yield(from, to) {
				return
			}
		}
	}
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

// identity is an eventID in 16 bytes, or zero where there is none. IDs are
// compared without regard to case. One is a UUID, and is that; whatever else it
// may be is hashed.
func identity(id []byte) [2]uint64 {
	if len(id) == 0 {
		return [2]uint64{}
	}
	if uuid, ok := uuidOf(id); ok {
		return uuid
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
	hash := record.Hash(lower)
	hash[0] |= 1 // zero is none
	return hash
}

// uuidOf reads "8-4-4-4-12" digits of base 16. The UUID of zeros is none.
func uuidOf(id []byte) (uuid [2]uint64, ok bool) {
	if len(id) != 36 || id[8] != '-' || id[13] != '-' || id[18] != '-' || id[23] != '-' {
		return uuid, false
	}
	u32, u64 := binary.BigEndian.Uint32, binary.BigEndian.Uint64
	a, wrongA := base16(u64(id))
	b, wrongB := base16(uint64(u32(id[9:]))<<32 | uint64(u32(id[14:])))
	c, wrongC := base16(uint64(u32(id[19:]))<<32 | uint64(u32(id[24:])))
	d, wrongD := base16(u64(id[28:]))
	uuid = [2]uint64{a<<32 | b, c<<32 | d}
	return uuid, wrongA|wrongB|wrongC|wrongD == 0 && uuid != [2]uint64{}
}

// base16 is the number of eight digits, where nothing is wrong with them.
func base16(text uint64) (n, wrong uint64) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	between := func(from, to uint64) uint64 { // the highest bit of a byte that is
		return (text + (0x80-from)*ones) &^ (text + (0x7f-to)*ones)
	}
	wrong = text & high
	text &^= high
	digit := between('0', '9') & high
	text |= 0x20 * ones
	letter := between('a', 'f') & high
	wrong |= ^(digit | letter) & high
	n = text&(0x0f*ones) + letter>>7*9
	n = (n | n>>4) & 0x00ff00ff00ff00ff
	n = (n | n>>8) & 0x0000ffff0000ffff
	return (n | n>>16) & 0xffffffff, wrong
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
