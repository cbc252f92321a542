package export

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"grantrail/ingest/columnar"
	"grantrail/ingest/record"
)

// said is a record as a test has it: values by field, and ARNs of resources.
type said struct {
	values map[record.Field]string
	arns   []string
	raw    string
}

// many are records of every sort of column: the same all along, never there,
// there now and then, few values, other values each time, many first and then
// few; lists of none, one and several; and texts larger than a page.
func many(n int) (all []said) {
	for i := range n {
		s := said{values: map[record.Field]string{
			record.EventName: "Call", record.EventSource: fmt.Sprint("source-", i%3), record.EventID: fmt.Sprint("id-", i),
			record.SourceIP: fmt.Sprint(i * 7919 % 100_003), record.Agent: fmt.Sprint("agent-", i%5000), record.ErrorMessage: "",
			record.ReadOnly: []string{"true", "false", "7"}[i%3], record.Request: `{"n":` + fmt.Sprint(i) + `}`,
			record.Additional: fmt.Sprint("a", min(i, 3000)), record.IdentityARN: fmt.Sprint(strings.Repeat("arn", 20), i%700),
		}}
		if i%10 == 3 {
			s.values[record.ErrorCode] = "Denied"
		}
		if i%4 == 0 {
			s.values[record.Management] = "true"
		}
		for k := range i % 4 {
			s.arns = append(s.arns, fmt.Sprint("arn-", i%97*k, "-", i%20_000))
		}
		if s.raw = fmt.Sprint(`{"raw":`, i, `}`); i%5001 == 17 {
			s.values[record.Response] = strings.Repeat("large ", 200_000)
			s.raw = s.values[record.Response]
		}
		all = append(all, s)
	}
	return all
}

// add adds a record whose values are no part of it.
func (s *said) add(rows *Rows, i int) {
	raw := []byte(s.raw)
	of := record.NewFound(raw)
	for f, text := range s.values {
		of.Set(f, []byte(text))
	}
	for _, arn := range s.arns {
		of.Resource([]byte(arn), []byte("t"), nil)
	}
	rows.Add(of, "111122223333", "eu-west-1", time.Date(2026, 3, 2, 0, 0, 0, i*1000, time.UTC), i)
}

// TestFiles: what is written is read back, in both formats, by Arrow's readers.
func TestFiles(t *testing.T) {
	all := many(groupRows + 9_000)
	for _, opt := range []Options{{}, {Arrow: true}, {NoRaw: true}, {Arrow: true, NoRaw: true}} {
		opt.Dir = t.TempDir()
		w, err := NewWriter(opt)
		if err != nil {
			t.Fatal(err)
		}
		rows := w.Rows()
		for i := range all {
			if rows.Object = fmt.Sprint("object-", i/2000); i >= 4000 {
				rows.Verdict = "listed"
			}
			if all[i].add(rows, i); i%2000 == 1999 || rows.Full() {
				if err := w.Write(rows); err != nil {
					t.Fatal(err)
				}
				rows = w.Rows()
			}
		}
		if err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
		if got, err := w.Close(); err != nil || got != (Counts{Written: len(all), Files: 1}) {
			t.Fatal(got, err)
		}
		table := tableOf(t, opt)
		defer table.Release()
		if !opt.Arrow {
			checkStatistics(t, filepath.Join(opt.Dir, partOf(t, opt.Dir)))
		}
		checkTable(t, table, all, !opt.NoRaw)
	}
}

// partOf is the one file that was written.
func partOf(t *testing.T, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*", "*", "*"))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	name, _ := filepath.Rel(dir, found[0])
	return name
}

