package columnar

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// every has a column of each type.
var every = arrow.NewSchema([]arrow.Field{
	{Name: "name", Type: arrow.BinaryTypes.String},
	{Name: "octet", Type: arrow.PrimitiveTypes.Uint8},
	{Name: "int", Type: arrow.PrimitiveTypes.Int32},
	{Name: "long", Type: arrow.PrimitiveTypes.Int64},
	{Name: "truth", Type: arrow.FixedWidthTypes.Boolean},
	{Name: "time", Type: &arrow.TimestampType{Unit: arrow.Nanosecond, TimeZone: "UTC"}},
	{Name: "bytes", Type: arrow.BinaryTypes.Binary},
	{Name: "sum", Type: &arrow.FixedSizeBinaryType{ByteWidth: 4}},
	{Name: "word", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}},
	{Name: "words", Type: arrow.ListOf(arrow.BinaryTypes.String)},
	{Name: "longs", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64)},
}, nil)

// options are those of a segment's objects.
var options = []parquet.WriterProperty{
	parquet.WithDataPageSize(1 << 10),
	parquet.WithDictionaryFor("name", false), parquet.WithEncodingFor("name", parquet.Encodings.DeltaByteArray),
	parquet.WithDictionaryFor("bytes", false),
}

// sample makes a record. Values repeat for a while, and lists are often empty.
func sample(t testing.TB, random *rand.Rand, rows int) arrow.Record {
	t.Helper()
	b := array.NewRecordBuilder(memory.DefaultAllocator, every)
	defer b.Release()
	text := func() string { return strings.Repeat("ab", random.IntN(4)) + fmt.Sprint(random.IntN(30)) }
	for i := range rows {
		f := b.Fields()
		f[0].(*array.StringBuilder).Append(fmt.Sprintf("AWSLogs/1/%06d/%s", i, text()))
		f[1].(*array.Uint8Builder).Append(uint8(random.IntN(256)))
		f[2].(*array.Int32Builder).Append(random.Int32() - 1<<30)
		f[3].(*array.Int64Builder).Append(int64(random.IntN(20)) - 10)
		f[4].(*array.BooleanBuilder).Append(random.IntN(5) > 0)
		f[5].(*array.TimestampBuilder).Append(arrow.Timestamp(random.Int64()))
		f[6].(*array.BinaryBuilder).Append([]byte(text())[:random.IntN(2)])
		f[7].(*array.FixedSizeBinaryBuilder).Append([]byte{1, byte(i), byte(random.IntN(256)), 4})
		if err := f[8].(*array.BinaryDictionaryBuilder).AppendString(text()); err != nil {
			t.Fatal(err)
		}
		words, longs := f[9].(*array.ListBuilder), f[10].(*array.ListBuilder)
		words.Append(true)
		longs.Append(true)
		for range max(0, random.IntN(8)-4) {
			words.ValueBuilder().(*array.StringBuilder).Append(text())
			longs.ValueBuilder().(*array.Int64Builder).Append(random.Int64())
		}
	}
	return b.NewRecord()
}

