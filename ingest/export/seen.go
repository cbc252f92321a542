package export

import (
	"encoding/binary"
	"math/bits"

	"grantrail/ingest/record"
)

// seen is the records of a partition that were written: fingerprints by
// eventID. What has the same ID and says the same is a duplicate. Of an ID with
// several contents the further ones are known by a name of their own.
type seen struct {
	slots []sighting // by the ID; those without one are free
	n     int

	touched uint64 // nothing, but for the compiler
}

type sighting struct {
	id    [2]uint64
	print uint64
}

// sight is what a record is to those before it.
type sight uint8

const (
	first sight = iota
	duplicate
	conflict // its ID was seen with another content; both are written
)

func (s *seen) look(w *row) sight {
	if w.id == ([2]uint64{}) { // it has none
		return first
	}
	if 4*s.n >= 3*len(s.slots) {
		s.grow()
	}
	at := s.slot(w.id)
	switch {
	case at.id != w.id:
		*at = sighting{w.id, w.print}
		s.n++
		return first
	case at.print == w.print:
		return duplicate
	}
	further := [2]uint64{w.id[0] ^ w.print*golden, w.id[1] ^ bits.RotateLeft64(w.print, 32)}
	if at = s.slot(further); at.id == further {
		return duplicate
	}
	*at = sighting{further, w.print}
	s.n++
	return conflict
}

// scatter are two numbers that nobody knows: IDs are other people's, and so are
// their places in a table not to be.
var scatter = record.Hash(nil)

// slot is where an ID is, or is to be.
func (s *seen) slot(id [2]uint64) *sighting {
	for i := s.first(id); ; i = (i + 1) & uint64(len(s.slots)-1) {
		if at := &s.slots[i]; at.id == id || at.id == ([2]uint64{}) {
			return at
		}
	}
}

// near has the slots of some rows brought near, all at once: one after the other,
// each is waited for.
func (s *seen) near(rows []row) {
	if len(s.slots) == 0 {
		return
	}
	for i := range rows {
		s.touched ^= s.slots[s.first(rows[i].id)].print
	}
}

// first is where an ID is looked for: all of its bits have to do with all of the
// products'. One product alone has few different low bits where a factor is a
// multiple of a large power of two, as chance and an ID can make it.
func (s *seen) first(id [2]uint64) uint64 {
	high, low := bits.Mul64(id[0]^scatter[0], id[1]^scatter[1])
	high, low = bits.Mul64(high^low, golden)
	return (high ^ low) & uint64(len(s.slots)-1)
}

// golden is 2^64 divided by the golden ratio, rounded to odd, as in Knuth, The Art
// of Computer Programming, section 6.4.
const golden = 0x9e3779b97f4a7c15

// grow makes room: at first more than is needed, since all of it is to be placed
// anew each time.
func (s *seen) grow() {
	const few, many = 1 << 6, 1 << 14
	n := 2 * len(s.slots)
	if n < many {
		n *= 2
	}
	old := s.slots
	s.slots = make([]sighting, max(n, few))
	for _, at := range old {
		if at.id != ([2]uint64{}) {
			*s.slot(at.id) = at
		}
	}
}

// emptied is the memory of a partition that is closed, for the next one, which
// mostly has as many records: to grow that far costs more than to clear it. Where
// little of it was used it is none.
func (s *seen) emptied() seen {
	if 8*s.n < len(s.slots) {
		return seen{}
	}
	clear(s.slots)
	return seen{slots: s.slots}
}

const entrySize = 16 + 8

// packed is what was seen, to be put aside.
func (s *seen) packed() []byte {
	b := make([]byte, 0, s.n*entrySize)
	for _, at := range s.slots {
		if at.id != ([2]uint64{}) {
			for _, word := range [...]uint64{at.id[0], at.id[1], at.print} {
				b = binary.LittleEndian.AppendUint64(b, word)
			}
		}
	}
	return b
}

// unpack adds what was put aside.
func (s *seen) unpack(b []byte) {
	for ; len(b) >= entrySize; b = b[entrySize:] {
		s.look(&row{id: [2]uint64{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])}, print: binary.LittleEndian.Uint64(b[16:])})
	}
}
