package ingest

import (
	"time"

	"grantrail/ingest/custody"
)

// place is where a record says it was made.
type place struct{ account, region string }

// tally is what one object holds of one place.
type tally struct {
	place
	first, last   time.Time // of its records
	near          time.Time // of the record before
	records       int
	kms, launches int     // of the asked time, and KMS records of its margins too
	reads         int     // calls that only read
	kmsAt         []int64 // their times, nanoseconds since 1970, where results are for a state
	launchedAt    []int64
	hours         []int64        // with records, since 1970, distinct
	many          map[int64]bool // the same, where they are many
}

func (t *tally) span() custody.Span { return custody.Span{First: &t.first, Last: &t.last} }

// time notes the time of a record. Neighbours mostly share their second.
func (t *tally) time(at time.Time) {
	switch {
	case t.records == 1:
		t.first, t.last = at, at
	case at.Equal(t.near):
		return
	case at.Before(t.first):
		t.first = at
	case at.After(t.last):
		t.last = at
	}
	t.near = at
	t.hour(at)
}
