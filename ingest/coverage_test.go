package ingest

import (
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
