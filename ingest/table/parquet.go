package table

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"grantrail/ingest/record"
)

// Writer writes events as Parquet, in the columns of [Schema], zstd.
type Writer struct {
	b   *Builder
	out *pqarrow.FileWriter
}

// NewWriter makes a Writer. It does not close w.
func NewWriter(w io.Writer) (*Writer, error) {
	props := parquet.NewWriterProperties(Zstd(), parquet.WithDictionaryDefault(true))
	out, err := pqarrow.NewFileWriter(Schema, unclosed{w}, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, fmt.Errorf("writing events: %w", err)
	}
	return &Writer{b: NewBuilder(nil), out: out}, nil
}

// unclosed keeps the Parquet writer from closing what it writes to.
type unclosed struct{ io.Writer }

// Append adds one row.
func (w *Writer) Append(e *record.Event) error {
	if err := w.b.Append(e); err != nil {
		return err
	}
	return w.drain()
}

// drain writes the batches that are full.
func (w *Writer) drain() error {
	for _, batch := range w.b.batches {
		err := w.out.WriteBuffered(batch)
		batch.Release()
		if err != nil {
			return fmt.Errorf("writing events: %w", err)
		}
	}
	w.b.batches = w.b.batches[:0]
	return nil
}

// Close writes what is left and the file's directory.
func (w *Writer) Close() error {
	w.b.flush()
	if err := w.drain(); err != nil {
		return err
	}
	w.b.Release()
	if err := w.out.Close(); err != nil {
		return fmt.Errorf("writing events: %w", err)
	}
	return nil
}

// Reader reads the events of a file that a [Writer] wrote, one after another.
type Reader struct {
	file  *file.Reader
	recs  pqarrowRecords
	batch *Table
	row   int
}

// pqarrowRecords is what pqarrow gives for reading on.
type pqarrowRecords interface {
	Next() bool
	Record() arrow.Record
	Err() error
	Release()
}

// NewReader opens a file. Its errors, and those of Next, mean damage, or a
// schema of another version.
func NewReader(r parquet.ReaderAtSeeker) (*Reader, error) {
	f, err := file.NewParquetReader(r)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	in, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: BatchRows}, memory.DefaultAllocator)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	schema, err := in.Schema()
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	if err := sameColumns(schema); err != nil {
		return nil, err
	}
	recs, err := in.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	return &Reader{file: f, recs: recs}, nil
}

func sameColumns(got *arrow.Schema) error {
	if got.NumFields() != Schema.NumFields() {
		return fmt.Errorf("reading events: %d columns, want %d", got.NumFields(), Schema.NumFields())
	}
	for i, want := range Schema.Fields() {
		if f := got.Field(i); f.Name != want.Name || !arrow.TypeEqual(f.Type, want.Type) {
			return fmt.Errorf("reading events: column %d is %s %s, want %s %s", i, f.Name, f.Type, want.Name, want.Type)
		}
	}
	return nil
}

// Next reads the next event, or returns io.EOF.
func (r *Reader) Next() (*record.Event, error) {
	for r.batch == nil || r.row == r.batch.Len() {
		if !r.recs.Next() {
			if err := r.recs.Err(); err != nil && err != io.EOF { //nolint:errorlint // it gives it bare
				return nil, fmt.Errorf("reading events: %w", err)
			}
			return nil, io.EOF
		}
		rec := r.recs.Record()
		if rec.NumRows() == 0 {
			continue
		}
		r.batch, r.row = newTable([]arrow.Record{rec}), 0
	}
	e := r.batch.Event(r.row)
	r.row++
	return e, nil
}

// Skip passes over n events.
func (r *Reader) Skip(n int) error {
	for n > 0 {
		if r.batch != nil && r.row < r.batch.Len() {
			step := min(n, r.batch.Len()-r.row)
			r.row, n = r.row+step, n-step
			continue
		}
		if _, err := r.Next(); err != nil {
			return err
		}
		n--
	}
	return nil
}

// Close ends the reading.
func (r *Reader) Close() error {
	r.recs.Release()
	return r.file.Close()
}

// Event is a row, as it was appended. Its strings are copies.
func (t *Table) Event(row int) *record.Event {
	b, i := t.locate(row)
	e := &record.Event{
		Kind: Kind(b.kinds[i]), Object: int(b.objects[i]), Record: int(b.records[i]),
		Offset: b.offsets[i], Length: int(b.lengths[i]), Nested: b.nested.Value(i), Time: t.Time(row),
		Instances: copied(t.Instances(row)), States: copied(t.States(row)), Volumes: copied(t.Volumes(row)),
	}
	ids, owners := t.Interfaces(row)
	e.Interfaces, e.Owners = copied(ids), copied(owners)
	copy(e.Content[:], b.content.Value(i))
	for _, c := range textFields(e) {
		*c.text = strings.Clone(b.texts[c.col].at(i))
	}
	return e
}

func copied(list []string) []string {
	for i := range list {
		list[i] = strings.Clone(list[i])
	}
	return list
}
