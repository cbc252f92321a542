package state

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"

	"grantrail/ingest/columnar"
	"grantrail/ingest/table"
)

const (
	objectsEnd = ".objects.parquet"
	eventsEnd  = ".events.parquet"
	tempEnd    = ".part"
)

func (s segment) objects() string { return fmt.Sprintf("%06d%s", s.Number, objectsEnd) }
func (s segment) events() string  { return fmt.Sprintf("%06d%s", s.Number, eventsEnd) }

// pageSize keeps small what is unpacked at a time of each column of each
// segment, in bytes.
const pageSize = 64 << 10

// batchRows is how many rows are built at a time.
const batchRows = 4096

// summed hashes what is written through it.
type summed struct {
	io.Writer
	sum hash.Hash
	n   int64
}

func newSum(w io.Writer) *summed { return &summed{Writer: w, sum: sha256.New()} }

func (s *summed) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	s.sum.Write(p[:n]) // never fails
	s.n += int64(n)
	return n, err
}

func (s *summed) stored() stored { return stored{s.n, hex.EncodeToString(s.sum.Sum(nil))} }

// part is a file in the making.
type part struct {
	*summed
	file *os.File
	path string // where it will be
}

func newPart(path string) (*part, error) {
	f, err := os.Create(path + tempEnd)
	if err != nil {
		return nil, err
	}
	return &part{newSum(f), f, path}, nil
}

// finish puts the file on disk, under its name.
func (p *part) finish() error {
	if err := onDisk(p.file); err != nil {
		return err
	}
	return os.Rename(p.path+tempEnd, p.path)
}

func (p *part) abandon() {
	_ = p.file.Close()              // it is given up
	_ = os.Remove(p.path + tempEnd) // and the next sweep would remove it
}

// writer writes one segment.
type writer struct {
	segment
	dir     string
	objects *part
	events  *part
	b       *array.RecordBuilder
	rows    int // all, and
	batch   int // those not yet in the file
	out     *columnar.Writer
	table   *table.Writer
	last    string
}

// begin begins a segment.
func (s *State) begin() (*writer, error) {
	w := &writer{dir: s.dir}
	w.Number = s.given + 1
	if n := len(s.Segments); n > 0 {
		w.Number = s.Segments[n-1].Number + 1
	}
	var err error
	if w.objects, err = newPart(filepath.Join(s.dir, w.segment.objects())); err != nil {
		return nil, err
	}
	if w.events, err = newPart(filepath.Join(s.dir, w.segment.events())); err != nil {
		w.objects.abandon()
		return nil, err
	}
	if err := w.open(); err != nil {
		w.abandon()
		return nil, err
	}
	return w, nil
}

func (w *writer) open() (err error) {
	// Names and sums do not repeat; a name differs little from the one before.
	w.b = array.NewRecordBuilder(memory.DefaultAllocator, schema)
	w.out, err = columnar.NewWriter(w.objects, schema, parquet.WithDataPageSize(pageSize),
		parquet.WithDictionaryFor("name", false), parquet.WithEncodingFor("name", parquet.Encodings.DeltaByteArray),
		parquet.WithDictionaryFor("tag", false), parquet.WithDictionaryFor("sum", false),
		parquet.WithDictionaryFor("plain", false), parquet.WithDictionaryFor("rest", false),
		parquet.WithDictionaryFor("moments", false),
		parquet.WithDictionaryFor("times.list.element", false), parquet.WithEncodingFor("times.list.element", parquet.Encodings.DeltaBinaryPacked),
	)
	if err != nil {
		return err
	}
	w.table, err = table.NewWriter(w.events)
	return err
}

func (w *writer) add(o *Object) error {
	if w.rows > 0 && o.Name <= w.last {
		return fmt.Errorf("noting %q behind %q: out of order", o.Name, w.last)
	}
	w.last = o.Name
	if err := appendRow(w.b, o); err != nil {
		return err
	}
	for _, e := range o.Events {
		stored := *e.Event
		stored.Object = place(e)
		if err := w.table.Append(&stored); err != nil {
			return err
		}
	}
	w.rows++
	if w.batch++; w.batch == batchRows {
		return w.flush()
	}
	return nil
}

// place keeps, in the column that elsewhere says the object, the member of an
// archive and whether the copy is a lossy one.
func place(e Event) int {
	if e.Lossy {
		return 2*e.Member + 1
	}
	return 2 * e.Member
}

func (w *writer) flush() error {
	rec := w.b.NewRecord()
	defer rec.Release()
	w.batch = 0
	return w.out.Write(rec)
}

// finish puts the segment on disk. It counts only once the head names it.
func (w *writer) finish() (segment, error) {
	err := w.flush()
	err = errors.Join(err, w.out.Close(), w.table.Close())
	if err != nil {
		w.abandon()
		return segment{}, fmt.Errorf("writing the state: %w", err)
	}
	w.b.Release()
	w.Rows, w.Objects, w.Events = w.rows, w.objects.stored(), w.events.stored()
	if err := errors.Join(w.objects.finish(), w.events.finish(), syncDir(w.dir)); err != nil {
		return segment{}, fmt.Errorf("writing the state: %w", err)
	}
	return w.segment, nil
}

func (w *writer) abandon() {
	w.objects.abandon()
	w.events.abandon()
}
