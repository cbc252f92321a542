package export

import (
	"encoding/binary"

	"grantrail/ingest/record"
)

// column is values of rows, one behind the other. Rows without a value at the end
// are not there yet: see fill.
type column struct {
	data []byte
	// marks are, for each row, twice where its value ends, and one more where it
	// has one.
	marks []uint32
	nulls int
}

// put gives a row its value, which stands in a text. Rows between the one before
// and it have none.
func (c *column) put(row int, text []byte, s record.Span) {
	if len(c.marks) != row {
		c.fill(row)
	}
	const short = 32
	from, end, at := int(s.From), int(s.To), len(c.data)
	if n := end - from; n <= 2*short && at+2*short <= cap(c.data) && from+2*short <= len(text) {
		// Most values are: they are copied by words, with what is behind them.
		to, text := c.data[at:at+2*short], text[from:from+2*short]
		four(to, text)
		if n > short {
			four(to[short:], text[short:])
		}
		c.data = c.data[:at+n]
	} else {
		c.data = append(c.data, text[from:end]...)
	}
	c.marks = append(c.marks, uint32(len(c.data))<<1|1) //nolint:gosec // some megabytes
}

// four copies four words.
func four(to, from []byte) {
	_, _ = to[31], from[31]
	a, b := binary.LittleEndian.Uint64(from), binary.LittleEndian.Uint64(from[8:])
	c, d := binary.LittleEndian.Uint64(from[16:]), binary.LittleEndian.Uint64(from[24:])
	binary.LittleEndian.PutUint64(to, a)
	binary.LittleEndian.PutUint64(to[8:], b)
	binary.LittleEndian.PutUint64(to[16:], c)
	binary.LittleEndian.PutUint64(to[24:], d)
}

// fill makes n rows of those there are: the further ones have no value.
func (c *column) fill(n int) {
	c.nulls += n - len(c.marks)
	for mark := uint32(len(c.data)) << 1; len(c.marks) < n; { //nolint:gosec // some megabytes
		c.marks = append(c.marks, mark)
	}
}

// has reports whether a row has a value.
func (c *column) has(row int) bool { return c.marks[row]&1 == 1 }

// from is where the value of a row begins.
func (c *column) from(row int) int {
	if row == 0 {
		return 0
	}
	return int(c.marks[row-1] >> 1)
}

// value is that of a row. It is valid until the column is reset.
func (c *column) value(row int) []byte { return c.data[c.from(row) : c.marks[row]>>1] }

func (c *column) reset() { c.data, c.marks, c.nulls = c.data[:0], c.marks[:0], 0 }
