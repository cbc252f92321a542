package digest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func hour(h int) time.Time { return time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC) }

// TestTouches: a stretch of hours is at both ends no part of what it only meets.
func TestTouches(t *testing.T) {
	for _, c := range []struct {
		from, to int
		want     bool
	}{{8, 9, false}, {9, 10, false}, {9, 11, true}, {11, 12, true}, {12, 13, false}, {12, 14, false}, {13, 15, true}, {9, 20, true}, {15, 17, false}} {
		if got := touches([]span{{hour(10), hour(12)}, {hour(14), hour(15)}}, hour(c.from), hour(c.to)); got != c.want {
			t.Errorf("10 to 12 and 14 to 15, and %d to %d: %v", c.from, c.to, got)
		}
	}
}

// TestUncovered: the hours without a digest are those that are found by looking at
// each.
func TestUncovered(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	at := func(halves int) time.Time { return hour(0).Add(time.Duration(halves) * 30 * time.Minute) }
	for range 20_000 {
		var spans []span
		for from := r.IntN(6) - 3; len(spans) < r.IntN(5); {
			to := from + r.IntN(7)
			spans = append(spans, span{at(from), at(to)})
			from = to + 1 + r.IntN(4)
		}
		from, to := at(r.IntN(20)), at(r.IntN(30))
		var want, got []time.Time
		for end := to; end.After(from); end = end.Add(-time.Hour) {
			if !within(spans, end.Add(-time.Hour), end) {
				want = append(want, end)
			}
		}
		uncovered(spans, from, to, func(end time.Time, hours int) {
			for ; hours > 0; hours-- {
				got = append(got, end)
				end = end.Add(-time.Hour)
			}
		})
		if !slices.Equal(got, want) {
			t.Fatalf("%v, from %v to %v: %v, want %v", spans, from, to, got, want)
		}
	}
}
