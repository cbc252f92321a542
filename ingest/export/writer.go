package export

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"grantrail/ingest/record"
	"grantrail/ingest/table"
)

// Options say what to write.
type Options struct {
	Dir        string // made, or empty
	Arrow      bool   // Arrow IPC instead of Parquet
	NoRaw      bool   // without the whole record
	Duplicates bool   // keep them
}

// Counts are what became of the records that were given.
type Counts struct {
	Written   int `json:"written"`
	Duplicate int `json:"duplicate"`
	Conflict  int `json:"conflicting"` // an ID seen with another content: written
	Files     int `json:"files"`
}

const (
	// groupRows makes row groups of about a million values.
	groupRows = 22 << 10
	// batchRows and batchBytes bound what of a partition is not yet encoded.
	batchRows  = 2 << 10
	batchBytes = 2 << 20
	// zstdLevel is the fastest: on log records the default saves no space.
	zstdLevel = 1
	// maxOpen bounds the partitions at hand. Records mostly come in the order of
	// their partitions, two days of a region at a time.
	maxOpen = 8
)

// Writer writes rows into partitions. It is not safe for concurrent use.
type Writer struct {
	opt    Options
	schema *arrow.Schema
	open   []*part // the one used last comes last
	parts  map[key]int
	aside  string // folder of what was seen of closed partitions
	counts Counts
	lines  chan func() error // encoding, one at a time beside the reading
	done   chan struct{}
	failed atomic.Pointer[error] // the first failure of encoding
}

// part is a partition at hand.
type part struct {
	key   key
	path  string
	seen  seen
	b     *array.RecordBuilder
	bytes int
	out   sink
}

// sink is a file in one of the two formats.
type sink interface {
	write(arrow.Record) error
	Close() error
}

// NewWriter makes a Writer.
func NewWriter(opt Options) (*Writer, error) {
	w := &Writer{opt: opt, schema: schemaOf(!opt.NoRaw), parts: map[key]int{}, lines: make(chan func() error, 2), done: make(chan struct{})}
	var err error
	if w.aside, err = os.MkdirTemp(opt.Dir, ".seen-*"); err != nil {
		return nil, err
	}
	go w.encode()
	return w, nil
}

// encode runs what is to be encoded, in order. After a failure it only drains.
func (w *Writer) encode() {
	defer close(w.done)
	for line := range w.lines {
		if w.failed.Load() != nil {
			continue
		}
		if err := line(); err != nil {
			w.failed.Store(&err)
		}
	}
}

// failure is the first failure of encoding so far.
func (w *Writer) failure() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Write writes rows.
func (w *Writer) Write(rows *Rows) error {
	if err := w.failure(); err != nil {
		return err
	}
	for i := range rows.rows {
		r := &rows.rows[i]
		p, err := w.part(keyOf(r))
		if err != nil {
			return err
		}
		if !w.opt.Duplicates {
			switch p.seen.look(r) {
			case duplicate:
				w.counts.Duplicate++
				continue
			case conflict:
				w.counts.Conflict++
			case first:
			}
		}
		w.append(p.b, rows, r)
		w.counts.Written++
		if p.bytes += r.size; p.bytes >= batchBytes || p.b.Field(0).Len() >= batchRows {
			w.flush(p)
		}
	}
	return nil
}

// part is the partition of a key, at hand.
func (w *Writer) part(k key) (*part, error) {
	if n := len(w.open); n > 0 && w.open[n-1].key == k {
		return w.open[n-1], nil
	}
	if i := slices.IndexFunc(w.open, func(p *part) bool { return p.key == k }); i >= 0 {
		p := w.open[i]
		w.open = append(slices.Delete(w.open, i, i+1), p)
		return p, nil
	}
	if len(w.open) >= maxOpen {
		if err := w.close(w.open[0]); err != nil {
			return nil, err
		}
		w.open = slices.Delete(w.open, 0, 1)
	}
	p, err := w.begin(k)
	if err != nil {
		return nil, err
	}
	w.open = append(w.open, p)
	return p, nil
}

