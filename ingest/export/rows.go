package export

import (
	"encoding/binary"
	"iter"
	"time"

	"grantrail/ingest/record"
)

// Rows are records on their way to the files, of one object, in its order. They
// copy what they are given, column by column, while it is at hand: so it goes on
// in stretches. Those that [Writer.Rows] gives are to be written by that Writer,
// which reuses them.
type Rows struct {
	Object  string
	Verdict string

	noRaw     bool
	rows      []row
	columns   [len(columns)]column
	raw       column
	resources [3]column // ARN, type and account of each
	places    []place   // few, mostly one
	size      int       // bytes of the records
	text      []byte    // of a record with what was undone of it
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
	for i := range r.columns {
		r.columns[i].reset()
	}
	for i := range r.resources {
		r.resources[i].reset()
	}
	r.raw.reset()
	r.rows, r.places, r.size = r.rows[:0], r.places[:0], 0
}

// Len is the number of rows.
func (r *Rows) Len() int { return len(r.rows) }

// Add adds a record. Account, region and time place it in its partition.
func (r *Rows) Add(of *record.Found, account, region string, at time.Time, number int) {
	n, raw := len(r.rows), of.Raw()
	text := raw[:min(len(raw)+64, cap(raw))] // some of which may stand behind it: see put
	if of.Undone() {
		r.text = of.Append(r.text[:0])
		text = r.text
	}
	for i := range r.columns {
		if s := of.Spans[fields[i]]; !s.None() {
			r.columns[i].put(n, text, s)
		}
	}
	resources := len(r.resources[0].marks)
	for _, e := range of.Resources {
		for i, s := range e {
			c := &r.resources[i]
			c.put(len(c.marks), text, s)
		}
	}
	if r.size += len(raw); !r.noRaw {
		r.raw.put(n, raw, record.Span{To: uint32(len(raw))}) //nolint:gosec // some megabytes
	}
	r.rows = append(r.rows, row{
		at: at.UnixMicro(), id: identity(of.Value(record.EventID)), print: of.Print + uint64(at.UnixNano()), //nolint:gosec // any number will do
		place: r.placed(place{account, region}), record: int32(number), //nolint:gosec // an object has not so many
		resources: struct{ from, to uint32 }{uint32(resources), uint32(len(r.resources[0].marks))}, //nolint:gosec // as above
		truths:    [2]truth{truthOf(of.Value(record.ReadOnly)), truthOf(of.Value(record.Management))},
	})
}

// fill gives all columns a value, or none, of each row.
func (r *Rows) fill() {
	for i := range r.columns {
		r.columns[i].fill(len(r.rows))
	}
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
