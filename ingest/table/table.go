package table

import (
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"grantrail/ingest/record"
)

// Identity is who called.
type Identity = record.Identity

// Event is a decoded row.
type Event = record.Event

// Kind is the part that an event plays in the analysis.
type Kind = record.Kind

// The kinds of events that a table holds.
const (
	Launch       = record.Launch
	Halt         = record.Halt
	Grant        = record.Grant
	DataKey      = record.DataKey
	Storage      = record.Storage
	Change       = record.Change
	Cleanup      = record.Cleanup
	Interruption = record.Interruption
	StateChange  = record.StateChange
	ConfigItem   = record.ConfigItem
	Described    = record.Described
	VolumeEvent  = record.VolumeEvent
	VolumeItem   = record.VolumeItem
)

// Table is a sequence of record batches, read by row. Rows are numbered from
// zero over all batches. It is safe for concurrent reading.
type Table struct {
	batches []batch
	rows    int
}

// batch holds the typed columns of one record batch, unpacked once.
type batch struct {
	rec     arrow.Record
	kinds   []uint8
	objects []int32
	records []int32
	offsets []int64
	lengths []int32
	times   []arrow.Timestamp
	content *array.FixedSizeBinary
	nested  *array.Boolean
	texts   [columns]textColumn
	lists   [columns]listColumn
}

// textColumn reads a plain or a dictionary-encoded string column.
type textColumn struct {
	values  *array.String
	indices []int32 // nil where the column is plain
}

func (c textColumn) at(i int) string {
	if c.indices != nil {
		return c.values.Value(int(c.indices[i]))
	}
	return c.values.Value(i)
}

type listColumn struct {
	list   *array.List
	values *array.String
}

func (c listColumn) at(i int) []string {
	from, to := c.list.ValueOffsets(i)
	if from == to {
		return nil
	}
	out := make([]string, 0, to-from)
	for ; from < to; from++ {
		out = append(out, c.values.Value(int(from)))
	}
	return out
}

func newTable(recs []arrow.Record) *Table {
	t := &Table{}
	for _, rec := range recs {
		t.batches = append(t.batches, unpack(rec))
		t.rows += int(rec.NumRows())
	}
	return t
}

func unpack(rec arrow.Record) batch {
	b := batch{
		rec:     rec,
		kinds:   rec.Column(colKind).(*array.Uint8).Uint8Values(),
		objects: rec.Column(colObject).(*array.Int32).Int32Values(),
		records: rec.Column(colRecord).(*array.Int32).Int32Values(),
		offsets: rec.Column(colOffset).(*array.Int64).Int64Values(),
		lengths: rec.Column(colLength).(*array.Int32).Int32Values(),
		times:   rec.Column(colTime).(*array.Timestamp).TimestampValues(),
		content: rec.Column(colContent).(*array.FixedSizeBinary),
		nested:  rec.Column(colNested).(*array.Boolean),
	}
	for i, col := range rec.Columns() {
		switch c := col.(type) {
		case *array.String:
			b.texts[i] = textColumn{values: c}
		case *array.Dictionary:
			b.texts[i] = textColumn{
				values:  c.Dictionary().(*array.String),
				indices: c.Indices().(*array.Int32).Int32Values(),
			}
		case *array.List:
			b.lists[i] = listColumn{c, c.ListValues().(*array.String)}
		}
	}
	return b
}

// Release gives the memory back. The table must not be read afterwards.
func (t *Table) Release() {
	for _, b := range t.batches {
		b.rec.Release()
	}
	t.batches, t.rows = nil, 0
}

// Len is the number of rows.
func (t *Table) Len() int { return t.rows }

// locate finds a row: every batch but the last is full.
func (t *Table) locate(row int) (*batch, int) {
	return &t.batches[row/batchRows], row % batchRows
}

func (t *Table) text(row, col int) string {
	b, i := t.locate(row)
	return b.texts[col].at(i)
}

func (t *Table) list(row, col int) []string {
	b, i := t.locate(row)
	return b.lists[col].at(i)
}

// Kind is the part that the row's event plays.
func (t *Table) Kind(row int) Kind {
	b, i := t.locate(row)
	return Kind(b.kinds[i])
}

// Nanos is the row's event time in nanoseconds since 1970, UTC.
func (t *Table) Nanos(row int) int64 {
	b, i := t.locate(row)
	return int64(b.times[i])
}

// Time is the row's event time, UTC.
func (t *Table) Time(row int) time.Time { return time.Unix(0, t.Nanos(row)).UTC() }

// Origin is where a record stands.
type Origin struct {
	Object, Record int
	Offset         int64 // of its first byte in the inflated object
	Length         int   // in bytes; zero of a row of Parquet
	Nested         bool  // the bytes may be those of an envelope around it
}

// Origin is where the row's record stands: the object's ordinal in listing
// order, the record's zero-based position, and its bytes in the inflated
// object.
func (t *Table) Origin(row int) Origin {
	b, i := t.locate(row)
	return Origin{int(b.objects[i]), int(b.records[i]), b.offsets[i], int(b.lengths[i]), b.nested.Value(i)}
}
