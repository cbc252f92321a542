package securitylake

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"grantrail/ingest/columnar"
)

// batch is how many values of a column are decoded at a time.
const batch = 512

// cursor walks one column, row by row. A value is told by its levels, as
// https://github.com/apache/parquet-format#nested-encoding has them: a
// repetition level of zero begins a row, and a definition level below the
// highest means that the value is absent.
type cursor struct {
	leaf
	read func() (levels int, values []string, err error)

	defs, reps [batch]int16
	levels, at int // of the batch at hand
	values     []string
}

// open opens the columns of a row group.
func open(group *file.RowGroupReader, leaves leaves, mem *bounded) ([]*cursor, error) {
	buffers := &sync.Pool{New: func() any {
		return memory.NewResizableBuffer(mem)
	}}
	var out []*cursor
	for _, l := range leaves {
		pages, err := group.GetColumnPageReader(l.index)
		if err != nil {
			return nil, err
		}
		c := &cursor{leaf: l}
		if err := c.over(file.NewColumnReader(l.column, columnar.Checked(pages, l.column), mem, buffers)); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// over reads through the library's reader of the column's type.
func (c *cursor) over(column file.ColumnChunkReader) error {
	switch r := column.(type) {
	case *file.ByteArrayColumnChunkReader:
		c.read = through(c, r, func(v parquet.ByteArray) string { return string(v) })
	case *file.Int64ColumnChunkReader:
		unit := unitOf(c.column)
		c.read = through(c, r, func(v int64) string { return strconv.FormatInt(v/unit, 10) })
	case *file.Int32ColumnChunkReader:
		c.read = through(c, r, func(v int32) string { return strconv.Itoa(int(v)) })
	default:
		return fmt.Errorf("column %q has the type %v", c.name, c.column.PhysicalType())
	}
	return nil
}

// typed is what the library's readers of one type each have.
type typed[T any] interface {
	HasNext() bool
	Err() error
	ReadBatch(n int64, values []T, defs, reps []int16) (int64, int, error)
}

func through[T any](c *cursor, r typed[T], say func(T) string) func() (int, []string, error) {
	var raw [batch]T
	return func() (int, []string, error) {
		if !r.HasNext() {
			if err := r.Err(); err != nil {
				return 0, nil, err
			}
			return 0, nil, io.ErrUnexpectedEOF
		}
		levels, n, err := r.ReadBatch(batch, raw[:], c.defs[:], c.reps[:])
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, nil, err
		}
		if levels == 0 {
			return 0, nil, io.ErrNoProgress
		}
		values := make([]string, n)
		for i, v := range raw[:n] {
			values[i] = say(v)
		}
		return int(levels), values, nil
	}
}

// unitOf is how many of a timestamp's units are a millisecond.
func unitOf(c *schema.Column) int64 {
	ts, ok := c.LogicalType().(schema.TimestampLogicalType)
	if !ok {
		return 1
	}
	switch ts.TimeUnit() {
	case schema.TimeUnitMicros:
		return int64(time.Millisecond / time.Microsecond)
	case schema.TimeUnitNanos:
		return int64(time.Millisecond)
	}
	return 1
}

// next is the column's part of the next row: one value, "" if absent, or as
// many as the row's list has.
func (c *cursor) next() ([]string, error) {
	var out []string
	repeated := c.column.MaxRepetitionLevel() > 0
	for repeated || len(out) == 0 {
		if c.at == c.levels {
			if err := c.refill(); err != nil {
				// The row group's last row ends with its values.
				if len(out) > 0 && errors.Is(err, io.ErrUnexpectedEOF) {
					return out, nil
				}
				return nil, err
			}
		}
		if len(out) > 0 && c.reps[c.at] == 0 {
			return out, nil
		}
		value := ""
		if c.column.MaxDefinitionLevel() == 0 || c.defs[c.at] == c.column.MaxDefinitionLevel() {
			if len(c.values) == 0 {
				return nil, errors.New("a page has fewer values than it says")
			}
			value, c.values = c.values[0], c.values[1:]
		}
		c.at++
		if out = append(out, value); len(out) > maxList {
			return nil, fmt.Errorf("one row has a list of more than %d values", maxList)
		}
	}
	return out, nil
}

// maxList is the longest list in one row: an unmapped member each.
const maxList = 1 << 16

func (c *cursor) refill() error {
	levels, values, err := c.read()
	if err != nil {
		return err
	}
	c.at, c.levels, c.values = 0, levels, values
	return nil
}
