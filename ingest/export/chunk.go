package export

import (
	"bytes"
	"encoding/binary"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/klauspost/compress/zstd"
)

// kind is what values a column has, and how they are written.
type kind struct {
	name    string
	lacking bool // may be null
	list    bool
	numbers bool // by a dictionary, as long as it is of use
	bools   bool
	signed  bool // of fixed width, compared as numbers
	unknown bool // no statistics: they would be large, and of no use
	page    int  // bytes that make a page
}

// chunk is one column of the row group at hand. Values are spelled out once, in
// the dictionary or in a page; a page that is full is compressed at once, and
// waits for its turn in the file.
type chunk struct {
	kind
	spelled bool // without a dictionary, to the end of the file

	// The page at hand. One with a dictionary ends with the row group.
	count  int   // of levels
	there  flags // for each, whether there is a value
	within flags // for each, whether it belongs to the row of the one before
	dict   dictionary
	index  []uint16
	values []byte
	truths flags

	pages     []page
	nulls     int
	low, high []byte // of values, where they were not numbered
	ranged    bool
}

// page is a page, compressed: of how many bytes, and of how many values.
type page struct {
	packed      []byte
	size, count int
}

const (
	// smallPage is compressed as one block. Where records are far apart, so is
	// what repeats in them.
	smallPage = 128 << 10
	largePage = 1 << 20
	// maxRange is how long a value is that is not worth being a bound.
	maxRange = 4 << 10
)

// packer compresses pages, one at a time.
type packer struct {
	zip    *zstd.Encoder
	page   []byte
	packed []byte
}

// null adds a row without the value.
func (c *chunk) null() {
	c.there.push(false)
	c.count++
	c.nulls++
}

// text adds a row's value. A giant does not wait for the next: there may be one in
// each column of each file.
func (c *chunk) text(z *packer, value []byte) {
	if !c.numbered(z, value) {
		c.room(z, len(value))
		c.spell(value)
	}
	if c.lacking {
		c.there.push(true)
	}
	if c.count++; len(c.values) > 2*largePage {
		c.flush(z)
		c.values = nil
	}
}

// numbered gives a value a number, where the column has a dictionary.
func (c *chunk) numbered(z *packer, value []byte) bool {
	if c.spelled || !c.numbers {
		return false
	}
	n := c.dict.number(value, len(c.index))
	if n < 0 {
		c.spellAll(z)
		return false
	}
	c.index = append(c.index, uint16(n)) //nolint:gosec // at most maxNumbers
	return true
}

// room ends the page at hand, at the end of a row, where a value has no room.
func (c *chunk) room(z *packer, size int) {
	if len(c.values) > 0 && len(c.values)+4+size > c.page {
		c.flush(z)
	}
}

func (c *chunk) spell(value []byte) {
	c.values = spelled(c.values, value)
	if !c.unknown {
		c.bound(value, bytes.Compare)
	}
}

// bound widens the range of values. A bound that is too long is left out in the end:
// of one no more is kept than tells that it is.
func (c *chunk) bound(value []byte, compare func(a, b []byte) int) {
	value = value[:min(len(value), maxRange+1)]
	if !c.ranged {
		c.low, c.high, c.ranged = append(c.low[:0], value...), append(c.high[:0], value...), true
		return
	}
	if compare(value, c.low) < 0 {
		c.low = append(c.low[:0], value...)
	} else if compare(value, c.high) > 0 {
		c.high = append(c.high[:0], value...)
	}
}

// spellAll does without the dictionary from now on, and as if from the beginning
// of the row group: one chunk is not written in two ways.
func (c *chunk) spellAll(z *packer) {
	there, within, index, count := c.there, c.within, c.index, c.count
	c.there, c.within, c.index, c.count, c.spelled = flags{}, flags{}, nil, 0, true
	next := 0
	for i := range count {
		var value []byte
		has := !c.lacking && !c.list || there.at(i)
		if has {
			value = c.dict.value(int(index[next]))
			next++
		}
		if !c.list || !within.at(i) {
			c.room(z, len(value))
		}
		if has {
			c.spell(value)
		}
		if c.lacking || c.list {
			c.there.push(has)
		}
		if c.list {
			c.within.push(within.at(i))
		}
		c.count++
	}
	c.dict = dictionary{}
}

// truth adds a row's truth.
func (c *chunk) truth(is bool) {
	c.there.push(true)
	c.truths.push(is)
	c.count++
	if is {
		c.bound(yes[:], bytes.Compare)
	} else {
		c.bound(no[:], bytes.Compare)
	}
}

var no, yes = [1]byte{0}, [1]byte{1}

