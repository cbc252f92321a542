package ingest

import (
	"context"
	"iter"
	"runtime"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"grantrail/ingest/export"
)

// minWeight is what the smallest object weighs in the budget: the read-ahead,
// inflate window and decode buffer that any object needs.
const minWeight = 256 << 10

// job is one object on its way through a worker. Its result leaves by a
// channel of its own, so that results are taken in listing order whichever
// worker is first.
type job struct {
	object *Object
	weight int64
	opened chan contents
	done   chan *result
	parts  chan *export.Rows // what is handed on before the result; nil where nothing is
}

// run reads the objects in parallel and hands each result to take, in listing
// order, from one goroutine. It bounds the bytes in flight: an object holds
// its weight from the moment it is scheduled until its result is taken, so a
// slow first object cannot pile up results behind it.
//
// Objects are opened ahead of the workers, since a remote one is fetched while
// it is opened: many requests wait at a time, and few processors work.
//
// What an object gives before its result, where part is set, is handed to part,
// in the same order and from the same goroutine.
//
// All concurrency of the reading is here.
func run(ctx context.Context, objects iter.Seq[*Object], requests int, opt Options, take func(*Object, *result) error, part func(*export.Rows) error) error {
	jobs := opt.Jobs
	if jobs <= 0 {
		jobs = runtime.GOMAXPROCS(0)
	}
	budget := opt.Memory
	if budget <= 0 {
		budget = DefaultMemory
	}
	budget = max(budget, minWeight)
	inFlight := semaphore.NewWeighted(budget)

	group, ctx := errgroup.WithContext(ctx) // ends at the first failure, or with the caller's
	work := make(chan job)
	// The queues hold at most what the budget admits. Workers take objects in
	// listing order: one that waits to hand something on waits for objects that
	// others are at, and never for one that nobody has.
	queue, ordered := make(chan job, budget/minWeight), make(chan job, budget/minWeight)

	group.Go(func() error {
		defer close(work)
		defer close(queue)
		defer close(ordered)
		for o := range objects {
			j := job{object: o, weight: min(max(o.Size, minWeight), budget), opened: make(chan contents, 1), done: make(chan *result, 1)}
			if part != nil {
				j.parts = make(chan *export.Rows)
			}
			if err := inFlight.Acquire(ctx, j.weight); err != nil {
				return err
			}
			for _, to := range []chan<- job{ordered, queue, work} {
				if err := send(ctx, to, j); err != nil {
					return err
				}
			}
		}
		return nil
	})
	// What is open and not yet read is bounded too. Room is taken before an
	// object is, so that the first in line always has some.
	ahead := make(chan struct{}, max(requests, jobs)+jobs)
	for range max(requests, jobs) {
		group.Go(func() error {
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
				from := open(ctx, j.object, &opt)
				if ctx.Err() != nil && from.body != nil {
					_ = from.body.Close() // nobody will read it
					from = contents{err: ctx.Err()}
				}
				j.opened <- from
			}
		})
	}
	for range jobs {
		group.Go(func() error {
			w := newWorker(opt)
			var at job
			w.hand = func(rows *export.Rows) {
				select {
				case at.parts <- rows:
				case <-ctx.Done():
				}
			}
			for j := range queue {
				at = j
				var from contents
				select {
				case from = <-j.opened:
					<-ahead
				case <-ctx.Done():
					drop(queue, j)
					return ctx.Err()
				}
				j.done <- w.read(ctx, j.object, from)
				if err := ctx.Err(); err != nil {
					drop(queue)
					return err
				}
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
				case res := <-j.done:
					if err := take(j.object, res); err != nil {
						return err
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
