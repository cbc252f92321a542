package export

import (
	"encoding/binary"
	"hash/maphash"
)

// dictionary numbers the values of a column, each once.
type dictionary struct {
	slots  []uint16 // by hash: the number of a value there, from 1
	hashes []uint32 // by number
	ends   []uint32 // by number, of a value in data
	data   []byte   // as a dictionary page has them: each behind its length
	last   int      // the number given last
}

// A column whose values do not fit, or seldom repeat, is better off without a
// dictionary. It is asked of once it has some values.
const (
	maxNumbers    = 8 << 10
	maxDictionary = 128 << 10
	fewNumbers    = 1 << 10
)

// seed makes the hashes of dictionaries what nobody foresees.
var seed = maphash.MakeSeed()

// number is the number of a value, or -1 where the dictionary is of no use.
// given is how many values were numbered before. Neighbours mostly repeat.
func (d *dictionary) number(value []byte, given int) int {
	if d.last < len(d.hashes) && string(d.value(d.last)) == string(value) {
		return d.last
	}
	hash := uint32(maphash.Bytes(seed, value)) //nolint:gosec // half of it
	if len(d.slots) < 2*len(d.hashes)+2 {
		d.grow()
	}
	mask := uint32(len(d.slots) - 1) //nolint:gosec // at most four times maxNumbers
	at := hash & mask
	for ; d.slots[at] != 0; at = (at + 1) & mask {
		if n := int(d.slots[at]) - 1; d.is(n, value, hash) {
			d.last = n
			return n
		}
	}
	n := len(d.hashes)
	if n >= maxNumbers || len(d.data)+len(value) > maxDictionary || n >= fewNumbers && 2*n > given {
		return -1
	}
	d.data = spelled(d.data, value)
	d.hashes, d.ends = append(d.hashes, hash), append(d.ends, uint32(len(d.data))) //nolint:gosec // at most maxDictionary and lengths
	d.slots[at] = uint16(n + 1)                                                    //nolint:gosec // at most maxNumbers
	d.last = n
	return n
}

// spelled is text as Parquet writes it: behind its length.
func spelled(out, value []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(value))), value...) //nolint:gosec // a record is at most some megabytes
}

func (d *dictionary) is(n int, value []byte, hash uint32) bool {
	return d.hashes[n] == hash && string(d.value(n)) == string(value)
}

// value is the value of a number.
func (d *dictionary) value(n int) []byte {
	from := uint32(0)
	if n > 0 {
		from = d.ends[n-1]
	}
	return d.data[from+4 : d.ends[n]]
}

// grow makes room for twice as many numbers.
func (d *dictionary) grow() {
	d.slots = make([]uint16, max(64, 2*len(d.slots)))
	mask := uint32(len(d.slots) - 1) //nolint:gosec // as above
	for n, hash := range d.hashes {
		at := hash & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint16(n + 1) //nolint:gosec // as above
	}
}

func (d *dictionary) reset() {
	clear(d.slots)
	d.hashes, d.ends, d.data, d.last = d.hashes[:0], d.ends[:0], d.data[:0], 0
}
