package report

import (
	"grantrail/analyze/incident"
	"strings"
	"testing"
)

func TestAllThatFitListed(t *testing.T) {
	for fit, want := range map[int]string{2: "Each launch that fits is listed", 3: "Of the 3 that fit `e`, the nearest 2 are listed"} {
		d := []incident.Denial{{Ref: incident.Ref{EventID: "e"}, Candidates: fit}}
		got := candidates([]*incident.Attempt{{Denials: d}, {Denials: d}})
		if !strings.Contains(string(got), want) {
			t.Errorf("%s", got)
		}
	}
}
