package ingest

import (
	"context"
	"testing"

	"grantrail/ingest/trailtest"
)

// BenchmarkRead reads an archive in which few records can matter, as most are.
func BenchmarkRead(b *testing.B) {
	trail, err := trailtest.Parse(`
default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file a.json.gz
noise n=2000 at=2026-03-01T00:00:00Z every=10s
start   at=2026-03-02T10:20:30Z instance=i-0aaa request=r1
refused at=+1s request=r1
file b.json.gz
noise n=2000 at=2026-03-03T00:00:00Z every=10s`)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if err := trail.Write(dir); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var records, inflated int64
	for b.Loop() {
		listing, err := List(context.Background(), []string{dir}, Places{})
		if err != nil {
			b.Fatal(err)
		}
		ev, err := Read(context.Background(), listing, Options{Jobs: 1})
		if err != nil {
			b.Fatal(err)
		}
		if ev.Table.Len() < 2 {
			b.Fatal("the launch is lost")
		}
		records += int64(ev.Manifest.Records.Seen)
		inflated = ev.Manifest.Bytes.Inflated
		ev.Release()
	}
	b.SetBytes(inflated)
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}
