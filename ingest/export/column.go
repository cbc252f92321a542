package export

import "math/bits"

// column is values of rows, one behind the other. Rows without a value at their
// end are not there yet: see fill.
type column struct {
	ends  []int32 // where the value of each row ends
	data  []byte
	there []byte // a bit for each row, the lowest of a byte first; may be short of zeros
	nulls int
}

// put gives a row its value. Rows between the one before and it have none.
func (c *column) put(row int, value []byte) {
	if len(c.ends) != row {
		c.fill(row)
	}
	if row>>3 >= len(c.there) {
		c.there = append(c.there, 0)
	}
	c.there[row>>3] |= 1 << (row & 7)
	c.data = append(c.data, value...)
	c.ends = append(c.ends, int32(len(c.data))) //nolint:gosec // some megabytes
}

// fill makes n rows of those there are: the further ones have no value.
func (c *column) fill(n int) {
	c.nulls += n - len(c.ends)
	for len(c.ends) < n {
		c.ends = append(c.ends, int32(len(c.data))) //nolint:gosec // some megabytes
	}
	for len(c.there) < (n+7)/8 {
		c.there = append(c.there, 0)
	}
}

// add adds a value to those of no rows.
func (c *column) add(value []byte) {
	c.data = append(c.data, value...)
	c.ends = append(c.ends, int32(len(c.data))) //nolint:gosec // some megabytes
}

func (c *column) has(row int) bool { return c.there[row>>3]>>(row&7)&1 == 1 }

// from is where the value of a row begins.
func (c *column) from(row int) int {
	if row == 0 {
		return 0
	}
	return int(c.ends[row-1])
}

// value is that of a row. It is valid until the column is reset.
func (c *column) value(row int) []byte { return c.data[c.from(row):c.ends[row]] }

func (c *column) reset() { c.ends, c.data, c.there, c.nulls = c.ends[:0], c.data[:0], c.there[:0], 0 }

// extend appends n bits of others, from one of them on.
func (f *flags) extend(others []byte, from, n int) {
	for ; n > 0; n -= 8 {
		word := uint(others[from>>3])
		if from>>3+1 < len(others) {
			word |= uint(others[from>>3+1]) << 8
		}
		f.push8(word>>(from&7)&(1<<min(n, 8)-1), min(n, 8))
		from += 8
	}
}

// repeat appends a bit n times.
func (f *flags) repeat(bit bool, n int) {
	word := uint(0)
	if bit {
		word = 0xff
	}
	for ; n > 0; n -= 8 {
		f.push8(word&(1<<min(n, 8)-1), min(n, 8))
	}
}

// push8 appends the lowest n of eight bits; the others are not set.
func (f *flags) push8(word uint, n int) {
	word <<= f.n & 7
	if f.n&7 == 0 {
		f.bits = append(f.bits, byte(word))
	} else {
		f.bits[len(f.bits)-1] |= byte(word)
		if f.n&7+n > 8 {
			f.bits = append(f.bits, byte(word>>8))
		}
	}
	f.n += n
	f.set += bits.OnesCount(word)
}
