package ingest

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"grantrail/ingest/export"
	"grantrail/ingest/inflate"
	"grantrail/ingest/record"
	"grantrail/ingest/trailtest"
)

// BenchmarkRead reads archives in which few records can matter, as most are: of
// files of common size, of many small ones, indented, and hard to compress.
func BenchmarkRead(b *testing.B) {
	for _, of := range []struct {
		name string
		bulk trailtest.Bulk
	}{
		{"common", trailtest.Bulk{Objects: 60, Records: 120, Refused: 12, Seed: 1}},
		{"small", trailtest.Bulk{Objects: 1500, Records: 8, Skew: 0.5, Most: 60, Refused: 12, Seed: 1}},
		{"pretty", trailtest.Bulk{Objects: 60, Records: 120, Refused: 12, Seed: 1, Pretty: true}},
		{"noisy", trailtest.Bulk{Objects: 60, Records: 120, Refused: 12, Seed: 1, Noise: 500}},
	} {
		dir := b.TempDir()
		written, err := of.bulk.Write(dir)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("archive="+of.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(written.Plain)
			for b.Loop() {
				listing, err := List(context.Background(), []string{dir}, ListOptions{})
				if err != nil {
					b.Fatal(err)
				}
				ev, err := Read(context.Background(), listing, Options{Jobs: 1})
				if err != nil {
					b.Fatal(err)
				}
				if ev.Table.Len() < 2*written.Refused || ev.Manifest.Records.Seen != written.Records {
					b.Fatalf("%d events, %+v", ev.Table.Len(), ev.Manifest.Records)
				}
				ev.Release()
			}
			b.ReportMetric(float64(b.N*written.Records)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkLoad reads every record of an archive into Arrow records and drops
// them, beside what it takes to inflate the archive.
func BenchmarkLoad(b *testing.B) {
	bulk := trailtest.Bulk{Objects: 60, Records: 240, Refused: 12, Seed: 1}
	dir := b.TempDir()
	written, err := bulk.Write(dir)
	if err != nil {
		b.Fatal(err)
	}
	measured := func(name string, load func() (int64, error), want int64) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(written.Plain)
			b.ReportAllocs()
			for b.Loop() {
				if n, err := load(); err != nil || n != want {
					b.Fatal(n, err)
				}
			}
			b.ReportMetric(float64(b.N*written.Records)/b.Elapsed().Seconds(), "records/s")
		})
	}
	inflated := inflate.NewReader()
	measured("into=nothing", func() (int64, error) { return inflateAll(inflated, dir) }, written.Plain)
	for _, raw := range []bool{false, true} {
		measured("into=arrow/raw="+map[bool]string{false: "no", true: "yes"}[raw], func() (rows int64, err error) {
			listing, err := List(context.Background(), []string{dir}, ListOptions{})
			if err != nil {
				return 0, err
			}
			_, err = Export(context.Background(), listing, Options{Jobs: 1, NoVerify: true}, export.Options{Dir: b.TempDir(), NoRaw: !raw, Into: func(rec arrow.Record) error {
				rows += rec.NumRows()
				return nil
			}}, func(*record.Head, *record.Found, []byte) bool { return true })
			return rows, err
		}, int64(written.Records))
	}
}

// inflateAll inflates the files of a folder, and gives how much is in them.
func inflateAll(r *inflate.Reader, dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".gz" {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // it was only read
		for r.Reset(f); err == nil; {
			var text []byte
			text, err = r.Window(0)
			n += int64(len(text))
		}
		if err == io.EOF { //nolint:errorlint // as it is returned
			err = nil
		}
		return err
	})
	return n, err
}
