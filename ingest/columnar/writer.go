package columnar

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

// Writer writes records of one schema as a Parquet file. It is not safe for
// concurrent use.
type Writer struct {
	schema *arrow.Schema
	props  *parquet.WriterProperties
	sink   *sink
	out    *file.Writer
	group  file.BufferedRowGroupWriter // compressed pages wait in it until it is closed
	rows   int64                       // of the group

	// What a batch's column is turned into, used again.
	truths     []bool
	ints       []int32
	longs      []int64
	texts      []parquet.ByteArray
	fixed      []parquet.FixedLenByteArray
	defs, reps []int16
}

// NewWriter makes a Writer. It does not close w. The options are in addition to
// [Zstd].
func NewWriter(w io.Writer, s *arrow.Schema, options ...parquet.WriterProperty) (*Writer, error) {
	columns, err := Parquet(s)
	if err != nil {
		return nil, err
	}
	stored, err := serialized(s)
	if err != nil {
		return nil, err
	}
	props := parquet.NewWriterProperties(append([]parquet.WriterProperty{Zstd()}, options...)...)
	to := &sink{w: w}
	meta := metadata.NewKeyValueMetadata()
	if err := meta.Append(schemaKey, stored); err != nil {
		return nil, err
	}
	out := file.NewParquetWriter(to, columns.Root(), file.WithWriterProps(props), file.WithWriteMetadata(meta))
	return &Writer{schema: s, props: props, sink: to, out: out}, to.err
}

// schemaKey is where other software looks for the Arrow schema of a file.
const schemaKey = "ARROW:schema"

// serialized is a schema as it stands there: an Arrow stream without records,
// in Base64.
func serialized(s *arrow.Schema) (string, error) {
	var stream bytes.Buffer
	err := ipc.NewWriter(&stream, ipc.WithSchema(s)).Close()
	return base64.StdEncoding.EncodeToString(stream.Bytes()), err
}

// sink keeps the first error of what is written to. The library panics at some
// and forgets others, so it is told of none.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	return len(p), nil
}

// Write adds a record's rows. The record may be released afterwards.
func (w *Writer) Write(rec arrow.Record) error {
	if w.group != nil && w.rows+rec.NumRows() > w.props.MaxRowGroupLength() {
		if err := w.end(); err != nil {
			return err
		}
	}
	if w.group == nil {
		w.group = w.out.AppendBufferedRowGroup()
	}
	w.rows += rec.NumRows()
	for i, a := range rec.Columns() {
		to, err := w.group.Column(i)
		if err == nil {
			err = w.column(to, a, nil, nil)
		}
		if err != nil {
			return fmt.Errorf("column %q: %w", rec.ColumnName(i), err)
		}
	}
	return w.sink.err
}

// end ends the row group.
func (w *Writer) end() error {
	err := errors.Join(w.group.Close(), w.sink.err)
	w.group, w.rows = nil, 0
	return err
}

// column adds values to a column, with the levels of their lists.
func (w *Writer) column(to file.ColumnChunkWriter, a arrow.Array, defs, reps []int16) error {
	if a.NullN() > 0 {
		return errors.New("nulls have no place here")
	}
	n := a.Len()
	switch a := a.(type) {
	case *array.Boolean:
		return put(to, filled(&w.truths, n, a.Value), defs, reps)
	case *array.Uint8:
		return put(to, filled(&w.ints, n, func(i int) int32 { return int32(a.Value(i)) }), defs, reps)
	case *array.Int32:
		return put(to, a.Int32Values(), defs, reps)
	case *array.Int64:
		return put(to, a.Int64Values(), defs, reps)
	case *array.Timestamp:
		return put(to, filled(&w.longs, n, func(i int) int64 { return int64(a.Value(i)) }), defs, reps)
	case *array.FixedSizeBinary:
		return put(to, filled(&w.fixed, n, func(i int) parquet.FixedLenByteArray { return a.Value(i) }), defs, reps)
	case *array.Binary:
		return put(to, filled(&w.texts, n, func(i int) parquet.ByteArray { return a.Value(i) }), defs, reps)
	case *array.String:
		return put(to, filled(&w.texts, n, textOf(a)), defs, reps)
	case *array.Dictionary:
		if values, ok := a.Dictionary().(*array.String); ok {
			text := textOf(values)
			return put(to, filled(&w.texts, n, func(i int) parquet.ByteArray { return text(a.GetValueIndex(i)) }), defs, reps)
		}
	case *array.List:
		return w.lists(to, a)
	}
	return fmt.Errorf("no place for %s in Parquet", a.DataType())
}

// textOf gives an array's strings without a copy.
func textOf(a *array.String) func(i int) parquet.ByteArray {
	text := a.ValueBytes()
	return func(i int) parquet.ByteArray {
		return text[a.ValueOffset(i)-a.ValueOffset(0) : a.ValueOffset(i+1)-a.ValueOffset(0)]
	}
}

func filled[T any](into *[]T, n int, at func(int) T) []T {
	out := (*into)[:0]
	for i := range n {
		out = append(out, at(i))
	}
	*into = out
	return out
}

// The levels of lists, https://github.com/apache/parquet-format#nested-encoding:
// a list that is empty has a level for itself, and others one for each element.
const (
	defEmpty  = 0
	defValue  = 2 // 1 would be an element that is null
	repBegins = 0
	repWithin = 1
)

func (w *Writer) lists(to file.ColumnChunkWriter, a *array.List) error {
	w.defs, w.reps = w.defs[:0], w.reps[:0]
	for i := range a.Len() {
		from, to := a.ValueOffsets(i)
		if from == to {
			w.defs, w.reps = append(w.defs, defEmpty), append(w.reps, repBegins)
		}
		for n := from; n < to; n++ {
			rep := int16(repWithin)
			if n == from {
				rep = repBegins
			}
			w.defs, w.reps = append(w.defs, defValue), append(w.reps, rep)
		}
	}
	if a.Len() == 0 {
		return nil
	}
	first, _ := a.ValueOffsets(0)
	_, last := a.ValueOffsets(a.Len() - 1)
	elements := array.NewSlice(a.ListValues(), first, last)
	defer elements.Release()
	return w.column(to, elements, w.defs, w.reps)
}

// put hands values to the library's writer of their type.
func put[T any](to file.ColumnChunkWriter, values []T, defs, reps []int16) error {
	typed, ok := to.(interface {
		WriteBatch(values []T, defs, reps []int16) (int64, error)
	})
	if !ok {
		return fmt.Errorf("a column of %v is given %T", to.Type(), values)
	}
	_, err := typed.WriteBatch(values, defs, reps)
	return err
}

// Close writes what is left and the file's directory.
func (w *Writer) Close() error {
	if w.group != nil {
		if err := w.end(); err != nil {
			return err
		}
	}
	// The library's Close forgets the error of the directory.
	return errors.Join(w.out.FlushWithFooter(), w.out.Close(), w.sink.err)
}
