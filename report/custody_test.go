package report

import (
	"grantrail/ingest/custody"
	"strings"
	"testing"
)

func TestExcluded(t *testing.T) {
	for n, want := range map[int]int{manyRecords - 1: 0, manyRecords: 2} {
		p := &page{as: gfm{}}
		writeExcluded(p, []custody.Coverage{{Account: "1", Region: "r", Records: n}})
		if got := strings.Count(p.String(), "\n- ") + strings.Count(p.String()[:min(2, p.Len())], "- "); got != want {
			t.Errorf("%d records: %s", n, p)
		}
	}
}
