package ingest

import (
	"context"
	"testing"

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
				listing, err := List(context.Background(), []string{dir}, Places{})
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
