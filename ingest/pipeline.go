package ingest

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
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
	from   contents
	done   chan *result
}

// run reads the objects in parallel and hands each result to take, in listing
// order, from one goroutine. It bounds the bytes in flight: an object holds
// its weight from the moment it is scheduled until its result is taken, so a
// slow first object cannot pile up results behind it.
//
// Objects are opened ahead of the workers, since a remote one is fetched while
// it is opened: many requests wait at a time, and few processors work.
//
// All concurrency of the reading is here.
func run(ctx context.Context, objects iter.Seq[*Object], requests int, opt Options, take func(*Object, *result) error) error {
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
	work, fetched := make(chan job), make(chan job)
	// The ordered queue holds at most what the budget admits.
	ordered := make(chan job, budget/minWeight)

	group.Go(func() error {
		defer close(work)
		defer close(ordered)
		for o := range objects {
			j := job{object: o, weight: min(max(o.Size, minWeight), budget), done: make(chan *result, 1)}
			if err := inFlight.Acquire(ctx, j.weight); err != nil {
				return err
			}
			if err := send(ctx, ordered, j); err != nil {
				return err
			}
			if err := send(ctx, work, j); err != nil {
				return err
			}
		}
		return nil
	})
	fetching := sync.WaitGroup{}
	for range max(requests, jobs) {
		fetching.Add(1)
		group.Go(func() error {
			defer fetching.Done()
			for j := range work {
				j.from = open(ctx, j.object, &opt)
				if err := send(ctx, fetched, j); err != nil {
					j.from.close()
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		fetching.Wait()
		close(fetched)
		return nil
	})
	for range jobs {
		group.Go(func() error {
			w := newWorker(opt)
			for j := range fetched {
				j.done <- w.read(ctx, j.object, j.from)
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		for j := range ordered {
			select {
			case res := <-j.done:
				if err := take(j.object, res); err != nil {
					return err
				}
				inFlight.Release(j.weight)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// close drops what nobody will read.
func (c contents) close() {
	if c.body != nil {
		_ = c.body.Close() // it was never read
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
