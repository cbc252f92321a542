package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow"
)

// Options say what to write.
type Options struct {
	Dir        string // made, or empty
	Arrow      bool   // Arrow IPC instead of Parquet
	NoRaw      bool   // without the whole record
	Duplicates bool   // keep them
	// Into is given Arrow records instead of files being written: of all
	// partitions, as they come. A record is valid until it returns.
	Into func(arrow.Record) error
}

// Counts are what became of the records that were given.
type Counts struct {
	Written   int `json:"written"`
	Duplicate int `json:"duplicate"`
	Conflict  int `json:"conflicting"` // an ID seen with another content: written
	Files     int `json:"files"`
}

// maxOpen bounds the partitions at hand. Records mostly come in the order of
// their partitions, two days of a region at a time. Where they do not, see crowd.
const maxOpen = 8

// Writer writes rows into partitions. It is not safe for concurrent use.
type Writer struct {
	opt    Options
	files  files
	open   []*part // the one used last comes last
	parts  map[key]*past
	held   crowd
	aside  aside
	spare  seen // memory of the partition closed last
	counts Counts
	lines  chan line // to be encoded, one at a time beside the reading
	done   chan struct{}
	failed atomic.Pointer[error] // the first failure of encoding
	pool   sync.Pool
}

// part is a partition at hand.
type part struct {
	key  key
	path string
	seen seen
	out  sink
}

// files makes files of one of the two formats, and sink is one of them. All of
// them are called from one goroutine.
type files interface {
	create(path string) (sink, error)
}

type sink interface {
	write(rows *Rows, from, to int) error
	Close() error
}

// line is what is to be encoded, in order: the beginning of a file, rows, or its
// end.
type line struct {
	begin *part
	rows  *Rows
	runs  []run
	last  bool // nothing else is to be done with the rows
	close *part
}

// run is rows of one partition, one behind the other.
type run struct {
	part     *part
	from, to int
}

// NewWriter makes a Writer.
func NewWriter(opt Options) (*Writer, error) {
	w := &Writer{opt: opt, parts: map[key]*past{}, lines: make(chan line, 2), done: make(chan struct{})}
	w.pool.New = func() any { return &Rows{} }
	var err error
	if w.files, err = filesOf(opt); err != nil {
		return nil, err
	}
	if w.aside.dir, err = os.MkdirTemp(opt.Dir, ".seen-*"); err != nil {
		return nil, err
	}
	go w.encode()
	return w, nil
}

func filesOf(opt Options) (files, error) {
	columns := schemaOf(!opt.NoRaw)
	switch {
	case opt.Into != nil:
		return &loaded{schema: columns, raw: !opt.NoRaw, into: opt.Into}, nil
	case opt.Arrow:
		return newArrowFiles(columns, !opt.NoRaw)
	}
	return newParquetFiles(columns, !opt.NoRaw)
}

// Rows gives rows to be filled and written. It may be called from any goroutine.
func (w *Writer) Rows() *Rows { return w.pool.Get().(*Rows) }

// encode writes what is to be encoded, in order. After a failure it only closes
// files.
func (w *Writer) encode() {
	defer close(w.done)
	for l := range w.lines {
		if l.begin != nil && w.failed.Load() == nil {
			w.fails(l.begin, w.create(l.begin))
		}
		for _, r := range l.runs {
			if w.failed.Load() == nil {
				w.fails(r.part, r.part.out.write(l.rows, r.from, r.to))
			}
		}
		if l.last {
			l.rows.reset()
			w.pool.Put(l.rows)
		}
		if l.close != nil && l.close.out != nil {
			w.fails(l.close, l.close.out.Close())
		}
	}
}

// fails notes the first failure.
func (w *Writer) fails(p *part, err error) {
	if err != nil {
		err = fmt.Errorf("writing %q: %w", p.path, err)
		w.failed.CompareAndSwap(nil, &err)
	}
}

