package export

import (
	"encoding/binary"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"grantrail/ingest/columnar"
	"grantrail/ingest/record"
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

// column appends a column's values of some rows. Most are short: they are copied by
// words, with what is behind them.
func (s *words) column(rows *Rows, from, to int, of record.Field) {
	const short = 32
	text, begins, spans, none := rows.text[:cap(rows.text)], rows.begins[from:to], rows.spans[from:to], 0
	data, ends := s.data, slices.Grow(from0(s.ends), to-from)
	for i := range spans {
		span := spans[i][of]
		if span.None() {
			none++
			ends = append(ends, int32(len(data))) //nolint:gosec // a batch is some megabytes
			continue
		}
		begin, n, at := int(begins[i]+span.From), int(span.To-span.From), len(data)
		if n <= 2*short && at+2*short <= cap(data) && begin+2*short <= len(text) {
			to, from := data[at:at+2*short], text[begin:begin+2*short]
			if four(to, from); n > short {
				four(to[short:], from[short:])
			}
			data = data[:at+n]
		} else {
			data = append(room(data, n, len(ends)), text[begin:begin+n]...)
		}
		ends = append(ends, int32(len(data))) //nolint:gosec // as above
	}
	s.data, s.ends = data, ends
	switch none {
	case 0, to - from:
		s.there.repeat(none == 0, to-from)
	default:
		for i := range spans {
			s.there.push(!spans[i][of].None())
		}
	}
}

// four copies four words.
func four(to, from []byte) {
	_, _ = to[31], from[31]
	a, b := binary.LittleEndian.Uint64(from), binary.LittleEndian.Uint64(from[8:])
	c, d := binary.LittleEndian.Uint64(from[16:]), binary.LittleEndian.Uint64(from[24:])
	binary.LittleEndian.PutUint64(to, a)
	binary.LittleEndian.PutUint64(to[8:], b)
	binary.LittleEndian.PutUint64(to[16:], c)
	binary.LittleEndian.PutUint64(to[24:], d)
}

// add appends a value.
func (s *words) add(value []byte) {
	s.ends = from0(s.ends)
	s.data = append(room(s.data, len(value), len(s.ends)), value...)
	s.ends = append(s.ends, int32(len(s.data))) //nolint:gosec // a batch is some megabytes
	s.there.push(true)
}

// room is data of some rows with room for more bytes: and, where there was none, for
// what all of a batch should take, going by those rows. It grows by a part of itself
// at least: there may be far more elements of lists in a batch than rows, and it may
// take more than it should.
func room(data []byte, more, rows int) []byte {
	need := len(data) + more
	if need <= cap(data) {
		return data
	}
	size := min(need*batchRows/rows+need/16, batchBytes)
	if rows < batchRows/8 { // one giant says little of those behind it
		size = min(size, 4*need)
	}
	larger := make([]byte, len(data), max(need, size, cap(data)+cap(data)/4)) // append would clear what is not used yet
	copy(larger, data)
	return larger
}

// repeat appends a value n times.
func (s *words) repeat(value string, n int) {
	s.ends = from0(s.ends)
	s.data = room(s.data, n*len(value), len(s.ends))
	for range n {
		s.data = append(s.data, value...)
		s.ends = append(s.ends, int32(len(s.data))) //nolint:gosec // a batch is some megabytes
	}
	s.there.repeat(value != "", n)
}

// reset empties the texts. Of a column that took far more once, when there was a
// giant, than all of a batch takes that goes on like these rows, the memory is not
// kept: another may be in each of the columns.
func (s *words) reset() {
	const many = 4 << 20
	if rows := len(s.ends) - 1; rows > 0 && cap(s.data) > max(many, 4*len(s.data)/rows*batchRows) {
		s.data = nil
	}
	s.there.reset()
	s.ends, s.data = s.ends[:0], s.data[:0]
}

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
	for i, of := range fields {
		b.columns[i].column(rows, from, to, of)
	}
	b.object.repeat(rows.Object, len(part))
	b.verdict.repeat(rows.Verdict, len(part))
	b.ends = from0(b.ends)
	for i := range part {
		w := &part[i]
		b.times = append(b.times, arrow.Timestamp(w.at))
		b.records = append(b.records, w.record)
		for _, r := range rows.resources[w.resources.from:w.resources.to] {
			for n, s := range r {
				b.lists[n].add(rows.of(from+i, s))
			}
		}
		b.ends = append(b.ends, int32(b.lists[0].there.n)) //nolint:gosec // a batch is some megabytes
		for n, t := range w.truths {
			b.truths[n].there.push(t != unsaid)
			b.truths[n].is.push(t == isTrue)
		}
	}
	for i := from; raw && i < to; i++ {
		b.raw.add(rows.raw(i))
	}
	b.size = b.text()
	b.n += len(part)
}

// text is how much text is in the batch. Of lists it is what they take too: elements
// may be many, and say nothing.
func (b *batch) text() int {
	size := len(b.raw.data)
	for i := range b.lists {
		size += len(b.lists[i].data) + 4*len(b.lists[i].ends)
	}
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

// every gives all texts of a batch.
func (b *batch) every(give func(*words)) {
	for i := range b.columns {
		give(&b.columns[i])
	}
	for i := range b.lists {
		give(&b.lists[i])
	}
	give(&b.object)
	give(&b.verdict)
	give(&b.raw)
}

// split is the batch in as little memory as it takes, and its memory.
func (b *batch) split() (small, rest *batch) {
	few := *b
	few.every(func(s *words) {
		s.there.bits, s.ends, s.data = slices.Clone(s.there.bits), slices.Clone(s.ends), slices.Clone(s.data)
	})
	for i := range few.truths {
		t := &few.truths[i]
		t.there.bits, t.is.bits = slices.Clone(t.there.bits), slices.Clone(t.is.bits)
	}
	few.times, few.ends, few.records = slices.Clone(b.times), slices.Clone(b.ends), slices.Clone(b.records)
	b.reset()
	return &few, b
}

// capacity is how much text there is room for.
func (b *batch) capacity() (size int) {
	b.every(func(s *words) { size += cap(s.data) })
	return size
}

func (b *batch) reset() {
	b.every((*words).reset)
	for i := range b.truths {
		b.truths[i].there.reset()
		b.truths[i].is.reset()
	}
	b.n, b.size, b.times, b.ends, b.records = 0, 0, b.times[:0], b.ends[:0], b.records[:0]
}
