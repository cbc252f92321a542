package inflate_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/klauspost/compress/gzip"

	"grantrail/ingest/inflate"
	"grantrail/ingest/trailtest"
)

// BenchmarkInflate compares the two decoders, and klauspost's by itself, on log
// files of some records, of very many, and of what compresses badly.
func BenchmarkInflate(b *testing.B) {
	for _, of := range []struct {
		name    string
		bulk    trailtest.Bulk
		records int
	}{
		{"small", trailtest.Bulk{Seed: 1}, 8},
		{"common", trailtest.Bulk{Seed: 1}, 120},
		{"large", trailtest.Bulk{Seed: 1}, 10_000},
		{"noisy", trailtest.Bulk{Seed: 1, Noise: 500}, 120},
	} {
		text := of.bulk.Text(of.records)
		stored := zipped(b, text)
		ours, streaming := inflate.NewReader(), inflate.NewReader()
		streaming.StreamOnly()
		var alone gzip.Reader
		for _, by := range []struct {
			name string
			read func(src io.Reader) (int64, error)
		}{
			{"ours", func(src io.Reader) (int64, error) { return windows(ours, src) }},
			{"streaming", func(src io.Reader) (int64, error) { return windows(streaming, src) }},
			{"klauspost", func(src io.Reader) (int64, error) {
				if err := alone.Reset(src); err != nil {
					return 0, err
				}
				return io.Copy(io.Discard, &alone)
			}},
		} {
			b.Run(fmt.Sprintf("text=%s/decoder=%s", of.name, by.name), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					n, err := by.read(bytes.NewReader(stored))
					if err != nil || n != int64(len(text)) {
						b.Fatal(n, err)
					}
				}
				b.ReportMetric(float64(b.N*of.records)/b.Elapsed().Seconds(), "records/s")
			})
		}
	}
}

// windows inflates an object as log files are: to be looked at in place.
func windows(r *inflate.Reader, src io.Reader) (n int64, err error) {
	for r.Reset(src); err == nil; {
		var text []byte
		text, err = r.Window(0)
		n += int64(len(text))
	}
	if err == io.EOF { //nolint:errorlint // as it is returned
		err = nil
	}
	return n, err
}

func zipped(b *testing.B, text []byte) []byte {
	b.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(text); err != nil {
		b.Fatal(err)
	}
	if err := z.Close(); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