// failure is the first failure of encoding so far.
func (w *Writer) failure() error {
	if err := w.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// Write writes rows. They are its own from then on.
func (w *Writer) Write(rows *Rows) error {
	if err := w.failure(); err != nil {
		return err
	}
	if len(w.held.rows) > 0 || w.crowds(rows) {
		return w.hold(rows)
	}
	return w.write(rows)
}

// write writes rows as they came.
func (w *Writer) write(rows *Rows) error {
	var runs []run
	for from, to := range rows.stretches() {
		p, err := w.part(rows.key(from), func() {
			if len(runs) > 0 {
				w.lines <- line{rows: rows, runs: runs}
				runs = nil
			}
		})
		if err != nil {
			return err
		}
		runs = w.addRuns(p, rows, from, to, runs)
	}
	w.lines <- line{rows: rows, runs: runs, last: true}
	return nil
}

// addRuns appends the runs of a stretch of a partition's rows that are to be written.
func (w *Writer) addRuns(p *part, rows *Rows, from, to int, runs []run) []run {
	p.seen.near(rows.rows[from:to])
	for i := from; i < to; i++ {
		if !w.opt.Duplicates {
			switch p.seen.look(&rows.rows[i]) {
			case duplicate:
				w.counts.Duplicate++
				continue
			case conflict:
				w.counts.Conflict++
			case first:
			}
		}
		w.counts.Written++
		if n := len(runs); n > 0 && runs[n-1].part == p && runs[n-1].to == i {
			runs[n-1].to++
		} else {
			runs = append(runs, run{p, i, i + 1})
		}
	}
	return runs
}

// part is the partition of a key, at hand. Before another one is closed for it,
// what was found of that is to be handed over.
func (w *Writer) part(k key, handOver func()) (*part, error) {
	if n := len(w.open); n > 0 && w.open[n-1].key == k {
		return w.open[n-1], nil
	}
	if i := slices.IndexFunc(w.open, func(p *part) bool { return p.key == k }); i >= 0 {
		p := w.open[i]
		w.open = append(slices.Delete(w.open, i, i+1), p)
		return p, nil
	}
	if len(w.open) >= maxOpen {
		handOver()
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
	was := w.parts[k]
	if was == nil {
		was = &past{file: filepath.Join(w.aside.dir, strconv.Itoa(len(w.parts)))}
		w.parts[k] = was
	}
	n := was.files
	was.files++
	w.counts.Files++
	p := &part{key: k, seen: w.spare}
	if w.spare = (seen{}); n > 0 && !w.opt.Duplicates {
		if err := w.aside.take(was, &p.seen); err != nil {
			return nil, err
		}
	}
	ending := "parquet"
	if w.opt.Arrow {
		ending = "arrow"
	}
	p.path = filepath.Join(w.opt.Dir, k.folder(), fmt.Sprintf("part-%04d.%s", n, ending))
	w.lines <- line{begin: p}
	return p, nil
}

// create makes the file of a partition.
func (w *Writer) create(p *part) (err error) {
	p.out, err = w.files.create(p.path)
	return err
}

// created is a new file, in a folder that may be new too. One that is there
// already is an error: two partitions in one file would be one that is lost.
func created(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666) //nolint:gosec // as os.Create, but that nothing is lost of a file that is there
}

// close ends a partition's file, and puts aside what was seen of it: there may be
// more.
func (w *Writer) close(p *part) error {
	w.lines <- line{close: p}
	if w.opt.Duplicates {
		return nil
	}
	err := w.aside.put(w.parts[p.key], &p.seen)
	w.spare = p.seen.emptied()
	return err
}

// Close ends all files and waits for what is being encoded. It reports what
// was written.
func (w *Writer) Close() (Counts, error) {
	err := w.release()
	for _, p := range w.open {
		w.lines <- line{close: p}
	}
	w.open = nil
	close(w.lines)
	<-w.done
	return w.counts, errors.Join(err, w.failure(), os.RemoveAll(w.aside.dir))
}
