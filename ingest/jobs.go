package ingest

import "grantrail/ingest/export"

// job is one object on its way through a worker, or some small ones. Its results
// leave by a channel of its own, so that results are taken in listing order
// whichever worker is first.
type job struct {
	turn    int // in listing order
	objects []*Object
	weight  int64             // while it is read, or waits to be
	opened  chan contents     // of a remote object; nil where the worker opens them
	done    chan results      // which weigh something more until they are taken
	parts   chan *export.Rows // what is handed on before the results; nil where nothing is
}

const (
	// minWeight is what the smallest job weighs in the budget: the read-ahead,
	// inflate window and decode buffer that any object needs.
	minWeight = 256 << 10
	// mostOrdered is how many jobs are on their way at most, whatever the budget.
	mostOrdered = 1 << 12
	// most is how many small objects make one job: handing an object to another
	// goroutine, and its result back, costs as much as reading a small one.
	most = 64
	// spread is how many jobs each worker should find at least, so that none is left
	// alone with a long one at the end.
	spread = 64
)

// jobs cuts the listing into jobs of about minWeight, or of a fixed number of objects
// while sizes are unknown. A remote object is a job by itself, since it is fetched by
// itself.
func (p *pipeline) jobs(yield func(job) bool) {
	full := 1
	if p.requests == 0 {
		full = min(max(p.listing.Len()/(spread*p.workers), 1), most)
	}
	at := job{}
	for o := range p.listing.All() {
		if len(at.objects) == full || len(at.objects) > 0 && at.weight+o.Size > minWeight {
			if !yield(p.made(at)) {
				return
			}
			at = job{turn: at.turn + 1}
		}
		at.objects, at.weight = append(at.objects, o), at.weight+o.Size
	}
	if len(at.objects) > 0 {
		yield(p.made(at))
	}
}

func (p *pipeline) made(j job) job {
	j.weight, j.done = min(max(j.weight, minWeight), p.budget), make(chan results, 1)
	if p.requests > 0 {
		j.opened = make(chan contents, 1)
	}
	if p.part != nil {
		j.parts = make(chan *export.Rows)
	}
	return j
}

// abandon closes what was opened and nobody will read.
func (j *job) abandon() {
	select {
	case from := <-j.opened: // never, where nothing is opened ahead
		if from.body != nil {
			_ = from.body.Close() // it was never read
		}
	default:
	}
}
