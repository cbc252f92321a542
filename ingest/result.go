package ingest

import (
	"slices"

	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
	"grantrail/ingest/record"
)

// result is all that one object gave.
type result struct {
	state            custody.State
	stored, inflated int64
	warnings         []custody.Warning
	told, untold     int             // records that warnings are about, with one each and without
	records          custody.Records // Seen and Refused
	other            custody.Other
	places           []*tally
	members          []string // of archives, as warnings name them
	events           []kept
	files            []*digest.File // for the digests, where there are any
	sidecar          *sidecar
	entry            *Entry
	leftOut          int // records that an export does not want
}

// clear empties a result for the next object and keeps its memory.
func (r *result) clear() {
	clear(r.events)
	*r = result{places: r.places[:0], events: r.events[:0]}
}

// tally adds a place.
func (r *result) tally(at place) *tally {
	n := len(r.places)
	r.places = slices.Grow(r.places, 1)[:n+1]
	t := r.places[n]
	if t == nil {
		t = &tally{}
		r.places[n] = t
	}
	*t = tally{place: at, hours: t.hours[:0], kmsAt: t.kmsAt[:0], launchedAt: t.launchedAt[:0]}
	return t
}

// results are those of a job.
type results []result

// results makes room for n, where others have been taken.
func (p *pipeline) results(n int) results {
	if used, ok := p.taken.Get().(*results); ok && cap(*used) >= n {
		return (*used)[:n]
	}
	return make(results, n)
}

// reuse returns results that were delivered to the pool.
func (p *pipeline) reuse(used results) {
	for i := range used {
		used[i].clear()
	}
	p.taken.Put(&used)
}

// stored is how many bytes they were made of.
func (r results) stored() int64 {
	n := int64(0)
	for i := range r {
		n += r[i].stored
	}
	return n
}

// kept is an event and where it came from.
type kept struct {
	*record.Event
	member int // in members, from 1; 0 is the object itself
}
