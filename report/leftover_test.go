package report

import (
	"grantrail/analyze/incident"
	"testing"
)

func TestReasonsOrder(t *testing.T) {
	rows := reasonRows([]incident.Unlinked{{Why: "b"}, {Why: "c"}, {Why: "a"}, {Why: "c"}})
	if len(rows) != 3 || rows[0][0] != "`c`" || rows[1][0] != "`a`" || rows[2][0] != "`b`" {
		t.Errorf("%v", rows)
	}
}
