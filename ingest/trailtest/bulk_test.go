package trailtest

import (
	"encoding/json"
	"os"
	"testing"
)

// TestBulk: what is written is what is said to be, the same each time. With
// GRANTRAIL_BULK it writes the archive of make bench-peers to that folder.
func TestBulk(t *testing.T) {
	bulk := Bulk{Objects: 60, Records: 20, Refused: 7, Seed: 1}
	dir := t.TempDir()
	if to := os.Getenv("GRANTRAIL_BULK"); to != "" {
		bulk, dir = Bulk{Objects: 1500, Records: 120, Refused: 300, Seed: 1}, to
	}
	got, err := bulk.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got.Refused != bulk.Refused || got.Records < bulk.Objects {
		t.Errorf("%+v", got)
	}
	if ratio := float64(got.Plain) / float64(got.Stored); ratio < 4 || ratio > 15 {
		t.Errorf("gzip makes it %.1f times smaller: real logs 4 to 15", ratio)
	}
	t.Logf("%d objects, %d records, %.1f MB gzip, %.1f MB JSON, %d refused launches, the largest object %d records",
		bulk.Objects, got.Records, float64(got.Stored)/1e6, float64(got.Plain)/1e6, got.Refused, got.LargestRecords)
	for _, pretty := range []bool{false, true} {
		text := Bulk{Seed: 3, Pretty: pretty}.Text(50)
		var file struct{ Records []map[string]any }
		if err := json.Unmarshal(text, &file); err != nil || len(file.Records) != 50 {
			t.Errorf("pretty %t: %d records, %v", pretty, len(file.Records), err)
		}
	}
}
