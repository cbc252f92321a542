package export

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

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
		return append(ends, 0)
	}
	return ends
}

// gather appends a field of some rows.
func (s *words) gather(rows *Rows, part []row, field record.Field) {
	data, ends := s.data, slices.Grow(from0(s.ends), len(part))
	n := len(ends)
	ends = ends[:n+len(part)]
	into := ends[n:]
	for i := range part {
		w := &part[i]
		value := w.values[field]
		if !value.None() {
			data = appended(data, rows.arena, int(w.base+value.From), int(w.base+value.To))
		}
		s.there.push(!value.None())
		into[i] = int32(len(data)) //nolint:gosec // a batch is some megabytes
	}
	s.data, s.ends = data, ends
}

// appended appends what stands from one place to another. Most values are short,
// and copied with what is behind them.
func appended(to, arena []byte, from, end int) []byte {
	const short = 32
	at, n := len(to), end-from
	if n > 2*short || cap(to)-at < 2*short || len(arena)-from < 2*short {
		return append(to, arena[from:end]...)
	}
	to = to[:at+2*short]
	*(*[short]byte)(to[at:]) = [short]byte(arena[from:])
	if n > short {
		*(*[short]byte)(to[at+short:]) = [short]byte(arena[from+short:])
	}
	return to[:at+n]
}

// text appends a value.
func (s *words) text(value []byte) {
	s.data = append(s.data, value...)
	s.ends = append(from0(s.ends), int32(len(s.data))) //nolint:gosec // a batch is some megabytes
	s.there.push(true)
}

// repeat appends a value n times.
func (s *words) repeat(value string, n int) {
	s.ends = from0(s.ends)
	for range n {
		s.data = append(s.data, value...)
		s.ends = append(s.ends, int32(len(s.data))) //nolint:gosec // a batch is some megabytes
	}
	for range n {
		s.there.push(value != "")
	}
}

func (s *words) reset() { s.there.reset(); s.ends, s.data = s.ends[:0], s.data[:0] }

// add adds a stretch of rows, column by column.
func (b *batch) add(rows *Rows, part []row, raw bool) {
	for i := range columns {
		b.columns[i].gather(rows, part, columns[i].field)
	}
	for i := range b.truths {
		t := &b.truths[i]
		for n := range part {
			value := rows.text(&part[n], part[n].values[truths[i]])
			is := string(value) == "true"
			t.there.push(is || string(value) == "false")
			t.is.push(is)
		}
	}
	b.object.repeat(rows.Object, len(part))
	b.verdict.repeat(rows.Verdict, len(part))
	b.ends = from0(b.ends)
	for n := range part {
		w := &part[n]
		b.times = append(b.times, arrow.Timestamp(w.at))
		b.records = append(b.records, w.record)
		for _, e := range rows.resources[w.resources.from:w.resources.to] {
			for i := range e {
				b.lists[i].text(rows.text(w, e[i]))
			}
		}
		b.ends = append(b.ends, int32(b.lists[0].there.n)) //nolint:gosec // a batch is some megabytes
		if raw {
			b.raw.text(rows.raw(w))
		}
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
	all = append(all, built(moment, b.n, 0, nil, nil, arrow.TimestampTraits.CastToBytes(b.times)))
	for i := range b.truths {
		t := &b.truths[i]
		all = append(all, built(boolean, b.n, t.there.n-t.there.set, nil, t.there.bits, t.is.bits))
	}
	for i := range b.lists {
		elements := b.lists[i].array(b.lists[i].there.n)
		all = append(all, built(texts, b.n, 0, elements, nil, arrow.Int32Traits.CastToBytes(b.ends)))
		elements.Release()
	}
	all = append(all, b.object.array(b.n), built(arrow.PrimitiveTypes.Int32, b.n, 0, nil, nil, arrow.Int32Traits.CastToBytes(b.records)), b.verdict.array(b.n))
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
	return built(text, n, s.there.n-s.there.set, nil, s.there.bits, arrow.Int32Traits.CastToBytes(s.ends), s.data)
}

// built is an array over buffers, the first of which says which values are there.
func built(of arrow.DataType, n, nulls int, elements arrow.Array, there []byte, buffers ...[]byte) arrow.Array {
	all := make([]*memory.Buffer, 1, 3)
	if nulls > 0 {
		all[0] = memory.NewBufferBytes(there)
	}
	for _, b := range buffers {
		all = append(all, memory.NewBufferBytes(b))
	}
	var children []arrow.ArrayData
	if elements != nil {
		children = append(children, elements.Data())
	}
	data := array.NewData(of, n, all, children, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
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