func (w *Writer) begin(k key) (*part, error) {
	n := w.parts[k]
	w.parts[k] = n + 1
	w.counts.Files++
	p := &part{key: k, seen: seen{}, b: array.NewRecordBuilder(memory.DefaultAllocator, w.schema)}
	if n > 0 && !w.opt.Duplicates {
		var err error
		if p.seen, err = load(w.asideOf(k)); err != nil {
			return nil, err
		}
	}
	folder := filepath.Join(w.opt.Dir, k.folder())
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	ending := "parquet"
	if w.opt.Arrow {
		ending = "arrow"
	}
	p.path = filepath.Join(folder, fmt.Sprintf("part-%04d.%s", n, ending))
	f, err := os.Create(p.path)
	if err != nil {
		return nil, err
	}
	if p.out, err = w.sink(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

func (w *Writer) asideOf(k key) string {
	return filepath.Join(w.aside, fmt.Sprintf("%s.%s.%d", spelt(k.account), spelt(k.region), k.day))
}

// flush hands what is built of a partition to the encoder.
func (w *Writer) flush(p *part) {
	if p.b.Field(0).Len() == 0 {
		return
	}
	rec := p.b.NewRecord()
	p.bytes = 0
	w.lines <- func() error {
		defer rec.Release()
		if err := p.out.write(rec); err != nil {
			return fmt.Errorf("writing %q: %w", p.path, err)
		}
		return nil
	}
}

// close ends a partition's file.
func (w *Writer) close(p *part) error {
	w.flush(p)
	p.b.Release()
	w.lines <- func() error {
		if err := p.out.Close(); err != nil {
			return fmt.Errorf("writing %q: %w", p.path, err)
		}
		return nil
	}
	if w.opt.Duplicates {
		return nil
	}
	return p.seen.save(w.asideOf(p.key))
}

// Close ends all files and waits for what is being encoded. It reports what
// was written.
func (w *Writer) Close() (Counts, error) {
	var err error
	for _, p := range w.open {
		err = errors.Join(err, w.close(p))
	}
	w.open = nil
	close(w.lines)
	<-w.done
	return w.counts, errors.Join(err, w.failure(), os.RemoveAll(w.aside))
}

func (w *Writer) append(b *array.RecordBuilder, rows *Rows, r *row) {
	for i, c := range columns {
		f := b.Field(i).(*array.StringBuilder)
		if v, ok := r.value(rows, c.field); ok {
			f.BinaryBuilder.Append(v)
		} else {
			f.AppendNull()
		}
	}
	at := len(columns)
	b.Field(at).(*array.TimestampBuilder).Append(arrow.Timestamp(r.at.UnixMicro()))
	for i, field := range []record.Field{record.ReadOnly, record.Management} {
		f := b.Field(at + 1 + i).(*array.BooleanBuilder)
		switch v, _ := r.value(rows, field); string(v) {
		case "true":
			f.Append(true)
		case "false":
			f.Append(false)
		default:
			f.AppendNull()
		}
	}
	w.resources(b, at+3, rows, r)
	b.Field(at + 6).(*array.StringBuilder).Append(rows.Object)
	b.Field(at + 7).(*array.Int32Builder).Append(int32(r.record)) //nolint:gosec // an object has not so many
	if v := b.Field(at + 8).(*array.StringBuilder); rows.Verdict != "" {
		v.Append(rows.Verdict)
	} else {
		v.AppendNull()
	}
	if !w.opt.NoRaw {
		b.Field(at + 9).(*array.StringBuilder).BinaryBuilder.Append(rows.bytes(r.raw))
	}
}

// resources appends three lists of one length.
func (w *Writer) resources(b *array.RecordBuilder, at int, rows *Rows, r *row) {
	var lists [3]*array.ListBuilder
	for i := range lists {
		lists[i] = b.Field(at + i).(*array.ListBuilder)
		lists[i].Append(true)
	}
	list, ok := r.value(rows, record.ResourceList)
	if !ok {
		return
	}
	v := record.Values{record.ResourceList: list}
	v.Resources(func(arn, kind, account []byte) {
		for i, value := range [][]byte{arn, kind, account} {
			lists[i].ValueBuilder().(*array.StringBuilder).BinaryBuilder.Append(value)
		}
	})
}

func (w *Writer) sink(f *os.File) (sink, error) {
	if w.opt.Arrow {
		out, err := ipc.NewFileWriter(f, ipc.WithSchema(w.schema), ipc.WithZstd())
		return &arrowSink{out, f}, err
	}
	props := parquet.NewWriterProperties(
		table.Zstd(), parquet.WithCompressionLevel(zstdLevel), parquet.WithDataPageSize(128<<10), parquet.WithMaxRowGroupLength(groupRows), parquet.WithCreatedBy("grantrail"),
		parquet.WithDictionaryFor("event_id", false), parquet.WithDictionaryFor("request_id", false), parquet.WithDictionaryFor("shared_event_id", false),
		parquet.WithDictionaryFor(rawColumn, false), parquet.WithStatsFor(rawColumn, false), parquet.WithDictionaryFor("event_time", false),
		parquet.WithDictionaryFor("request_parameters_json", false), parquet.WithStatsFor("request_parameters_json", false),
		parquet.WithDictionaryFor("response_elements_json", false), parquet.WithStatsFor("response_elements_json", false),
	)
	out, err := pqarrow.NewFileWriter(w.schema, f, props, pqarrow.DefaultWriterProps())
	return &parquetSink{out: out}, err
}

type arrowSink struct {
	*ipc.FileWriter
	file io.Closer
}

func (s *arrowSink) write(rec arrow.Record) error { return s.Write(rec) }

func (s *arrowSink) Close() error { return errors.Join(s.FileWriter.Close(), s.file.Close()) }

type parquetSink struct{ out *pqarrow.FileWriter }

func (s *parquetSink) write(rec arrow.Record) error { return s.out.WriteBuffered(rec) }

func (s *parquetSink) Close() error { return s.out.Close() }
