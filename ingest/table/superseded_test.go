package table

import (
	"fmt"
	"slices"
	"testing"

	"grantrail/ingest/record"
)

// tabled is a table of events, each with a content of its own.
func tabled(t *testing.T, events []record.Event) *Table {
	t.Helper()
	b := NewBuilder(nil)
	for i := range events {
		copy(events[i].Content[:], fmt.Sprint(i))
		if err := b.Append(&events[i]); err != nil {
			t.Fatal(err)
		}
	}
	tb := b.Finish()
	t.Cleanup(tb.Release)
	return tb
}

// called is an event of one call.
func called(id, replaces string) record.Event {
	return record.Event{ID: id, Replaces: replaces, Account: "1", Source: "ec2", Name: "RunInstances"}
}

// TestSuperseded: an addendum replaces what it says, and nothing that is like it. Of
// circles all stay, and of chains the last.
func TestSuperseded(t *testing.T) {
	other := func(e record.Event, change func(*record.Event)) record.Event {
		change(&e)
		return e
	}
	old, by := called("a", ""), called("b", "a")
	for name, of := range map[string]struct {
		events []record.Event
		want   []Superseded
	}{
		"none":             {[]record.Event{old, called("c", "")}, nil},
		"one":              {[]record.Event{old, by}, []Superseded{{0, 1}}},
		"before":           {[]record.Event{by, old}, []Superseded{{1, 0}}},
		"case":             {[]record.Event{called("A", ""), called("B", "a"), called("c", "b")}, []Superseded{{0, 1}, {1, 2}}},
		"two contents":     {[]record.Event{old, old, by}, []Superseded{{0, 2}, {1, 2}}},
		"two addenda":      {[]record.Event{old, by, called("c", "a")}, []Superseded{{0, 1}}},
		"chain":            {[]record.Event{old, by, called("c", "b"), called("d", "c")}, []Superseded{{0, 1}, {1, 2}, {2, 3}}},
		"chain, backwards": {[]record.Event{called("d", "c"), called("c", "b"), by, old}, []Superseded{{1, 0}, {2, 1}, {3, 2}}},
		"chain, broken":    {[]record.Event{old, by, called("d", "c")}, []Superseded{{0, 1}}},
		"circle of two":    {[]record.Event{called("a", "b"), by}, nil},
		"circle of three":  {[]record.Event{called("a", "c"), by, called("c", "b")}, nil},
		"circle of four":   {[]record.Event{called("d", "c"), called("a", "d"), called("c", "b"), by}, nil},
		"into a circle":    {[]record.Event{called("a", "b"), by, called("c", "a"), called("d", "c")}, []Superseded{{2, 3}}},
		"out of a circle":  {[]record.Event{called("a", "b"), called("b", "a"), called("a", "c"), called("c", "")}, []Superseded{{3, 2}}},
		"between circles": {[]record.Event{called("a", "b"), by, called("c", "a"), called("x", "c"), called("x", "y"), called("y", "x")},
			nil},
		"two circles":     {[]record.Event{called("a", "b"), by, called("a", "c"), called("c", "a"), called("d", "c")}, nil},
		"itself":          {[]record.Event{called("a", "a")}, nil},
		"of its own ID":   {[]record.Event{old, called("a", "a")}, []Superseded{{0, 1}}},
		"itself, another": {[]record.Event{old, by, called("a", "a")}, []Superseded{{0, 1}, {2, 1}}},
		"both its own":    {[]record.Event{called("a", "a"), called("a", "a")}, nil},
		"unknown":         {[]record.Event{called("c", ""), by}, nil},
		"another account": {[]record.Event{other(old, func(e *record.Event) { e.Account = "2" }), by}, nil},
		"another source":  {[]record.Event{other(old, func(e *record.Event) { e.Source = "kms" }), by}, nil},
		"another name":    {[]record.Event{other(old, func(e *record.Event) { e.Name = "StartInstances" }), by}, nil},
		"without an ID":   {[]record.Event{called("", ""), by}, nil},
		"by none with ID": {[]record.Event{old, called("", "a"), called("", "a"), called("", "b")}, []Superseded{{0, 1}}},
	} {
		if got := tabled(t, of.events).Superseded(); !slices.Equal(got, of.want) {
			t.Errorf("%s: %v, want %v", name, got, of.want)
		}
	}
}

// TestSupersededLong: a chain is followed to its end, however long, and a circle
// around.
func TestSupersededLong(t *testing.T) {
	const long = 10_000
	var events []record.Event
	for i := range long {
		e := called(fmt.Sprint(i), "")
		if i > 0 {
			e.Replaces = fmt.Sprint(i - 1)
		}
		events = append(events, e)
	}
	if got := tabled(t, events).Superseded(); len(got) != long-1 || got[0] != (Superseded{0, 1}) || got[long-2] != (Superseded{long - 2, long - 1}) {
		t.Errorf("%d of a chain are superseded, want all but the last", len(got))
	}
	events[0].Replaces = fmt.Sprint(long - 1)
	if got := tabled(t, events).Superseded(); got != nil {
		t.Errorf("%d of a circle are superseded", len(got))
	}
}

// TestSupersededMany: what claims to replace very much, or is claimed by very many,
// is gone through once.
func TestSupersededMany(t *testing.T) {
	const many = 40_000
	var events []record.Event
	for range many {
		events = append(events, called("a", ""), called("b", "a"), called("c", "a"))
	}
	if got := tabled(t, events).Superseded(); len(got) != many || got[0] != (Superseded{0, 1}) || got[many-1] != (Superseded{3 * (many - 1), 1}) {
		t.Errorf("%d are superseded, want %d by the first", len(got), many)
	}
	for i := range events {
		if events[i].ID == "a" {
			events[i].Replaces = "b"
		}
	}
	if got := tabled(t, events).Superseded(); got != nil {
		t.Errorf("%d of a circle are superseded", len(got))
	}
}
