// Package ingest reads archives of AWS logs: it lists the objects that the
// sources name, reads them in parallel, and hands over the [Evidence]: the
// events that the analysis can use, as one table, and the account of all that
// was read and could not be.
//
// # Promises
//
//   - Objects are listed in name order, and results leave in that order: the
//     evidence is the same for one worker and for eight, and for sources named
//     in any order.
//   - One bad object never costs another. What it costs is a warning.
//   - Every record is counted, whatever becomes of it.
//   - Memory is bounded by what is in flight, not by the archive, except for
//     the events that the analysis keeps.
//
// How an object's bytes are inflated is package inflate, how its shape is
// recognised package container, how archives are unpacked package archive, how a record is decoded package record,
// and what Security Lake makes of one package securitylake.
//
// # Copies
//
// One event can reach a run many times: from two trails on one bucket, from a
// log file and a lookup, from the trails of two accounts. It is one event. The
// same record, whatever its layout, is known by eventID and account; the
// copies that both accounts of a call on another account's key log, by
// sharedEventID; and a lossy copy out of Security Lake by eventID alone. The
// fullest copy is kept; where that is itself a lesser one, its row stands behind
// those of all full copies. The others are counted as duplicates.
package ingest

import (
	"context"
	"time"

	"grantrail/ingest/archive"
	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
	"grantrail/ingest/table"
)

// Options say how to read. The zero value of a field is its default.
type Options struct {
	Jobs      int   // objects read at a time; default one a processor
	Memory    int64 // stored bytes of objects in flight; default defaultMemory
	MaxObject int64 // objects stored larger than this are not read; 0 is no limit
	// StreamOnly leaves all objects to the streaming decoder of gzip.
	StreamOnly bool

	Requests int // remote objects fetched at a time

	// From and To bound event time, half-open. Events up to Before earlier
	// and After later are kept as well: a refusal just behind the asked
	// time belongs to a launch inside it.
	From, To      time.Time
	Before, After time.Duration

	// Progress, if set, is called after each object, from one goroutine.
	Progress func(Progress)

	// Keys are saved public keys, by which digests are verified. NoVerify
	// leaves digests alone.
	Keys     *digest.Keys
	NoVerify bool

	// Horizon is for [Sweep]: objects that were delivered wholly before it are dropped
	// from the state. Zero keeps all.
	Horizon time.Time

	// Inventory asks for an [Entry] of every object, which means hashing all
	// bytes, stored and inflated.
	Inventory bool

	hash     bool                       // every object is hashed
	remember bool                       // results are for a state
	account  bool                       // only the account is wanted: no events are kept
	export   *exporting                 // records are for files
	verdicts map[string]custody.Verdict // to be filled, if it is there
	limits   *archive.Budget            // of archives, if a test sets it
	memory   table.Allocator            // of the table, likewise
}

// budget is what one archive may unpack.
func (o *Options) budget() *archive.Budget {
	if o.limits != nil {
		b := *o.limits
		return &b
	}
	return archive.NewBudget()
}

// defaultMemory bounds the stored bytes in flight. Objects are read through a
// window, so this is far more than two workers need and keeps eight busy.
const defaultMemory = 64 << 20

// Progress counts the objects and stored bytes that are done, and those there are.
// OfBytes knows only of objects whose sizes were known when they were listed.
type Progress struct {
	Objects, OfObjects int
	Bytes, OfBytes     int64 // stored
}

// Evidence is all that a run has read.
type Evidence struct {
	Table    *table.Table
	Objects  []string // names by ordinal of the objects, and members of archives, that gave events
	Manifest custody.Manifest
	Entries  []Entry // in listing order, where Options asks for them
}

// Release gives the table's memory back.
func (e *Evidence) Release() { e.Table.Release() }

// holds reports whether an event of this time is to be kept.
func (o *Options) holds(t time.Time) bool {
	if !o.From.IsZero() && t.Before(o.From.Add(-o.Before)) {
		return false
	}
	return o.To.IsZero() || t.Before(o.To.Add(o.After))
}

// asked reports whether a time is inside the asked range.
func (o *Options) asked(t time.Time) bool {
	return (o.From.IsZero() || !t.Before(o.From)) && (o.To.IsZero() || t.Before(o.To))
}

// Read reads every object of a listing. It returns an error only where the run
// itself cannot go on: the context ended, or the table is full.
func Read(ctx context.Context, listing *Listing, opt Options) (*Evidence, error) {
	// A digest that its name does not announce is met while reading, and costs a second
	// reading: where there can be none, everything is hashed at once.
	opt.hash = opt.Inventory || !opt.NoVerify && (listing.digests || listing.once)
	c := newCollector(listing, opt)
	err := run(ctx, listing, opt, c.take, nil)
	if err == nil {
		err = c.verify(ctx)
	}
	if err == nil {
		var ev *Evidence
		if ev, err = c.finish(); err == nil {
			return ev, nil
		}
	}
	c.builder.Release()
	return nil, err
}