func tableOf(t *testing.T, opt Options) arrow.Table {
	t.Helper()
	f, err := os.Open(filepath.Join(opt.Dir, partOf(t, opt.Dir)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if opt.Arrow {
		in, err := ipc.NewFileReader(f)
		if err != nil {
			t.Fatal(err)
		}
		if !in.Schema().Equal(schemaOf(!opt.NoRaw)) {
			t.Errorf("schema %v", in.Schema())
		}
		var recs []arrow.Record
		for i := range in.NumRecords() {
			rec, err := in.RecordAt(i)
			if err != nil {
				t.Fatal(err)
			}
			if rec.NumRows() > batchRows {
				t.Errorf("a record of %d rows", rec.NumRows())
			}
			recs = append(recs, rec)
		}
		return array.NewTableFromRecords(in.Schema(), recs)
	}
	table, err := pqarrow.ReadTable(context.Background(), f, nil, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// checkTable compares all cells with what was said.
func checkTable(t *testing.T, table arrow.Table, all []said, raw bool) {
	t.Helper()
	if n := int(table.NumRows()); n != len(all) {
		t.Fatalf("%d rows, want %d", n, len(all))
	}
	if want := schemaOf(raw).NumFields(); int(table.NumCols()) != want {
		t.Fatalf("%d columns, want %d", table.NumCols(), want)
	}
	cells := func(name string) []string {
		at := table.Schema().FieldIndices(name)
		var out []string
		for _, chunk := range table.Column(at[0]).Data().Chunks() {
			for i := range chunk.Len() {
				if chunk.IsNull(i) {
					out = append(out, "null")
					continue
				}
				switch c := chunk.(type) {
				case *array.String:
					out = append(out, "="+c.Value(i))
				case *array.List:
					from, to := c.ValueOffsets(i)
					cell := ""
					for n := from; n < to; n++ {
						cell += "=" + c.ListValues().(*array.String).Value(int(n))
					}
					out = append(out, cell)
				case *array.Timestamp:
					out = append(out, fmt.Sprint(c.Value(i).ToTime(arrow.Microsecond).Nanosecond()/1000))
				default:
					out = append(out, chunk.ValueStr(i))
				}
			}
		}
		return out
	}
	check := func(name string, want func(i int, s *said) string) {
		got := cells(name)
		for i := range all {
			if w := want(i, &all[i]); got[i] != w {
				t.Errorf("%s of row %d is %.50q, want %.50q", name, i, got[i], w)
				return
			}
		}
	}
	for _, c := range columns {
		check(c.name, func(_ int, s *said) string {
			if text, there := s.values[c.field]; there {
				return "=" + text
			}
			return "null"
		})
	}
	truth := func(f record.Field) func(int, *said) string {
		return func(_ int, s *said) string {
			if text := s.values[f]; text == "true" || text == "false" {
				return text
			}
			return "null"
		}
	}
	check("read_only", truth(record.ReadOnly))
	check("management_event", truth(record.Management))
	check("event_time", func(i int, _ *said) string { return fmt.Sprint(i) })
	check("record", func(i int, _ *said) string { return fmt.Sprint(i) })
	check("object", func(i int, _ *said) string { return fmt.Sprint("=object-", i/2000) })
	check("digest_verdict", func(i int, _ *said) string {
		if i >= 4000 {
			return "=listed"
		}
		return "null"
	})
	check("resource_arns", func(_ int, s *said) (cell string) {
		for _, arn := range s.arns {
			cell += "=" + arn
		}
		return cell
	})
	check("resource_types", func(_ int, s *said) string { return strings.Repeat("=t", len(s.arns)) })
	check("resource_accounts", func(_ int, s *said) string { return strings.Repeat("=", len(s.arns)) })
	if raw {
		check(rawColumn, func(_ int, s *said) string { return "=" + s.raw })
	}
}

// checkStatistics: each row group says the range of its values, and how many
// are not there; and no more rows are in it than were asked for.
func checkStatistics(t *testing.T, path string) {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	if f.NumRowGroups() != 2 {
		t.Fatalf("%d row groups", f.NumRowGroups())
	}
	group := f.MetaData().RowGroup(0)
	for name, want := range map[string]struct {
		low, high string
		nulls     int64
	}{
		"event_source": {"source-0", "source-2", 0}, "event_id": {"id-0", "id-9999", 0}, "error_code": {"Denied", "Denied", groupRows - (groupRows+6)/10},
		"read_only": {"\x00", "\x01", groupRows / 3}, "api_version": {"", "", groupRows},
	} {
		at := slices.IndexFunc(columns[:], func(c struct {
			name  string
			field record.Field
		}) bool {
			return c.name == name
		})
		if name == "read_only" {
			at = len(columns) + 1
		}
		chunk, err := group.ColumnChunk(at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := chunk.Statistics()
		if err != nil {
			t.Fatal(err)
		}
		if got.NullCount() != want.nulls || !bytes.Equal(got.EncodeMin(), []byte(want.low)) || !bytes.Equal(got.EncodeMax(), []byte(want.high)) {
			t.Errorf("%s: %d nulls, from %q to %q, want %d, %q, %q", name, got.NullCount(), got.EncodeMin(), got.EncodeMax(), want.nulls, want.low, want.high)
		}
	}
}

// TestNumbers: numbers of any width are packed as Parquet packs them.
func TestNumbers(t *testing.T) {
	for _, of := range []int{1, 2, 3, 4, 5, 100, 256, 257, maxNumbers} {
		for _, n := range []int{1, 7, 8, 9, 31, 32, 33, 1000} {
			var all []uint16
			for i := range n {
				all = append(all, uint16(i*31%of)) //nolint:gosec // below maxNumbers
			}
			out := numbers(nil, all, of)
			if of == 1 {
				if want := []byte{1}; !bytes.HasPrefix(out, want) {
					t.Errorf("%x", out)
				}
				continue
			}
			width, rest := int(out[0]), out[1:]
			if want := packed(nil, n); !bytes.HasPrefix(rest, want) {
				t.Fatalf("%x does not begin with %x", rest, want)
			} else if rest = rest[len(want):]; len(rest) != (n+7)/8*width {
				t.Fatalf("%d numbers below %d are %d bytes", n, of, len(rest))
			}
			for i, want := range all {
				got := uint16(0)
				for bit := range width {
					at := i*width + bit
					got |= uint16(rest[at/8]>>(at%8)&1) << bit
				}
				if got != want {
					t.Fatalf("number %d of %d below %d is %d, want %d", i, n, of, got, want)
				}
			}
		}
	}
}

// TestSchema: the schema is the one that Arrow's bridge to Parquet gives.
func TestSchema(t *testing.T) {
	for _, raw := range []bool{false, true} {
		want, err := pqarrow.ToParquet(schemaOf(raw), nil, pqarrow.DefaultWriterProps())
		if err != nil {
			t.Fatal(err)
		}
		got, err := columnar.Parquet(schemaOf(raw))
		if err != nil {
			t.Fatal(err)
		}
		var a, b strings.Builder
		schema.PrintSchema(got.Root(), &a, 2)
		schema.PrintSchema(want.Root(), &b, 2)
		if a.String() != b.String() || !got.Equals(want) {
			t.Errorf("got\n%s\nwant\n%s", &a, &b)
		}
	}
}
