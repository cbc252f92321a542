package ingest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestHours: each hour with a record is noted once, however many they are and in
// whatever order they come.
func TestHours(t *testing.T) {
	for _, n := range []int{1, fewHours, fewHours + 1, 10_000} {
		var at tally
		for range 2 {
			for i := range n {
				at.hour(time.Unix(int64(i*7%n)*3600+59, 0))
			}
		}
		met := map[int64]bool{}
		for _, h := range at.hours {
			met[h] = true
		}
		distinct := map[int]bool{}
		for i := range n {
			distinct[i*7%n] = true
		}
		if len(at.hours) != len(met) || len(met) != len(distinct) {
			t.Errorf("%d hours are noted as %d, %d of them distinct; want %d", n, len(at.hours), len(met), len(distinct))
		}
	}
}

func TestGapOfAnHour(t *testing.T) {
	c := &collector{hours: map[place]map[int64]bool{{}: {10: true, 12: true, 13: true}}}
	got := c.gaps(place{})
	if len(got) != 1 || !got[0].From.Equal(time.Unix(11*3600, 0)) || !got[0].To.Equal(time.Unix(12*3600, 0)) {
		t.Errorf("%+v", got)
	}
}

func TestMargins(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	rec := func(source, name string, when time.Time, id string) string {
		return fmt.Sprintf(`{"eventTime":%q,"eventName":%q,"eventSource":%q,"eventID":%q,"awsRegion":"eu-west-1","recipientAccountId":"111122223333"}`, when.Format(time.RFC3339), name, source, id)
	}
	var records []string
	for i, when := range []time.Time{at.Add(-time.Second), at, at.Add(59 * time.Minute), at.Add(time.Hour), at.Add(2 * time.Hour)} {
		records = append(records, rec("kms.amazonaws.com", "ListKeys", when, fmt.Sprint("k", i)), rec("ec2.amazonaws.com", "StartInstances", when, fmt.Sprint("l", i)))
	}
	path := filepath.Join(t.TempDir(), "log.json")
	if err := os.WriteFile(path, []byte(`{"Records":[`+strings.Join(records, ",")+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ev := read(t, Options{From: at, To: at.Add(time.Hour), Before: time.Second, After: time.Minute}, path)
	if cov := ev.Manifest.Coverage[0]; cov.KMSRecords != 4 || cov.Launches != 2 {
		t.Errorf("%+v", cov)
	}
}
