package table

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"grantrail/ingest/columnar"
	"grantrail/ingest/record"
)

// TestParquet: what is written comes back, in order, over several batches and
// behind a skip; half a file is no file.
func TestParquet(t *testing.T) {
	var file bytes.Buffer
	w, err := NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	const rows, from, to = 2*batchRows + 100, 10, batchRows + 20
	for i := range rows {
		if err := w.Append(sample(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < rows; i++ {
		if i == from {
			if err := r.Skip(to - from); err != nil {
				t.Fatal(err)
			}
			i = to
		}
		want := sample(i)
		if len(want.Volumes) == 0 {
			want.Volumes = nil
		}
		if got, err := r.Next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("row %d: %v\n%+v\n%+v", i, err, got, want)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last: %v", err)
	}
	if _, err := NewReader(bytes.NewReader(file.Bytes()[:file.Len()/2])); err == nil {
		t.Error("half a file is taken for a whole one")
	}
}

// TestEarlier: files of earlier versions, which had Arrow's bridge to Parquet
// write and read them, are read, and they could read those of this one.
func TestEarlier(t *testing.T) {
	const rows = batchRows + 5
	b := NewBuilder(nil)
	var ours, theirs bytes.Buffer
	w, err := NewWriter(&ours)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if err := errors.Join(b.Append(sample(i)), w.Append(sample(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	table := b.Finish()
	defer table.Release()

	props := parquet.NewWriterProperties(columnar.Zstd(), parquet.WithDictionaryDefault(true))
	old, err := pqarrow.NewFileWriter(Schema, &theirs, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range table.batches {
		if err := old.WriteBuffered(batch.rec); err != nil {
			t.Fatal(err)
		}
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(theirs.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if got, err := r.Next(); err != nil || !reflect.DeepEqual(got, table.Event(i)) {
			t.Fatalf("row %d: %v\n%+v\n%+v", i, err, got, table.Event(i))
		}
	}

	f, err := file.NewParquetReader(bytes.NewReader(ours.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	in, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: batchRows}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	recs, err := in.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer recs.Release()
	for i, want := range Schema.Fields() {
		if got := recs.Schema().Field(i); got.Name != want.Name || !arrow.TypeEqual(got.Type, want.Type) {
			t.Errorf("an earlier version reads column %d as %v, want %v", i, got, want)
		}
	}
	row := 0
	for recs.Next() {
		batch := newTable([]arrow.Record{recs.Record()})
		for i := range batch.Len() {
			if got := batch.Event(i); !reflect.DeepEqual(got, table.Event(row)) {
				t.Fatalf("row %d, by an earlier version:\n%+v\n%+v", row, got, table.Event(row))
			}
			row++
		}
	}
	if row != rows {
		t.Errorf("an earlier version reads %d rows, want %d", row, rows)
	}
}

// BenchmarkParquet writes and reads events that repeat as those of an account
// do.
func BenchmarkParquet(b *testing.B) {
	const rows = 20_000
	events := make([]*record.Event, rows)
	for i := range events {
		events[i] = sample(i % 200)
		events[i].ID, events[i].Request = sample(i).ID, sample(i).Request
	}
	var out bytes.Buffer
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			out.Reset()
			w, err := NewWriter(&out)
			for _, e := range events {
				err = errors.Join(err, w.Append(e))
			}
			if err := errors.Join(err, w.Close()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(out.Len())/rows, "bytes/event")
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r, err := NewReader(bytes.NewReader(out.Bytes()))
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			for ; err == nil; n++ {
				_, err = r.Next()
			}
			if n != rows+1 || !errors.Is(err, io.EOF) {
				b.Fatal(n, err)
			}
		}
	})
}
