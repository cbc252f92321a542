package export

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"grantrail/ingest/columnar"
)

// batch is rows on their way to an Arrow record: the buffers of its columns,
// which are used again. Arrow's builders grow each by itself, and look at what
// they are given one by one.
type batch struct {
	n       int
	size    int // bytes of text
	columns [len(columns)]words
	times   []arrow.Timestamp
	truths  [2]struct{ there, is flags }
	lists   [3]words // of elements
	ends    []int32  // of the lists, which are of one length
	object  words
	records []int32
	verdict words
	raw     words
}

// words are texts, one behind the other.
type words struct {
	there flags
	ends  []int32 // the first is 0
	data  []byte
}

// from0 begins a list of ends.
func from0(ends []int32) []int32 {
	if len(ends) == 0 {
		return append(slices.Grow(ends, batchRows+1), 0)
	}
	return ends
}

// extend appends the values of a stretch of a column's rows.
func (s *words) extend(c *column, from, to int) {
	if from == to {
		return
	}
	marks, begin := c.marks[from:to], c.from(from)
	s.ends = appendEnds(s.ends, marks, len(s.data)-begin)
	value := c.data[begin : marks[len(marks)-1]>>1]
	s.room(len(value))
	s.data = append(s.data, value...)
	switch c.nulls {
	case 0:
		s.there.repeat(true, to-from)
	case len(c.marks):
		s.there.repeat(false, to-from)
	default:
		for _, mark := range marks {
			s.there.push(mark&1 == 1)
		}
	}
}

// room makes room for some bytes of the rows whose ends are known: and, where there
// is none, for what all of a batch should take, going by those.
func (s *words) room(more int) {
	need := len(s.data) + more
	if need <= cap(s.data) {
		return
	}
	size := min(need*batchRows/len(s.ends)+need/16, batchBytes)
	if len(s.ends) < batchRows/8 { // one giant says little of those behind it
		size = min(size, 4*need)
	}
	data := make([]byte, len(s.data), max(need, size)) // append would clear what is not used yet
	copy(data, s.data)
	s.data = data
}

// appendEnds appends where values end that come so much further on.
func appendEnds(to []int32, marks []uint32, further int) []int32 {
	to = slices.Grow(from0(to), len(marks))
	n, by := len(to), int32(further) //nolint:gosec // a batch is some megabytes
	to = to[:n+len(marks)]
	into := to[n:]
	for i, mark := range marks[:len(into)] {
		into[i] = int32(mark>>1) + by //nolint:gosec // as above
	}
	return to
}

// repeat appends a value n times.
func (s *words) repeat(value string, n int) {
	s.ends = from0(s.ends)
	s.room(n * len(value))
	for range n {
		s.data = append(s.data, value...)
		s.ends = append(s.ends, int32(len(s.data))) //nolint:gosec // a batch is some megabytes
	}
	s.there.repeat(value != "", n)
}

func (s *words) reset() { s.there.reset(); s.ends, s.data = s.ends[:0], s.data[:0] }

const (
	// batchRows and batchBytes bound an Arrow record.
	batchRows  = 8 << 10
	batchBytes = 24 << 20
)

// take adds rows until the batch is full, and gives where it stopped.
func (b *batch) take(rows *Rows, from, to int, raw bool) (next int, full bool) {
	next = min(to, from+batchRows-b.n)
	b.add(rows, from, next, raw)
	return next, b.n == batchRows || b.size >= batchBytes
}

// add adds a stretch of rows, column by column.
func (b *batch) add(rows *Rows, from, to int, raw bool) {
	part := rows.rows[from:to]
	if len(part) == 0 {
		return
	}
	for i := range rows.columns {
		b.columns[i].extend(&rows.columns[i], from, to)
	}
	b.object.repeat(rows.Object, len(part))
	b.verdict.repeat(rows.Verdict, len(part))
	first := part[0].resources.from
	further := b.lists[0].there.n - int(first)
	for i := range b.lists {
		b.lists[i].extend(&rows.resources[i], int(first), int(part[len(part)-1].resources.to))
	}
	b.ends = from0(b.ends)
	for i := range part {
		w := &part[i]
		b.times = append(b.times, arrow.Timestamp(w.at))
		b.records = append(b.records, w.record)
		b.ends = append(b.ends, int32(int(w.resources.to)+further)) //nolint:gosec // a batch is some megabytes
		for n, t := range w.truths {
			b.truths[n].there.push(t != unsaid)
			b.truths[n].is.push(t == isTrue)
		}
	}
	if raw {
		b.raw.extend(&rows.raw, from, to)
	}
	b.size = b.text()
	b.n += len(part)
}

// text is how much text is in the batch.
func (b *batch) text() int {
	size := len(b.raw.data)
	for i := range b.columns {
		size += len(b.columns[i].data)
	}
	return size
}

// record is the batch as Arrow has it. It is valid until the batch is reset, and
// then to be released.
func (b *batch) record(schema *arrow.Schema, raw bool) arrow.Record {
	var all []arrow.Array
	b.ends = from0(b.ends)
	for i := range b.columns {
		all = append(all, b.columns[i].array(b.n))
	}
	all = append(all, columnar.Built(moment, b.n, 0, nil, nil, arrow.TimestampTraits.CastToBytes(b.times)))
	for i := range b.truths {
		t := &b.truths[i]
		all = append(all, columnar.Built(boolean, b.n, t.there.n-t.there.set, nil, t.there.bits, t.is.bits))
	}
	for i := range b.lists {
		elements := b.lists[i].array(b.lists[i].there.n)
		all = append(all, columnar.Built(texts, b.n, 0, elements, nil, arrow.Int32Traits.CastToBytes(b.ends)))
		elements.Release()
	}
	all = append(all, b.object.array(b.n), columnar.Built(arrow.PrimitiveTypes.Int32, b.n, 0, nil, nil, arrow.Int32Traits.CastToBytes(b.records)), b.verdict.array(b.n))
	if raw {
		all = append(all, b.raw.array(b.n))
	}
	rec := array.NewRecord(schema, all, int64(b.n))
	for _, a := range all {
		a.Release()
	}
	return rec
}

func (s *words) array(n int) arrow.Array {
	s.ends = from0(s.ends)
	return columnar.Built(text, n, s.there.n-s.there.set, nil, s.there.bits, arrow.Int32Traits.CastToBytes(s.ends), s.data)
}

func (b *batch) reset() {
	for i := range b.columns {
		b.columns[i].reset()
	}
	for i := range b.truths {
		b.truths[i].there.reset()
		b.truths[i].is.reset()
	}
	for i := range b.lists {
		b.lists[i].reset()
	}
	b.object.reset()
	b.verdict.reset()
	b.raw.reset()
	b.n, b.size, b.times, b.ends, b.records = 0, 0, b.times[:0], b.ends[:0], b.records[:0]
}