// element adds an element of a row's list. Such a page ends with a row.
func (c *chunk) element(z *packer, value []byte, begins bool) {
	if !c.numbered(z, value) {
		if begins {
			c.room(z, len(value))
		}
		c.spell(value)
	}
	c.there.push(true)
	c.within.push(!begins)
	c.count++
}

// empty adds a row whose list has no elements.
func (c *chunk) empty() {
	c.there.push(false)
	c.within.push(false)
	c.count++
}

// fixed adds a row's value of fixed width, which is written as it is.
func (c *chunk) fixed(z *packer, value []byte) {
	if len(c.values) >= c.page {
		c.flush(z)
	}
	c.values = append(c.values, value...)
	c.bound(value, number)
	c.count++
}

// dictionaried reports whether values of the row group have numbers.
func (c *chunk) dictionaried() bool { return !c.spelled && len(c.dict.hashes) > 0 }

// flush compresses the page at hand.
func (c *chunk) flush(z *packer) {
	if c.count == 0 {
		return
	}
	out := c.values
	if c.list || c.lacking || c.dictionaried() {
		if out = c.behindLevels(z.page[:0]); cap(out) <= 2*largePage { // but for a giant's
			z.page = out
		}
	}
	z.packed = z.zip.EncodeAll(out, z.packed[:0])
	c.pages = append(c.pages, page{bytes.Clone(z.packed), len(out), c.count})
	c.count = 0
	c.there.reset()
	c.within.reset()
	c.truths.reset()
	c.index, c.values = c.index[:0], c.values[:0]
}

// behindLevels is the page at hand with what stands before the values.
func (c *chunk) behindLevels(out []byte) []byte {
	if c.list {
		out = c.within.levels(out, 1)
		out = c.there.levels(out, 2)
	} else if c.lacking {
		out = c.there.levels(out, 1)
	}
	switch {
	case c.bools:
		return append(out, c.truths.bits...)
	case c.dictionaried():
		return numbers(out, c.index, len(c.dict.hashes))
	}
	return append(out, c.values...)
}

// write writes the chunk into the file, and makes it ready for the next row
// group. It gives its bytes before compression.
func (c *chunk) write(out *counted, meta *metadata.ColumnChunkMetaDataBuilder, props *parquet.WriterProperties, group, at int16) (int, error) {
	pager, err := file.NewPageWriter(out, props.CompressionFor(c.name), zstdLevel, meta, group, at, props.Allocator(), false, nil, nil)
	if err != nil {
		return 0, err
	}
	encoding, numbered, size := parquet.Encodings.Plain, c.dictionaried(), 0
	if numbered {
		encoding = props.DictionaryIndexEncoding()
		size += len(c.dict.data)
		if _, err := pager.WriteDictionaryPage(file.NewDictionaryPage(memory.NewBufferBytes(c.dict.data), int32(len(c.dict.hashes)), props.DictionaryPageEncoding())); err != nil { //nolint:gosec // at most maxNumbers
			return 0, err
		}
	}
	for _, p := range c.pages {
		levels := parquet.Encodings.RLE
		//nolint:gosec // lengths of a page
		data := file.NewDataPageV1(memory.NewBufferBytes(p.packed), int32(p.count), encoding, levels, levels, int32(p.size))
		if _, err := pager.WriteDataPage(data); err != nil {
			return 0, err
		}
		data.Release()
		size += p.size
	}
	meta.SetStats(c.statistics())
	err = pager.Close(numbered, false)
	c.reset()
	return size, err
}

// statistics are the range of the values, and how many rows have none.
func (c *chunk) statistics() (s metadata.EncodedStatistics) {
	s.Signed = c.signed
	if c.lacking {
		s.SetNullCount(int64(c.nulls))
	}
	if c.unknown {
		return s
	}
	for n := range c.dict.hashes {
		c.bound(c.dict.value(n), bytes.Compare)
	}
	if c.ranged {
		s.SetMin(bytes.Clone(c.low)).SetMax(bytes.Clone(c.high)).ApplyStatSizeLimits(maxRange)
	}
	return s
}

// reset makes the chunk ready for another row group.
func (c *chunk) reset() {
	c.dict.reset()
	clear(c.pages) // whose memory is not needed any longer
	c.pages, c.nulls, c.ranged = c.pages[:0], 0, false
	if cap(c.values) > 2*c.page { // once there was a giant
		c.values = nil
	}
}

// number compares values of fixed width, as the file has them.
func number(a, b []byte) int {
	var x, y int64
	if len(a) == 4 {
		x, y = int64(int32(binary.LittleEndian.Uint32(a))), int64(int32(binary.LittleEndian.Uint32(b))) //nolint:gosec // as it was written
	} else {
		x, y = int64(binary.LittleEndian.Uint64(a)), int64(binary.LittleEndian.Uint64(b)) //nolint:gosec // as it was written
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
