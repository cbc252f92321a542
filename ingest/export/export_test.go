package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"grantrail/ingest/record"
)

// rowsOf are records by region, one for each ID, in as many days.
func rowsOf(t *testing.T, d *record.Decoder, region string, ids ...int) *Rows {
	t.Helper()
	rows := &Rows{Object: "o"}
	for _, id := range ids {
		at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		raw := fmt.Appendf(nil, `{"eventTime":%q,"eventSource":"s","eventName":"n","awsRegion":%q,"eventID":"ID-%d","errorCode":"%d"}`, at.Format(time.RFC3339), region, id%1000, id/1000)
		if _, err := d.Head(raw); err != nil {
			t.Fatal(err)
		}
		rows.Add(record.NewOutlines().Values(d, raw), "111122223333", region, at, id)
	}
	return rows
}

// TestPartitions: more partitions than are at hand at a time, met again and
// again: what was seen of them is not forgotten, and every row is in a file.
func TestPartitions(t *testing.T) {
	for _, keep := range []bool{false, true} {
		dir := t.TempDir()
		w, err := NewWriter(Options{Dir: dir, Duplicates: keep})
		if err != nil {
			t.Fatal(err)
		}
		d := record.NewDecoder()
		const regions, times = 2*maxOpen + 1, 3
		for n := range times {
			for r := range regions {
				// One new, one as before, one as before with another content.
				if err := w.Write(rowsOf(t, d, fmt.Sprint("r-", r), n, 500, 600+n*1000)); err != nil {
					t.Fatal(err)
				}
			}
		}
		got, err := w.Close()
		if err != nil {
			t.Fatal(err)
		}
		const files = regions + regions - maxOpen // all but those at hand are begun again, once
		want := Counts{Written: regions * (3*times - (times - 1)), Duplicate: regions * (times - 1), Conflict: regions * (times - 1), Files: files}
		if keep {
			want = Counts{Written: regions * 3 * times, Files: files}
		}
		if got != want {
			t.Errorf("duplicates kept %v: %+v, want %+v", keep, got, want)
		}
		if rows := stored(t, dir); rows != want.Written {
			t.Errorf("duplicates kept %v: %d rows in the files, want %d", keep, rows, want.Written)
		}
	}
}

// TestCrowded: one object's records are of more partitions than are at hand at a
// time, one after the other, and some of them are there twice.
func TestCrowded(t *testing.T) {
	const regions, each = 3 * maxOpen, 6
	for _, arrow := range []bool{false, true} {
		dir := t.TempDir()
		w, err := NewWriter(Options{Dir: dir, Arrow: arrow})
		if err != nil {
			t.Fatal(err)
		}
		d := record.NewDecoder()
		for range 2 {
			rows := w.Rows()
			for i := range regions * each {
				region := fmt.Sprint("r-", i%regions)
				raw := fmt.Appendf(nil, `{"eventTime":"2026-03-02T10:00:00Z","eventSource":"s","eventName":"n","awsRegion":%q,"eventID":"ID-%d"}`, region, i/regions/2)
				if _, err := d.Head(raw); err != nil {
					t.Fatal(err)
				}
				rows.Add(record.NewOutlines().Values(d, raw), "111122223333", region, time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), i)
			}
			if err := w.Write(rows); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.Close()
		if err != nil {
			t.Fatal(err)
		}
		want := Counts{Written: regions * each / 2, Duplicate: regions * each * 3 / 2, Files: regions}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if arrow {
			continue
		}
		if rows := stored(t, dir); rows != want.Written {
			t.Errorf("%d rows in the files, want %d", rows, want.Written)
		}
	}
}

// TestStream: records of many partitions come one after the other, for longer than
// they can be held back. Each is written once, in its order, and a partition has a
// file for each time that they were written out.
func TestStream(t *testing.T) {
	const regions, objects, each = 3 * maxOpen, 3*heldRows + 1, 50
	dir := t.TempDir()
	w, err := NewWriter(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	d := record.NewDecoder()
	number := 0
	for range objects {
		rows := w.Rows()
		for range each {
			region, at := fmt.Sprint("r-", number%regions), time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
			raw := fmt.Appendf(nil, `{"eventTime":"2026-03-02T10:00:00Z","eventSource":"s","eventName":"n","awsRegion":%q,"eventID":"ID-%d"}`, region, number%(objects*each/2))
			if _, err := d.Head(raw); err != nil {
				t.Fatal(err)
			}
			rows.Add(record.NewOutlines().Values(d, raw), "111122223333", region, at, number)
			number++
		}
		if err := w.Write(rows); err != nil {
			t.Fatal(err)
		}
	}
	const written = objects * each / 2 // each comes twice, in the same region or in another
	got, err := w.Close()
	if err != nil || got.Written < written || got.Written+got.Duplicate != objects*each || got.Files > 4*regions {
		t.Fatalf("%+v, %v", got, err)
	}
	if rows := stored(t, dir); rows != got.Written {
		t.Errorf("%d rows in the files, %d written", rows, got.Written)
	}
	for i := range regions {
		last := int32(-1)
		parts, err := filepath.Glob(filepath.Join(dir, "*", fmt.Sprint("region=r-", i), "*", "*"))
		if err != nil || len(parts) == 0 {
			t.Fatal(parts, err)
		}
		for _, part := range parts { // in their order
			last = increasing(t, part, last)
		}
	}
}

// increasing checks that the numbers of a file's records go up, from the last of
// the file before it.
func increasing(t *testing.T, path string, last int32) int32 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	table, err := pqarrow.ReadTable(context.Background(), f, nil, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Release()
	for _, chunk := range table.Column(len(columns) + 7).Data().Chunks() {
		for _, n := range chunk.(*array.Int32).Int32Values() {
			if n <= last {
				t.Fatalf("%s: %d is behind %d", path, n, last)
			}
			last = n
		}
	}
	return last
}

// TestFull: where the disk is full, the files are not whole, and it is said.
func TestFull(t *testing.T) {
	for _, opt := range []Options{{}, {Arrow: true}} {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		made, err := filesOf(opt)
		if err != nil {
			t.Fatal(err)
		}
		out, err := made.(interface{ into(*os.File) (sink, error) }).into(full)
		if err != nil {
			t.Fatal(err)
		}
		err = out.write(rowsOf(t, record.NewDecoder(), "r", 1, 2, 3), 0, 3)
		if err := errors.Join(err, out.Close()); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%+v: %v", opt, err)
		}
	}
}

