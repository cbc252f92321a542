package report

import (
	"grantrail/analyze/incident"
	"strings"
	"testing"
)

func TestExplainParquet(t *testing.T) {
	for length, want := range map[int]string{0: "a row of Parquet", 7: "7 bytes at offset 0"} {
		e := &explanation{}
		e.record("x", "y", incident.Ref{Object: "o", Length: length})
		if !strings.Contains(e.b.String(), want) {
			t.Errorf("%s", e.b.String())
		}
	}
}
