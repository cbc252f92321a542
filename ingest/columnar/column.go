package columnar

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// column reads one column, as many rows at a time as are asked for.
type column interface {
	// open goes on to the column's part of the next row group.
	open(file.ColumnChunkReader) error
	// read reads n rows. They are valid until the next read.
	read(n int) (arrow.Array, error)
	// end says whether the row group's part ends here.
	end() error
}

var (
	errMore  = errors.New("it has more values than there are rows")
	errLarge = errors.New("too much for one batch")
	errLevel = errors.New("its levels are those of no list")
)

// columnOf makes the reader of a column of some type.
func columnOf(t arrow.DataType, rows int) (column, error) {
	element := t
	list, isList := t.(*arrow.ListType)
	if isList {
		element = list.Elem()
	}
	switch t := element.(type) {
	case *arrow.BooleanType:
		return of(isList, rows, (&truths{}).array), nil
	case *arrow.Uint8Type:
		return of(isList, rows, (&octets{}).array), nil
	case *arrow.Int32Type:
		return of(isList, rows, func(v []int32) (arrow.Array, error) {
			return built(t, len(v), nil, arrow.Int32Traits.CastToBytes(v)), nil
		}), nil
	case *arrow.Int64Type, *arrow.TimestampType:
		return of(isList, rows, func(v []int64) (arrow.Array, error) {
			return built(t, len(v), nil, arrow.Int64Traits.CastToBytes(v)), nil
		}), nil
	case *arrow.StringType, *arrow.BinaryType:
		return of(isList, rows, (&texts{of: t}).array), nil
	case *arrow.FixedSizeBinaryType:
		return of(isList, rows, (&fixed{of: t}).array), nil
	}
	return nil, fmt.Errorf("no reader of %s", t)
}

func of[T any](isList bool, rows int, build func([]T) (arrow.Array, error)) column {
	if isList {
		return &lists[T]{build: build, raw: make([]T, rows), defs: make([]int16, rows), reps: make([]int16, rows)}
	}
	return &plain[T]{build: build, raw: make([]T, rows)}
}

// chunkReader is what the library's readers of one type each have.
type chunkReader[T any] interface {
	HasNext() bool
	Err() error
	ReadBatch(n int64, values []T, defs, reps []int16) (int64, int, error)
}

func typed[T any](chunk file.ColumnChunkReader) (chunkReader[T], error) {
	r, ok := chunk.(chunkReader[T])
	if !ok {
		return nil, fmt.Errorf("it is of %v", chunk.Type())
	}
	return r, nil
}

// ended says whether there is nothing left.
func ended[T any](from chunkReader[T]) error {
	if from.HasNext() {
		return errMore
	}
	return from.Err()
}

// plain has one value a row.
type plain[T any] struct {
	from  chunkReader[T]
	build func([]T) (arrow.Array, error)
	raw   []T
}

func (c *plain[T]) open(chunk file.ColumnChunkReader) (err error) {
	c.from, err = typed[T](chunk)
	return err
}

func (c *plain[T]) end() error { return ended(c.from) }

func (c *plain[T]) read(n int) (arrow.Array, error) {
	_, got, err := c.from.ReadBatch(int64(n), c.raw[:n], nil, nil)
	if err = errors.Join(err, c.from.Err()); err != nil {
		return nil, err
	}
	if got != n {
		return nil, io.ErrUnexpectedEOF
	}
	return c.build(c.raw[:n])
}

// lists has any number of values a row.
type lists[T any] struct {
	from  chunkReader[T]
	build func([]T) (arrow.Array, error)

	raw        []T // read ahead
	defs, reps []int16
	levels, at int
	values     int // of raw, and how many of them are
	used       int

	all  []T // of the rows asked for
	ends []int32
}

func (c *lists[T]) open(chunk file.ColumnChunkReader) (err error) {
	c.levels, c.at, c.values, c.used = 0, 0, 0, 0
	c.from, err = typed[T](chunk)
	return err
}

func (c *lists[T]) end() error {
	if c.at < c.levels {
		return errMore
	}
	return ended(c.from)
}

// ahead reports whether there is a level at hand, and reads on if need be.
func (c *lists[T]) ahead() (bool, error) {
	if c.at < c.levels {
		return true, nil
	}
	if c.used != c.values {
		return false, errMore
	}
	levels, values, err := c.from.ReadBatch(int64(len(c.raw)), c.raw, c.defs, c.reps)
	c.levels, c.at, c.values, c.used = int(levels), 0, values, 0
	return levels > 0, errors.Join(err, c.from.Err())
}