// written is a file of records.
func written(t testing.TB, records ...arrow.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, every, options...)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		if err := w.Write(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// bridged is the same file as the library's bridge writes it.
func bridged(t testing.TB, records ...arrow.Record) []byte {
	t.Helper()
	var out bytes.Buffer
	props := parquet.NewWriterProperties(append([]parquet.WriterProperty{Zstd()}, options...)...)
	w, err := pqarrow.NewFileWriter(every, &out, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range records {
		if err := w.WriteBuffered(rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rows are rows as text, which is the same for a dictionary and its values.
func rows(rec arrow.Record) (out []string) {
	for i := range int(rec.NumRows()) {
		var row strings.Builder
		for _, c := range rec.Columns() {
			_, _ = row.WriteString(c.ValueStr(i) + "|")
		}
		out = append(out, row.String())
	}
	return out
}

func rowsOf(records ...arrow.Record) (out []string) {
	for _, rec := range records {
		out = append(out, rows(rec)...)
	}
	return out
}

// read reads a file to its end.
func read(data []byte, columns, batch int) (out []string, err error) {
	r, err := NewReader(bytes.NewReader(data), every, columns, batch)
	if err != nil {
		return nil, err
	}
	for {
		rec, err := r.Next()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return out, nil
			}
			return out, err
		}
		out = append(out, rows(rec)...)
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: row %d is\n%s\nwant\n%s", what, i, got[i], want[i])
			return
		}
	}
}

// TestBridge: what is written is what the library's bridge writes, to its
// schema, and each reads the other's files.
func TestBridge(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, sizes := range [][]int{{}, {0}, {1}, {3000}, {700, 0, 2500, 1}} {
		var records []arrow.Record
		for _, n := range sizes {
			records = append(records, sample(t, random, n))
		}
		want := rowsOf(records...)
		ours, theirs := written(t, records...), bridged(t, records...)
		for name, data := range map[string][]byte{"ours": ours, "theirs": theirs} {
			for _, batch := range []int{1, 100, 1024, 5000} {
				got, err := read(data, every.NumFields(), batch)
				if err != nil {
					t.Fatalf("%v: reading %s: %v", sizes, name, err)
				}
				same(t, fmt.Sprintf("%v: %s, %d a time", sizes, name, batch), got, want)
			}
		}

		f, err := file.NewParquetReader(bytes.NewReader(ours))
		if err != nil {
			t.Fatal(err)
		}
		in, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
		if err != nil {
			t.Fatal(err)
		}
		table, err := in.ReadTable(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range every.Fields() {
			if got := table.Schema().Field(i); got.Name != f.Name || !arrow.TypeEqual(got.Type, f.Type) {
				t.Errorf("the bridge reads column %s as %v", f.Name, got)
			}
		}
		batches := array.NewTableReader(table, 0)
		var got []string
		for batches.Next() {
			got = append(got, rows(batches.Record())...)
		}
		same(t, fmt.Sprintf("%v: ours, by the bridge", sizes), got, want)
		if a, b := directory(t, ours), directory(t, theirs); a != b {
			t.Errorf("the directory is\n%s\nwant\n%s", a, b)
		}
	}
}

// directory is what a file says of itself, but for where things lie.
func directory(t *testing.T, data []byte) string {
	t.Helper()
	f, err := file.NewParquetReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	meta := f.MetaData()
	var out strings.Builder
	schema.PrintSchema(meta.Schema.Root(), &out, 2)
	fmt.Fprintln(&out, meta.KeyValueMetadata().Keys(), meta.KeyValueMetadata().Values(), meta.GetCreatedBy(), meta.NumRows)
	for g := range f.NumRowGroups() {
		fmt.Fprintln(&out, "group", f.RowGroup(g).NumRows())
	}
	return out.String()
}

// TestFirst: the first columns can be read alone.
func TestFirst(t *testing.T) {
	rec := sample(t, rand.New(rand.NewPCG(3, 4)), 2000)
	data := written(t, rec)
	var want []string
	for _, row := range rows(rec) {
		want = append(want, strings.Join(strings.SplitAfter(row, "|")[:2], ""))
	}
	got, err := read(data, 2, 300)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "two columns", got, want)
}

// TestOther: files of another schema, or compressed otherwise, are none of
// ours.
func TestOther(t *testing.T) {
	rec := sample(t, rand.New(rand.NewPCG(5, 6)), 10)
	data := written(t, rec)
	for name, change := range map[string]func(f []arrow.Field) []arrow.Field{
		"fewer columns": func(f []arrow.Field) []arrow.Field { return f[1:] },
		"another name":  func(f []arrow.Field) []arrow.Field { f[0].Name = "n"; return f },
		"another type":  func(f []arrow.Field) []arrow.Field { f[2].Type = arrow.PrimitiveTypes.Uint8; return f },
		"another unit": func(f []arrow.Field) []arrow.Field {
			f[5].Type = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
			return f
		},
		"another width":   func(f []arrow.Field) []arrow.Field { f[7].Type = &arrow.FixedSizeBinaryType{ByteWidth: 5}; return f },
		"another element": func(f []arrow.Field) []arrow.Field { f[9].Type = arrow.ListOf(arrow.BinaryTypes.Binary); return f },
		"no list":         func(f []arrow.Field) []arrow.Field { f[9].Type = arrow.BinaryTypes.String; return f },
		"nulls":           func(f []arrow.Field) []arrow.Field { f[3].Nullable = true; return f },
	} {
		s := arrow.NewSchema(change(append([]arrow.Field(nil), every.Fields()...)), nil)
		if _, err := NewReader(bytes.NewReader(data), s, 1, 10); err == nil {
			t.Errorf("%s: it is taken for the same", name)
		}
	}

	var out bytes.Buffer
	w, err := NewWriter(&out, every, parquet.WithCompression(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(rec), w.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := read(out.Bytes(), 1, 10); err == nil || !strings.Contains(err.Error(), "compression") {
		t.Errorf("not compressed: %v", err)
	}
}

// short takes some bytes, and then no more.
type short struct{ left int }

var errFull = errors.New("no space left")

func (s *short) Write(p []byte) (int, error) {
	if s.left -= len(p); s.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestFull: wherever the disk is full, it is an error.
func TestFull(t *testing.T) {
	rec := sample(t, rand.New(rand.NewPCG(7, 8)), 100)
	size := len(written(t, rec))
	for room := 0; room <= size; room += 1 + room/50 {
		err := func() error {
			w, err := NewWriter(&short{room}, every, options...)
			if err != nil {
				return err
			}
			return errors.Join(w.Write(rec), w.Close())
		}()
		if full := room < size; full != errors.Is(err, errFull) {
			t.Fatalf("room for %d of %d: %v", room, size, err)
		}
	}
}
