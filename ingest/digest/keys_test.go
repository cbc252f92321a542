package digest

import "testing"

// TestKeyValidity: a key is valid at both ends of its time.
func TestKeyValidity(t *testing.T) {
	k := key{from: hour(10), to: hour(12)}
	for _, c := range []struct {
		start, end int
		want       bool
	}{{8, 9, false}, {9, 10, true}, {10, 11, true}, {12, 13, true}, {13, 14, false}} {
		if got := k.covers(&Unverified{Start: hour(c.start), End: hour(c.end)}); got != c.want {
			t.Errorf("a key of 10 to 12, a digest of %d to %d: %v", c.start, c.end, got)
		}
	}
	if !(key{}).covers(&Unverified{}) {
		t.Error("open ends")
	}
}
