package state

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"grantrail/ingest/table"
)

// cursor reads one segment, an object after another.
type cursor struct {
	segment
	file   *os.File
	parq   *file.Reader
	recs   records
	cols   columns
	row    int
	name   string // of the row at hand
	events *table.Reader
	at     *os.File // of the events
}

// records is what pqarrow gives for reading on.
type records interface {
	Next() bool
	Record() arrow.Record
	Err() error
	Release()
}

// open opens a segment: what objects are known by, or all.
func (s *State) open(seg segment, all bool) (c *cursor, err error) {
	c = &cursor{segment: seg}
	defer func() {
		if err != nil {
			c.close()
			err = fmt.Errorf("%w: %s: %w", ErrDamaged, seg.objects(), err)
		}
	}()
	if c.file, err = os.Open(filepath.Join(s.dir, seg.objects())); err != nil {
		return c, err
	}
	if c.parq, err = file.NewParquetReader(c.file); err != nil {
		return c, err
	}
	in, err := pqarrow.NewFileReader(c.parq, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
	if err != nil {
		return c, err
	}
	var leaves []int
	if !all {
		for i := range knownColumns {
			leaves = append(leaves, i)
		}
	}
	if c.recs, err = in.GetRecordReader(context.Background(), leaves, nil); err != nil {
		return c, err
	}
	if all {
		if c.at, err = os.Open(filepath.Join(s.dir, seg.events())); err != nil {
			return c, err
		}
		if c.events, err = table.NewReader(c.at); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c *cursor) close() {
	if c.events != nil {
		_ = c.events.Close() // it was only read
	}
	if c.recs != nil {
		c.recs.Release()
	}
	for _, f := range []*os.File{c.file, c.at} {
		if f != nil {
			_ = f.Close() // it was only read
		}
	}
}

// next goes to the next row.
func (c *cursor) next() (bool, error) {
	c.row++
	for c.cols.rec == nil || c.row >= int(c.cols.rec.NumRows()) {
		if !c.recs.Next() {
			if err := c.recs.Err(); err != nil && !errors.Is(err, io.EOF) {
				return false, fmt.Errorf("%w: %s: %w", ErrDamaged, c.objects(), err)
			}
			return false, nil
		}
		c.cols, c.row = columns{c.recs.Record()}, 0
	}
	c.name = c.cols.text(colName, c.row)
	return true, nil
}

// object is the row at hand, with its events.
func (c *cursor) object() (*Object, error) {
	o, n, err := c.cols.object(c.row)
	if err != nil {
		return nil, err
	}
	for range n {
		e, err := c.events.Next()
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, c.segment.events(), err)
		}
		member := e.Object / 2
		e.Lossy, e.Object = e.Object%2 == 1, 0
		o.Events = append(o.Events, Event{e, member})
	}
	return o, nil
}

// pass passes over the row at hand, and its events.
func (c *cursor) pass() error {
	if c.events == nil {
		return nil
	}
	return c.events.Skip(int(c.cols.integer(colEvents, c.row)))
}

// Known yields what every object is known by, in name order. An error ends it.
func (s *State) Known() iter.Seq2[Known, error] {
	return func(yield func(Known, error) bool) {
		s.merge(false, func(c *cursor, err error) bool {
			if err != nil {
				return yield(Known{}, err)
			}
			return yield(c.cols.known(c.row), nil)
		})
	}
}

// Objects yields all that every object gave, in name order. An error ends it.
func (s *State) Objects() iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		s.merge(true, func(c *cursor, err error) bool {
			if err != nil {
				return yield(nil, err)
			}
			o, err := c.object()
			return yield(o, err) && err == nil
		})
	}
}

// merge hands out the rows of all segments in name order; of an object in
// several, the last segment's.
func (s *State) merge(all bool, hand func(*cursor, error) bool) {
	var open []*cursor // in the order of segments
	defer func() {
		for _, c := range open {
			c.close()
		}
	}()
	for _, seg := range s.Segments {
		c, err := s.open(seg, all)
		if err != nil {
			hand(nil, err)
			return
		}
		open = append(open, c)
	}
	live := append([]*cursor(nil), open...)
	advance := func(c *cursor) bool { // reports false where all is to end
		more, err := c.next()
		if err != nil {
			hand(nil, err)
			return false
		}
		if !more {
			for i := range live {
				if live[i] == c {
					live = append(live[:i], live[i+1:]...)
					break
				}
			}
		}
		return true
	}
	for _, c := range open {
		if !advance(c) {
			return
		}
	}
	for len(live) > 0 {
		least := live[0]
		for _, c := range live[1:] {
			if c.name <= least.name {
				least = c // of equal names the later
			}
		}
		name := least.name
		for i := 0; i < len(live); {
			c, n := live[i], len(live)
			if c == least || c.name != name {
				i++
				continue
			}
			if err := c.pass(); err != nil {
				hand(nil, fmt.Errorf("%w: %s: %w", ErrDamaged, c.segment.events(), err))
				return
			}
			if !advance(c) {
				return
			}
			if len(live) == n {
				i++
			}
		}
		if !hand(least, nil) || !advance(least) {
			return
		}
	}
}
