package analyze

import (
	"testing"
)

func TestUseSince(t *testing.T) {
	opt := defaults()
	s := newScan(build(t, nil), &opt)
	i := instanceID{1, "i-1"}
	s.use(i, "k", 3)
	s.use(i, "k", 5)
	for next, want := range map[int64]bool{3: false, 4: true, 6: true} {
		if got := s.usesOther(i, "other", next); got != want {
			t.Errorf("next launch at %d: %v", next, got)
		}
	}
	if s.usesOther(i, "k", 9) || s.usesOther(instanceID{1, "i-2"}, "other", 9) {
		t.Error("it uses this key, or nothing is known")
	}
}
