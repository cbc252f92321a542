package columnar

import (
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Reader reads a file of records, a batch after another. It is not safe for
// concurrent use.
type Reader struct {
	file    *file.Reader
	size    int64
	schema  *arrow.Schema // of what is read
	columns []column
	batch   int // rows
	next    int // row group
	left    int64
	rec     arrow.Record
	err     error
}

// NewReader opens a file of records of a schema, to read its first columns,
// some rows at a time. It does not close r.
func NewReader(r parquet.ReaderAtSeeker, s *arrow.Schema, columns, rows int) (_ *Reader, err error) {
	defer guard(&err)
	in := &Reader{batch: rows}
	if in.size, err = r.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	if in.file, err = file.NewParquetReader(r); err != nil {
		return nil, err
	}
	if err := in.same(s); err != nil {
		return nil, err
	}
	var fields []arrow.Field
	for _, f := range s.Fields()[:columns] {
		if d, ok := f.Type.(*arrow.DictionaryType); ok {
			f.Type = d.ValueType
		}
		c, err := columnOf(f.Type, rows)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", f.Name, err)
		}
		fields, in.columns = append(fields, f), append(in.columns, c)
	}
	in.schema = arrow.NewSchema(fields, nil)
	return in, nil
}

// guard takes a panic of the library for what it is: its answer to a file that
// contradicts itself.
func guard(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("parquet: %v", p)
	}
}

// same refuses a file of another schema, or that counts its rows wrongly.
func (r *Reader) same(s *arrow.Schema) error {
	want, err := Parquet(s)
	if err != nil {
		return err
	}
	got := r.file.MetaData().Schema
	if got.NumColumns() != want.NumColumns() || got.Root().NumFields() != want.Root().NumFields() {
		return fmt.Errorf("%d columns, want %d", got.NumColumns(), want.NumColumns())
	}
	for i := range want.NumColumns() {
		if g, w := got.Column(i), want.Column(i); g.Path() != w.Path() || !sameNode(got.Root().Field(i), want.Root().Field(i)) {
			return fmt.Errorf("column %d is %s, want %s", i, named(g), named(w))
		}
	}
	rows := int64(0)
	for i := range r.file.NumRowGroups() {
		n := r.file.RowGroup(i).NumRows()
		if rows += n; n < 0 {
			return fmt.Errorf("row group %d has %d rows", i, n)
		}
	}
	if rows != r.file.NumRows() {
		return fmt.Errorf("%d rows in row groups, want %d", rows, r.file.NumRows())
	}
	return nil
}

// sameNode compares what decides how values are read and what they mean.
func sameNode(a, b schema.Node) bool {
	if a.Type() != b.Type() || a.Name() != b.Name() || a.RepetitionType() != b.RepetitionType() || !a.LogicalType().Equals(b.LogicalType()) {
		return false
	}
	switch a := a.(type) {
	case *schema.PrimitiveNode:
		b := b.(*schema.PrimitiveNode)
		return a.PhysicalType() == b.PhysicalType() && (a.PhysicalType() != parquet.Types.FixedLenByteArray || a.TypeLength() == b.TypeLength())
	case *schema.GroupNode:
		b := b.(*schema.GroupNode)
		if a.NumFields() != b.NumFields() {
			return false
		}
		for i := range a.NumFields() {
			if !sameNode(a.Field(i), b.Field(i)) {
				return false
			}
		}
	}
	return true
}

func named(c *schema.Column) string {
	return fmt.Sprintf("%s %v (%v)", c.Path(), c.PhysicalType(), c.LogicalType())
}

// Next is the next batch, which is valid until the one after, or io.EOF. Other
// errors mean damage.
func (r *Reader) Next() (arrow.Record, error) {
	if r.err == nil {
		r.err = r.advance()
	}
	return r.rec, r.err
}

func (r *Reader) advance() (err error) {
	defer guard(&err)
	r.rec = nil
	for r.left == 0 {
		if err := r.open(); err != nil {
			return err
		}
	}
	n := min(int64(r.batch), r.left)
	var arrays []arrow.Array
	for i, c := range r.columns {
		a, err := c.read(int(n))
		if err != nil {
			return r.damage(i, err)
		}
		arrays = append(arrays, a)
	}
	r.left -= n
	r.rec = array.NewRecord(r.schema, arrays, n)
	return nil
}

// damage is an error in a column, and never the file's end.
func (r *Reader) damage(column int, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("row group %d, column %q: %w", r.next-1, r.schema.Field(column).Name, err)
}

// open goes on to the next row group.
func (r *Reader) open() error {
	if r.next > 0 && r.file.RowGroup(r.next-1).NumRows() > 0 {
		for i, c := range r.columns {
			if err := c.end(); err != nil {
				return r.damage(i, err)
			}
		}
	}
	if r.next == r.file.NumRowGroups() {
		return io.EOF
	}
	group := r.file.RowGroup(r.next)
	if r.next, r.left = r.next+1, group.NumRows(); r.left == 0 {
		return nil
	}
	for i, c := range r.columns {
		chunk, err := r.chunk(group, i)
		if err == nil {
			err = c.open(chunk)
		}
		if err != nil {
			return r.damage(i, err)
		}
	}
	return nil
}

var errPlace = errors.New("it lies outside the file")

// chunk is one column of a row group. The library reads all its bytes at once,
// and makes room for as many as the directory claims.
func (r *Reader) chunk(group *file.RowGroupReader, i int) (file.ColumnChunkReader, error) {
	meta, err := group.MetaData().ColumnChunk(i)
	if err != nil {
		return nil, err
	}
	if meta.Compression() != compress.Codecs.Zstd {
		return nil, fmt.Errorf("its compression is %v", meta.Compression())
	}
	begin, length := meta.DataPageOffset(), meta.TotalCompressedSize()
	if meta.HasDictionaryPage() && meta.DictionaryPageOffset() > 0 {
		begin = min(begin, meta.DictionaryPageOffset())
	}
	if begin < 0 || length < 0 || length > r.size || begin > r.size-length {
		return nil, errPlace
	}
	pages, err := group.GetColumnPageReader(i)
	if err != nil {
		return nil, err
	}
	column := r.file.MetaData().Schema.Column(i)
	return file.NewColumnReader(column, Checked(pages, column), memory.DefaultAllocator, r.file.BufferPool()), nil
}