func (c *lists[T]) read(n int) (arrow.Array, error) {
	c.all, c.ends = c.all[:0], append(c.ends[:0], 0)
	for {
		more, err := c.ahead()
		if err != nil {
			return nil, err
		}
		if !more || c.reps[c.at] == repBegins && len(c.ends) > n {
			break
		}
		if err := c.level(); err != nil {
			return nil, err
		}
	}
	if len(c.ends) <= n {
		return nil, io.ErrUnexpectedEOF
	}
	elements, err := c.build(c.all)
	if err != nil {
		return nil, err
	}
	return built(arrow.ListOf(elements.DataType()), n, elements, arrow.Int32Traits.CastToBytes(c.ends)), nil
}

// level takes the level at hand: a list that is empty, or an element.
func (c *lists[T]) level() error {
	def, rep := c.defs[c.at], c.reps[c.at]
	c.at++
	rows := len(c.ends) - 1
	switch {
	case rep == repBegins:
		c.ends = append(c.ends, c.ends[rows])
	case rep != repWithin || rows == 0 || c.ends[rows] == c.ends[rows-1]: // what goes on has begun
		return errLevel
	}
	switch {
	case def == defEmpty && rep == repBegins:
		return nil
	case def != defValue || c.used == c.values:
		return errLevel
	case len(c.all) == math.MaxInt32:
		return errLarge
	}
	c.all = append(c.all, c.raw[c.used])
	c.used++
	c.ends[len(c.ends)-1]++
	return nil
}

// Built is an array of n values over buffers that are not copied. Its validity bitmap
// counts where there are nulls.
func Built(of arrow.DataType, n, nulls int, elements arrow.Array, there []byte, buffers ...[]byte) arrow.Array {
	all := make([]*memory.Buffer, 1, 3)
	if nulls > 0 {
		all[0] = memory.NewBufferBytes(there)
	}
	for _, b := range buffers {
		all = append(all, memory.NewBufferBytes(b))
	}
	var children []arrow.ArrayData
	if elements != nil {
		children = append(children, elements.Data())
	}
	data := array.NewData(of, n, all, children, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// built is one without nulls.
func built(of arrow.DataType, n int, elements arrow.Array, buffers ...[]byte) arrow.Array {
	return Built(of, n, 0, elements, nil, buffers...)
}

type truths struct{ bits []byte }

func (b *truths) array(values []bool) (arrow.Array, error) {
	b.bits = append(b.bits[:0], make([]byte, (len(values)+7)/8)...)
	for i, v := range values {
		if v {
			b.bits[i/8] |= 1 << (i % 8)
		}
	}
	return built(arrow.FixedWidthTypes.Boolean, len(values), nil, b.bits), nil
}

type octets struct{ values []byte }

func (b *octets) array(values []int32) (arrow.Array, error) {
	b.values = b.values[:0]
	for _, v := range values {
		if v < 0 || v > math.MaxUint8 {
			return nil, fmt.Errorf("%d is no byte", v)
		}
		b.values = append(b.values, byte(v))
	}
	return built(arrow.PrimitiveTypes.Uint8, len(values), nil, b.values), nil
}

type texts struct {
	of   arrow.DataType
	data []byte
	ends []int32
}

func (b *texts) array(values []parquet.ByteArray) (arrow.Array, error) {
	b.data, b.ends = b.data[:0], append(b.ends[:0], 0)
	for _, v := range values {
		if len(v) > math.MaxInt32-len(b.data) {
			return nil, errLarge
		}
		b.data = append(b.data, v...)
		b.ends = append(b.ends, int32(len(b.data))) //nolint:gosec // just looked at
	}
	return built(b.of, len(values), nil, arrow.Int32Traits.CastToBytes(b.ends), b.data), nil
}

type fixed struct {
	of   *arrow.FixedSizeBinaryType
	data []byte
}

func (b *fixed) array(values []parquet.FixedLenByteArray) (arrow.Array, error) {
	b.data = b.data[:0]
	for _, v := range values {
		if len(v) != b.of.ByteWidth {
			return nil, fmt.Errorf("%d bytes, want %d", len(v), b.of.ByteWidth)
		}
		b.data = append(b.data, v...)
	}
	return built(b.of, len(values), nil, b.data), nil
}
