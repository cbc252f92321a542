package ingest

import (
	"fmt"
	"slices"
	"testing"

	"grantrail/ingest/record"
	"grantrail/ingest/table"
)

// taken are events as known takes them, and the table of those it took.
func taken(t *testing.T, events []record.Event) (*known, *table.Table) {
	t.Helper()
	k, b := newKnown(), table.NewBuilder(nil)
	for i := range events {
		e := &events[i]
		e.Record = i
		if _, added := k.add(e); added {
			if err := b.Append(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	done := b.Finish()
	t.Cleanup(done.Release)
	return k, done
}

// called is an event of one call, with a content of its own.
func called(id, replaces string, content byte) record.Event {
	return record.Event{ID: id, Replaces: replaces, Account: "1", Source: "ec2", Name: "RunInstances", Content: [16]byte{content}}
}

// TestKnown: an event is new, or met, or met with another content.
func TestKnown(t *testing.T) {
	k := newKnown()
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
		if met := k.met(e); met != (of.other > 0) {
			t.Errorf("%d: met is %v", i, met)
		}
		other, added := k.add(e)
		if added != of.added || (other != nil) != (of.other > 0) || other != nil && int(other.record) != of.other-1 {
			t.Errorf("%d: %+v, %v", i, other, added)
		}
	}
}

// TestSuperseded: an addendum replaces what it says, and nothing that is like it.
func TestSuperseded(t *testing.T) {
	other := func(e record.Event, change func(*record.Event)) record.Event {
		change(&e)
		return e
	}
	old, by := called("a", "", 1), called("b", "a", 2)
	for name, of := range map[string]struct {
		events []record.Event
		want   []replacement
	}{
		"none":            {[]record.Event{old, called("c", "", 2)}, nil},
		"one":             {[]record.Event{old, by}, []replacement{{0, 1}}},
		"before":          {[]record.Event{by, old}, []replacement{{1, 0}}},
		"case":            {[]record.Event{called("A", "", 1), by}, []replacement{{0, 1}}},
		"two contents":    {[]record.Event{old, called("a", "", 3), by}, []replacement{{0, 2}, {1, 2}}},
		"two addenda":     {[]record.Event{old, by, called("c", "a", 3)}, []replacement{{0, 1}}},
		"of an addendum":  {[]record.Event{old, by, called("c", "b", 3)}, []replacement{{0, 1}, {1, 2}}},
		"each other":      {[]record.Event{called("a", "b", 1), by}, nil},
		"one of them":     {[]record.Event{called("a", "b", 1), by, called("c", "a", 3)}, []replacement{{0, 2}}},
		"itself":          {[]record.Event{called("a", "a", 1)}, nil},
		"unknown":         {[]record.Event{called("c", "", 1), by}, nil},
		"another account": {[]record.Event{other(old, func(e *record.Event) { e.Account = "2" }), by}, nil},
		"another source":  {[]record.Event{other(old, func(e *record.Event) { e.Source = "kms" }), by}, nil},
		"another name":    {[]record.Event{other(old, func(e *record.Event) { e.Name = "StartInstances" }), by}, nil},
		"without an ID":   {[]record.Event{other(old, func(e *record.Event) { e.ID = "" }), by}, nil},
	} {
		k, done := taken(t, of.events)
		if got := k.superseded(done); !slices.Equal(got, of.want) {
			t.Errorf("%s: %v, want %v", name, got, of.want)
		}
	}
}

// TestSupersededMany: what claims to replace very much, or is claimed by very many,
// is gone through once.
func TestSupersededMany(t *testing.T) {
	const many = 40_000
	var events []record.Event
	for i := range many {
		for _, e := range []record.Event{called("a", "b", 0), called("b", "a", 0), called("c", "a", 0)} {
			copy(e.Content[:], fmt.Sprintf("%s%d", e.ID, i))
			events = append(events, e)
		}
	}
	k, done := taken(t, events)
	if got := k.superseded(done); len(got) != many || got[0] != (replacement{0, 2}) || got[many-1] != (replacement{3 * (many - 1), 2}) {
		t.Errorf("%d are superseded, want %d by the first", len(got), many)
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
