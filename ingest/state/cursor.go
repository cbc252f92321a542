package state

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"grantrail/ingest/columnar"
	"grantrail/ingest/table"
)

// cursor reads one segment, an object after another.
type cursor struct {
	segment
	file   *os.File
	recs   *columnar.Reader
	cols   columns
	row    int
	name   string // of the row at hand
	events *table.Reader
	at     *os.File // of the events
	held   Object   // handed out, and used again
	places placeNames
}

// readRows is how many rows are read at a time, of each segment.
const readRows = 1024

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
	as, columns := schema, knownColumns
	if seg.Earlier {
		as = earlierSchema
	}
	if all {
		columns = as.NumFields()
	}
	if c.recs, err = columnar.NewReader(c.file, as, columns, readRows); err != nil {
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
		rec, err := c.recs.Next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("%w: %s: %w", ErrDamaged, c.objects(), err)
		}
		c.cols, c.row = columns{rec}, 0
	}
	c.name = c.cols.text(colName, c.row)
	return true, nil
}

// object is the row at hand, with its events.
func (c *cursor) object() (*Object, error) {
	o := &c.held
	n, err := c.cols.object(c.row, o, &c.places)
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

// merger goes through the rows of all segments in name order; of an object in
// several, the last segment's.
type merger struct {
	open []*cursor // in the order of segments
	live []*cursor // those that have a row at hand
	last *cursor   // the row handed out
}

func (s *State) merge(all bool) (m *merger, err error) {
	m = &merger{}
	for _, seg := range s.Segments {
		c, err := s.open(seg, all)
		if err != nil {
			m.close()
			return nil, err
		}
		m.open = append(m.open, c)
	}
	m.live = append(m.live, m.open...)
	for _, c := range m.open {
		if err := m.advance(c); err != nil {
			m.close()
			return nil, err
		}
	}
	return m, nil
}

func (m *merger) close() {
	for _, c := range m.open {
		c.close()
	}
}

// advance goes on in one segment.
func (m *merger) advance(c *cursor) error {
	more, err := c.next()
	if err == nil && !more {
		m.live = slices.DeleteFunc(m.live, func(l *cursor) bool { return l == c })
	}
	return err
}

// next is the cursor at the next row of an object that is held, or nil at the end.
func (m *merger) next() (*cursor, error) {
	for {
		if c, err := m.row(); err != nil || c == nil || c.cols.state(c.row) != removed {
			return c, err
		}
	}
}

// row is the cursor at the next row that is valid, or nil at the end.
func (m *merger) row() (*cursor, error) {
	if m.last != nil {
		if err := m.advance(m.last); err != nil {
			return nil, err
		}
		m.last = nil
	}
	if len(m.live) == 0 {
		return nil, nil
	}
	least := m.live[0]
	twice := false
	for _, c := range m.live[1:] {
		switch order := strings.Compare(c.name, least.name); {
		case order < 0:
			least, twice = c, false
		case order == 0:
			least, twice = c, true // of equal names the later
		}
	}
	for i := 0; twice && i < len(m.live); {
		c, n := m.live[i], len(m.live)
		if c == least || c.name != least.name {
			i++
			continue
		}
		if err := c.pass(); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, c.segment.events(), err)
		}
		if err := m.advance(c); err != nil {
			return nil, err
		}
		if len(m.live) == n {
			i++
		}
	}
	m.last = least
	return least, nil
}

// Known yields what every object is known by, in name order. An error ends it.
func (s *State) Known() iter.Seq2[Known, error] {
	return func(yield func(Known, error) bool) {
		m, err := s.merge(false)
		if err != nil {
			yield(Known{}, err)
			return
		}
		defer m.close()
		for {
			c, err := m.next()
			if err != nil {
				yield(Known{}, err)
				return
			}
			if c == nil || !yield(c.cols.known(c.row), nil) {
				return
			}
		}
	}
}

// Objects yields all that every object gave, in name order. An error ends it.
// What it yields, its events apart, is valid until the next.
func (s *State) Objects() iter.Seq2[*Object, error] {
	return func(yield func(*Object, error) bool) {
		m, err := s.merge(true)
		if err != nil {
			yield(nil, err)
			return
		}
		defer m.close()
		for {
			c, err := m.next()
			if err != nil {
				yield(nil, err)
				return
			}
			if c == nil {
				return
			}
			o, err := c.object()
			if !yield(o, err) || err != nil {
				return
			}
		}
	}
}
