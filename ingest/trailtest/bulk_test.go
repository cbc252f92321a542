package trailtest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// peers are the archives of make bench-peers: log files of common sizes, and
// many small ones.
var peers = map[string]Bulk{
	"common": {Objects: 1500, Records: 120, Refused: 300, Seed: 1},
	"small":  {Objects: 50_000, Records: 8, Skew: 0.5, Most: 60, Refused: 300, Seed: 2},
}

// TestBulk: what is written is what is said to be, the same each time. With
// GRANTRAIL_BULK it writes the archives of make bench-peers to that folder.
func TestBulk(t *testing.T) {
	archives, dir := map[string]Bulk{"few": {Objects: 60, Records: 20, Refused: 7, Seed: 1}}, t.TempDir()
	if to := os.Getenv("GRANTRAIL_BULK"); to != "" {
		archives, dir = peers, to
	}
	for name, bulk := range archives {
		got, err := bulk.Write(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got.Refused != bulk.Refused || got.Records < bulk.Objects {
			t.Errorf("%+v", got)
		}
		if ratio := float64(got.Plain) / float64(got.Stored); ratio < 4 || ratio > 15 {
			t.Errorf("gzip makes it %.1f times smaller: real logs 4 to 15", ratio)
		}
		t.Logf("%s: %d objects, %d records, %.1f MB gzip, %.1f MB JSON, %d refused launches, the largest object %d records",
			name, bulk.Objects, got.Records, float64(got.Stored)/1e6, float64(got.Plain)/1e6, got.Refused, got.LargestRecords)
	}
	for _, pretty := range []bool{false, true} {
		text := Bulk{Seed: 3, Pretty: pretty}.Text(50)
		var file struct{ Records []map[string]any }
		if err := json.Unmarshal(text, &file); err != nil || len(file.Records) != 50 {
			t.Errorf("pretty %t: %d records, %v", pretty, len(file.Records), err)
		}
	}
}
