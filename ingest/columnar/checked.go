package columnar

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Checked refuses pages that claim more than they hold. The library makes room
// for whatever a dictionary or a list of differences claims, goes round for
// ever where levels end too early, and where it finds that a page cannot be
// begun it goes on with the one before.
func Checked(pages file.PageReader, column *schema.Column) file.PageReader {
	return &checked{PageReader: pages, column: column}
}

type checked struct {
	file.PageReader
	column *schema.Column
	err    error
}

// Next implements [file.PageReader].
func (c *checked) Next() bool {
	if c.err != nil || !c.PageReader.Next() {
		return false
	}
	if p := c.Page(); p != nil {
		if c.err = c.check(p); c.err != nil {
			c.err = fmt.Errorf("a page of %d bytes claims %d values: %w", len(p.Data()), p.NumValues(), c.err)
		}
	}
	return c.err == nil
}

// Err implements [file.PageReader].
func (c *checked) Err() error {
	if c.err != nil {
		return c.err
	}
	return c.PageReader.Err()
}

var (
	errValues = errors.New("it cannot hold as many")
	errLevels = errors.New("its levels end early")
	errWidth  = errors.New("its numbers have no such width")
	errDeltas = errors.New("its differences are no such list")
)

func (c *checked) check(p file.Page) error {
	n, data := int(p.NumValues()), p.Data()
	if n < 0 {
		return errValues
	}
	var err error
	switch p := p.(type) {
	case *file.DictionaryPage:
		if n > len(data) {
			return errValues
		}
		return nil
	case *file.DataPageV1:
		for _, l := range []struct {
			top int16
			as  parquet.Encoding
		}{{c.column.MaxRepetitionLevel(), p.RepetitionLevelEncoding()}, {c.column.MaxDefinitionLevel(), p.DefinitionLevelEncoding()}} {
			if l.top == 0 {
				continue
			}
			if data, err = behindLevels(data, l.as, bits.Len16(uint16(l.top)), n); err != nil { //nolint:gosec // no level is negative
				return err
			}
		}
	case *file.DataPageV2:
		for _, l := range []struct {
			top  int16
			size int32
		}{{c.column.MaxRepetitionLevel(), p.RepetitionLevelByteLen()}, {c.column.MaxDefinitionLevel(), p.DefinitionLevelByteLen()}} {
			if l.size < 0 || int(l.size) > len(data) {
				return errLevels
			}
			if l.top > 0 {
				if err := levels(data[:l.size], bits.Len16(uint16(l.top)), n); err != nil { //nolint:gosec // no level is negative
					return err
				}
			}
			data = data[l.size:]
		}
	default:
		return nil
	}
	return values(data, parquet.Encoding(p.Encoding()), n)
}

// behindLevels is what comes behind the levels of a page of version 1.
func behindLevels(data []byte, as parquet.Encoding, width, n int) ([]byte, error) {
	if as != parquet.Encodings.RLE { // bits, packed, of which the library counts the bytes
		size := (n*width + 7) / 8
		if size > len(data) {
			return nil, errLevels
		}
		return data[size:], nil
	}
	if len(data) < 4 {
		return nil, errLevels
	}
	size := binary.LittleEndian.Uint32(data)
	if data = data[4:]; int64(size) > int64(len(data)) {
		return nil, errLevels
	}
	return data[size:], levels(data[:size], width, n)
}

// levels says whether there are n of them, in runs and packed bits:
// https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE.
func levels(data []byte, width, n int) error {
	for n > 0 {
		head, k := binary.Uvarint(data)
		run := head >> 1
		if k <= 0 || run == 0 || run > math.MaxInt32/8 {
			return errLevels
		}
		data = data[k:]
		if head&1 == 0 {
			size := (width + 7) / 8
			if size > len(data) {
				return errLevels
			}
			data, n = data[size:], n-int(run)
		} else { // eight a time, the last of which may be cut off
			size := min(int(run)*width, len(data))
			data, n = data[size:], n-size*8/width
		}
	}
	return nil
}

const (
	// maxWidth is how many bits the number of a dictionary's value has.
	maxWidth = 32
	// maxDeltas is how many values make the largest page of differences, which
	// the library decodes as a whole.
	maxDeltas = 1 << 24
	// maxBlock is the largest block of differences. Writers make some of 128.
	maxBlock = 1 << 12
)

// values looks at the values of a page of n, some of which may be null.
func values(data []byte, as parquet.Encoding, n int) (err error) {
	if len(data) == 0 {
		return nil
	}
	deltas := 0
	switch as {
	case parquet.Encodings.PlainDict, parquet.Encodings.RLEDict:
		if data[0] > maxWidth {
			return errWidth
		}
	case parquet.Encodings.DeltaBinaryPacked, parquet.Encodings.DeltaLengthByteArray:
		deltas = 1
	case parquet.Encodings.DeltaByteArray: // lengths of what is the same, and of what differs
		deltas = 2
	}
	for range deltas {
		if data, err = behindDeltas(data, n); err != nil {
			return err
		}
	}
	return nil
}

// behindDeltas is what comes behind a list of at most n differences:
// https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC.
func behindDeltas(data []byte, n int) ([]byte, error) {
	var head [4]uint64 // values in a block, parts of a block, values, the first of them
	for i := range head {
		v, k := binary.Uvarint(data)
		if k <= 0 {
			return nil, errDeltas
		}
		head[i], data = v, data[k:]
	}
	block, parts := head[0], head[1]
	if block == 0 || block > maxBlock || parts == 0 || parts > block || block%(8*parts) != 0 || n > maxDeltas || head[2] > uint64(n) { //nolint:gosec // not negative
		return nil, errDeltas
	}
	each := int(block / parts)                //nolint:gosec // at most maxBlock
	for left := int(head[2]) - 1; left > 0; { //nolint:gosec // at most maxDeltas
		_, k := binary.Uvarint(data)            // the least of them
		if k <= 0 || len(data)-k < int(parts) { //nolint:gosec // at most maxBlock
			return nil, errDeltas
		}
		widths := data[k:][:parts]
		data = data[k:][parts:]
		for _, w := range widths {
			if left <= 0 {
				break
			}
			size := each * int(w) / 8
			if w > 64 || size > len(data) {
				return nil, errDeltas
			}
			data, left = data[size:], left-each
		}
	}
	return data, nil
}
