package ingest

import (
	"testing"

	"grantrail/ingest/record"
)

// TestDistinct: an event is new, or met, or met with another content.
func TestDistinct(t *testing.T) {
	d := newDistinct()
	for i, of := range []struct {
		account, id string
		content     byte
		other       int // record that has the same identity, from 1
		added       bool
	}{
		{"1", "a", 1, 0, true},
		{"1", "a", 1, 1, false},
		{"1", "A", 1, 1, false}, // case is none of an ID's meaning
		{"1", "a", 2, 1, true},
		{"1", "a", 2, 1, false},
		{"1", "a", 3, 1, true},
		{"1", "a", 2, 1, false},
		{"2", "a", 1, 0, true}, // another account's
		{"1", "", 1, 0, true},  // known by its content
		{"1", "", 1, 9, false},
		{"1", "", 2, 0, true},
		{"1a", "", 1, 0, true},
		{"1", "aa", 1, 0, true},
		{"1a", "a", 1, 0, true},
	} {
		e := &record.Event{Account: of.account, ID: of.id, Content: [16]byte{of.content}, Record: i}
		if met := d.met(e); met != (of.other > 0) {
			t.Errorf("%d: met is %v", i, met)
		}
		other, added := d.add(e)
		if added != of.added || (other != nil) != (of.other > 0) || other != nil && int(other.record) != of.other-1 {
			t.Errorf("%d: %+v, %v", i, other, added)
		}
	}
}

func TestSpares(t *testing.T) {
	event := func(name string, lossy bool) *record.Event {
		return &record.Event{Kind: record.Grant, ID: "e", Name: name, Account: "2", SharedID: "s", Lossy: lossy, Content: [16]byte{name[0]}, Identity: record.Identity{Account: "1"}}
	}
	c := newCollector(&Listing{}, Options{})
	c.names = []string{"o"}
	c.spare = []*record.Event{event("lossy", true), event("whole", false)}
	ev, err := c.finish()
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	if ev.Table.Len() != 1 || ev.Table.Name(0) != "whole" || ev.Manifest.Records.Duplicate != 1 || ev.Manifest.Records.Kept != 1 {
		t.Errorf("%d rows, %+v", ev.Table.Len(), ev.Manifest.Records)
	}
}
