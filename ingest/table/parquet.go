package table

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"

	"grantrail/ingest/columnar"
	"grantrail/ingest/record"
)

// Writer writes events as Parquet, in the columns of [Schema].
type Writer struct {
	b   *Builder
	out *columnar.Writer
}

// NewWriter makes a Writer. It does not close w.
func NewWriter(w io.Writer) (*Writer, error) {
	out, err := columnar.NewWriter(w, Schema)
	if err != nil {
		return nil, fmt.Errorf("writing events: %w", err)
	}
	return &Writer{b: NewBuilder(nil), out: out}, nil
}

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
		err := w.out.Write(batch)
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
	in    *columnar.Reader
	batch *Table
	row   int
}

// readRows is how many rows are read at a time. Many files are read at once, and
// dictionaries as their values.
const readRows = 1024

// NewReader opens a file. It does not close r. Its errors, and those of Next,
// mean damage, or a schema of another version.
func NewReader(r parquet.ReaderAtSeeker) (*Reader, error) {
	in, err := columnar.NewReader(r, Schema, Schema.NumFields(), readRows)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	return &Reader{in: in}, nil
}

// Next reads the next event, or returns io.EOF.
func (r *Reader) Next() (*record.Event, error) {
	if r.batch == nil || r.row == r.batch.Len() {
		if err := r.more(); err != nil {
			return nil, err
		}
	}
	e := r.batch.Event(r.row)
	r.row++
	return e, nil
}

// more reads the next batch.
func (r *Reader) more() error {
	r.batch = nil
	rec, err := r.in.Next()
	if errors.Is(err, io.EOF) {
		return err
	}
	if err != nil {
		return fmt.Errorf("reading events: %w", err)
	}
	r.batch, r.row = newTable([]arrow.Record{rec}), 0
	return nil
}

// Skip passes over n events.
func (r *Reader) Skip(n int) error {
	for n > 0 {
		if r.batch != nil && r.row < r.batch.Len() {
			step := min(n, r.batch.Len()-r.row)
			r.row, n = r.row+step, n-step
			continue
		}
		if err := r.more(); err != nil {
			return err
		}
	}
	return nil
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
