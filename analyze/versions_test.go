package analyze

import (
	"grantrail/ingest/record"
	"testing"
)

func TestCircleAndAnother(t *testing.T) {
	version := func(id, replaces string) record.Event {
		e := refused(1, role("ops", "ana"), "r1")
		e.ID, e.Replaces = id, replaces
		return e
	}
	for _, events := range [][]record.Event{
		{version("a", "b"), version("b", "a"), version("c", "a")},
		{version("c", "a"), version("b", "a"), version("a", "b")},
	} {
		opt := defaults()
		s := newScan(build(t, events), &opt)
		got := ""
		for _, row := range s.order {
			got += s.t.ID(row)
		}
		if got != "abc" {
			t.Errorf("%q", got)
		}
	}
}
