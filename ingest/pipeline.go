package ingest

import (
	"context"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"grantrail/ingest/export"
)

const (
	// minWeight is what the smallest job weighs in the budget: the read-ahead,
	// inflate window and decode buffer that any object needs.
	minWeight = 256 << 10
	// most is how many small objects make one job: handing an object to another
	// goroutine, and its result back, costs as much as reading a small one.
	most = 64
)

// job is one object on its way through a worker, or some small ones. Its results
// leave by a channel of its own, so that results are taken in listing order
// whichever worker is first.
type job struct {
	objects []*Object
	weight  int64
	opened  chan contents // of a remote object; nil where the worker opens them
	done    chan []*result
	parts   chan *export.Rows // what is handed on before the results; nil where nothing is
}

// jobs cuts a listing into jobs of about minWeight; remote objects are jobs by
// themselves, since they are opened by themselves.
func jobs(objects iter.Seq[*Object], remote bool, budget int64) iter.Seq[job] {
	return func(yield func(job) bool) {
		at, full := job{}, 1
		if !remote {
			full = most
		}
		var disk folder
		defer disk.Close()
		for o := range objects {
			if o.unsized {
				disk.size(o)
			}
			if len(at.objects) == full || len(at.objects) > 0 && at.weight+o.Size > minWeight {
				if !yield(at.made(remote, budget)) {
					return
				}
				at = job{}
			}
			at.objects, at.weight = append(at.objects, o), at.weight+o.Size
		}
		if len(at.objects) > 0 {
			yield(at.made(remote, budget))
		}
	}
}

func (j job) made(remote bool, budget int64) job {
	j.weight, j.done = min(max(j.weight, minWeight), budget), make(chan []*result, 1)
	if remote {
		j.opened = make(chan contents, 1)
	}
	return j
}

// run reads the objects in parallel and hands each result to take, in listing
// order, from one goroutine. It bounds the bytes in flight: a job holds its
// weight from the moment it is scheduled until its results are taken, so a slow
// first object cannot pile up results behind it.
//
// Remote objects are opened ahead of the workers, requests of them at a time,
// since they are fetched while they are opened: many requests wait, and few
// processors work.
//
// What an object gives before its result, where part is set, is handed to part,
// in the same order and from the same goroutine.
//
// All concurrency of the reading is here.
func run(ctx context.Context, objects iter.Seq[*Object], requests int, opt Options, take func(*Object, *result) error, part func(*export.Rows) error) error {
	workers := opt.Jobs
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	budget := opt.Memory
	if budget <= 0 {
		budget = DefaultMemory
	}
	budget = max(budget, minWeight)
	inFlight := semaphore.NewWeighted(budget)

	group, ctx := errgroup.WithContext(ctx) // ends at the first failure, or with the caller's
	work := make(chan job)
	// The queues hold at most what the budget admits. Workers take jobs in
	// listing order: one that waits to hand something on waits for objects that
	// others are at, and never for one that nobody has.
	queue, ordered := make(chan job, budget/minWeight), make(chan job, budget/minWeight)

	group.Go(func() error {
		defer close(work)
		defer close(queue)
		defer close(ordered)
		for j := range jobs(objects, requests > 0, budget) {
			if part != nil {
				j.parts = make(chan *export.Rows)
			}
			if err := inFlight.Acquire(ctx, j.weight); err != nil {
				return err
			}
			to := []chan<- job{ordered, queue}
			if j.opened != nil {
				to = append(to, work)
			}
			for _, to := range to {
				if err := send(ctx, to, j); err != nil {
					return err
				}
			}
		}
		return nil
	})
	// What is open and not yet read is bounded too. Room is taken before an
	// object is, so that the first in line always has some.
	ahead := make(chan struct{}, requests+workers)
	for range requests {
		group.Go(func() error {
			files := newOpener(&opt)
			defer files.close()
			for {
				select {
				case ahead <- struct{}{}:
				case <-ctx.Done():
					return ctx.Err()
				}
				j, more := <-work
				if !more {
					return nil
				}
				from := files.open(ctx, j.objects[0])
				if ctx.Err() != nil && from.body != nil {
					_ = from.body.Close() // nobody will read it
					from = contents{err: ctx.Err()}
				}
				j.opened <- from
			}
		})
	}
	for range workers {
		group.Go(func() error {
			w := newWorker(opt)
			files := newOpener(&opt)
			defer files.close()
			var at job
			w.hand = func(rows *export.Rows) {
				select {
				case at.parts <- rows:
				case <-ctx.Done():
				}
			}
			for j := range queue {
				at = j
				results := make([]*result, 0, len(j.objects))
				for _, o := range j.objects {
					var from contents
					if j.opened == nil {
						from = files.open(ctx, o)
					} else {
						select {
						case from = <-j.opened:
							<-ahead
						case <-ctx.Done():
							drop(queue, j)
							return ctx.Err()
						}
					}
					results = append(results, w.read(ctx, o, from))
					if err := ctx.Err(); err != nil {
						drop(queue)
						return err
					}
				}
				j.done <- results
			}
			return nil
		})
	}
	group.Go(func() error {
		for j := range ordered {
			for done := false; !done; {
				select {
				case rows := <-j.parts:
					if err := part(rows); err != nil {
						return err
					}
				case results := <-j.done:
					for i, res := range results {
						if err := take(j.objects[i], res); err != nil {
							return err
						}
					}
					inFlight.Release(j.weight)
					done = true
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	return group.Wait()
}

// drop closes what was opened and nobody will read, of jobs at hand and of
// those still queued: a run that ended early waits for what is being opened.
func drop(queue <-chan job, at ...job) {
	for j := range queue {
		at = append(at, j)
	}
	for _, j := range at {
		if j.opened == nil {
			continue
		}
		select {
		case from := <-j.opened:
			if from.body != nil {
				_ = from.body.Close() // it was never read
			}
		default:
		}
	}
}

func send(ctx context.Context, to chan<- job, j job) error {
	select {
	case to <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
