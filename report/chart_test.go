package report

import (
	"grantrail/ingest/custody"
	"strings"
	"testing"
	"time"
)

func TestChartLine(t *testing.T) {
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	hour := func(h float64) time.Time { return from.Add(time.Duration(h * float64(time.Hour))) }
	to := hour(6)
	c := custody.Coverage{From: &from, To: &to, Gaps: []custody.Gap{{From: hour(1), To: hour(2)}, {From: hour(3.5), To: hour(5)}}}
	if got := chartLine(c, from, time.Hour); !strings.HasPrefix(got, "#.#+.##.") {
		t.Errorf("%s", got)
	}
}

func TestChartOfTwoHours(t *testing.T) {
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for length, want := range map[time.Duration]bool{2 * time.Hour: true, 2*time.Hour - 1: false} {
		to := from.Add(length)
		p := &page{as: gfm{}}
		writeChart(p, []custody.Coverage{{Account: "1", Region: "r", From: &from, To: &to}})
		if (p.Len() > 0) != want {
			t.Errorf("%v: %s", length, p)
		}
	}
}
