package ingest

import (
	"reflect"
	"testing"
	"time"
)

// TestClear: what one object gave is nothing of what the next one does, though the
// room for it is the same.
func TestClear(t *testing.T) {
	var r result
	at := place{"111122223333", "eu-west-1"}
	first := r.tally(at)
	first.time(time.Unix(3600, 0))
	first.records, first.kms, first.launches, first.reads = 1, 2, 3, 4
	r.leftOut, r.members, r.events = 1, []string{"m"}, []kept{{member: 1}}
	events := r.events
	r.clear()
	left := r
	left.places, left.events = nil, nil
	if !reflect.ValueOf(left).IsZero() || len(r.places) != 0 || len(r.events) != 0 || events[0] != (kept{}) {
		t.Errorf("%+v stays", r)
	}
	next := r.tally(place{"444455556666", "eu-west-2"})
	if next != first {
		t.Error("it is made anew")
	}
	if len(next.hours) != 0 {
		t.Errorf("hours %v stay", next.hours)
	}
	next.hours = nil
	if want := (tally{place: place{"444455556666", "eu-west-2"}}); !reflect.DeepEqual(*next, want) {
		t.Errorf("%+v, want %+v", *next, want)
	}
}