// stored counts the rows of all files, of which nothing else is left.
func stored(t *testing.T, dir string) (rows int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := file.OpenParquetFile(path, false)
		if err != nil {
			return err
		}
		rows += int(f.NumRows())
		return f.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestFolder: no value of a stranger's leaves the folder or hides in it, and
// two values never share one, also on a disk that takes upper case for lower.
func TestFolder(t *testing.T) {
	seen := map[string]string{}
	for _, value := range alike() {
		name := spelt(value)
		if strings.ContainsAny(name, "/\\ \x00=") || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || name == "" || len(name) > 2*maxSpelt {
			t.Errorf("%q is spelt %q", value, name)
		}
		if other, taken := seen[strings.ToLower(name)]; taken {
			t.Errorf("%q and %q are both spelt %q", value, other, name)
		}
		seen[strings.ToLower(name)] = value
	}
	for _, value := range []string{"111122223333", "eu-west-1", "us-gov-east-1", "a_b.c", strings.Repeat("x", maxSpelt)} {
		if name := spelt(value); name != value {
			t.Errorf("%q is spelt %q", value, name)
		}
	}
	if name := spelt(""); name != empty {
		t.Errorf("nothing is spelt %q", name)
	}
}

// alike are values that are easily taken for one another, once they are spelt.
func alike() []string {
	long := strings.Repeat("x", maxSpelt)
	all := []string{
		"", empty, strings.ToLower(empty), "%5F" + empty[1:], "A", "a", "%41", "ab", "aB", "Ab", "J", "%4a", "%4A",
		".", "..", "../..", "a/b", `a\b`, "a b", "a%20b", "eu-west-1", "EU_west.1", "eu_west.1", ".hidden", "a.", "a\x00b", "ü", "a=b",
		long, long + "y", long + "yz", long + "%2E%2E%2E", strings.Repeat("/", 1000), strings.Repeat("/", 1001),
		strings.Repeat("/", 30) + "x" + strings.Repeat("/", 30), strings.Repeat("/", 30) + "x" + strings.Repeat("/", 29),
	}
	return append(all, spelt(long+"y"))
}

// TestAlikePartitions: partitions whose values are alike do not write over one
// another.
func TestAlikePartitions(t *testing.T) {
	var places []place
	for _, value := range alike() {
		places = append(places, place{value, "r"}, place{"a", value})
	}
	places = append(places, place{"a.b", "c"}, place{"a", "b.c"}, place{strings.Repeat("x", 300), strings.Repeat("y", 300)})
	distinct := map[place]bool{}
	for _, at := range places {
		distinct[at] = true
	}
	dir := t.TempDir()
	w, err := NewWriter(Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	d := record.NewDecoder()
	for range 2 { // the second time as duplicates, of partitions that were closed
		for _, at := range places {
			rows := rowsOf(t, d, "r", 1)
			rows.places[0] = at
			if err := w.Write(rows); err != nil {
				t.Fatal(err)
			}
		}
	}
	got, err := w.Close()
	if err != nil || got.Written != len(distinct) {
		t.Fatalf("%+v, want %d written: %v", got, len(distinct), err)
	}
	if rows := stored(t, dir); rows != got.Written {
		t.Errorf("%d rows are in the files, of %d written", rows, got.Written)
	}
}

// TestFileThere: a file that is there already is not written over.
func TestFileThere(t *testing.T) {
	for _, opt := range []Options{{}, {Arrow: true}} {
		opt.Dir = t.TempDir()
		for n, want := range []error{nil, fs.ErrExist} {
			w, err := NewWriter(opt)
			if err != nil {
				t.Fatal(err)
			}
			err = w.Write(rowsOf(t, record.NewDecoder(), "r", n))
			if _, closing := w.Close(); !errors.Is(errors.Join(err, closing), want) {
				t.Errorf("%+v: %v, want %v", opt, closing, want)
			}
		}
	}
}

// TestInto: Arrow records are handed on as they come, of all partitions, and
// nothing is written.
func TestInto(t *testing.T) {
	dir, rows := t.TempDir(), int64(0)
	w, err := NewWriter(Options{Dir: dir, Into: func(rec arrow.Record) error {
		rows += rec.NumRows()
		if id := rec.Column(0).(*array.String).Value(0); id != "ID-1" {
			t.Errorf("the first row is %q", id)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	d := record.NewDecoder()
	for r := range 2 * maxOpen {
		if err := w.Write(rowsOf(t, d, fmt.Sprint("r-", r), 1, 2, 3)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.Close()
	if err != nil || rows != 6*maxOpen || got.Written != 6*maxOpen {
		t.Errorf("%d rows, %+v, %v", rows, got, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("written: %v, %v", left, err)
	}
}

// TestIntoFails: what refuses a record ends the export.
func TestIntoFails(t *testing.T) {
	refused := errors.New("refused")
	w, err := NewWriter(Options{Dir: t.TempDir(), Into: func(arrow.Record) error { return refused }})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(rowsOf(t, record.NewDecoder(), "r", 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Close(); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
}
