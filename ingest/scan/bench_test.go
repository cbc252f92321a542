package scan_test

import (
	"testing"

	"grantrail/ingest/record"
	"grantrail/ingest/scan"
	"grantrail/ingest/trailtest"
)

// BenchmarkScan finds the records and members of a log file of common size.
func BenchmarkScan(b *testing.B) {
	const records = 120
	text := trailtest.Bulk{Seed: 1}.Text(records)
	t := scan.NewText(record.Vocabulary)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	found := 0
	for b.Loop() {
		t.Reset(text, scan.AnyBytes)
		for i, end := len(`{"Records":[`), 0; ; {
			var what scan.Found
			if _, end, what = t.Record(i); what != scan.Record {
				b.Fatalf("%d at %d", what, i)
			}
			found++
			if i, what = t.Behind(end); what == scan.End {
				break
			}
		}
	}
	b.ReportMetric(float64(found)/b.Elapsed().Seconds(), "records/s")
}
