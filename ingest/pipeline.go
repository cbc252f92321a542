package ingest

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"grantrail/ingest/export"
)

// pipeline reads the objects of a listing in parallel and hands each result to
// take, in listing order, from one goroutine; the result is take's until it returns.
// It bounds the bytes in flight: a job holds its weight from the moment it is
// scheduled until its results are taken, and results are held for what their objects
// weighed, so a slow first object cannot pile up results behind it.
//
// Remote objects are opened ahead of the workers, requests of them at a time,
// since they are fetched while they are opened: many requests wait, and few
// processors work.
//
// What an object gives before its result, where part is set, is handed to part,
// in the same order and from the same goroutine.
//
// All concurrency of reading objects is here. Listing has its own in ahead.go, and what
// may never end a goroutine in disk.go.
type pipeline struct {
	listing  *Listing
	opt      Options
	take     func(*Object, *result) error
	part     func(*export.Rows) error
	requests int // of remote objects, at a time; 0 where none is
	workers  int
	budget   int64

	inFlight *semaphore.Weighted
	held     *held
	taken    sync.Pool // of results, as a *results
	work     chan job  // to be opened
	// Workers take jobs in listing order: one that waits to hand something on waits
	// for objects that others are at, and never for one that nobody has. Few wait
	// in the queue; behind a slow one, as many are read as the budget admits.
	queue, ordered chan job
	// What is open and not yet read is bounded too. Room is taken before an
	// object is, so that the first in line always has some.
	ahead chan struct{}
}

// run reads a listing through a pipeline.
func run(ctx context.Context, listing *Listing, opt Options, take func(*Object, *result) error, part func(*export.Rows) error) error {
	p := &pipeline{
		listing: listing, opt: opt, take: take, part: part,
		requests: listing.requests(&opt), workers: opt.Jobs, budget: opt.Memory, work: make(chan job),
	}
	if p.workers <= 0 {
		p.workers = runtime.GOMAXPROCS(0)
	}
	if p.budget <= 0 {
		p.budget = defaultMemory
	}
	p.budget = max(p.budget, minWeight)
	p.inFlight, p.held = semaphore.NewWeighted(p.budget), newHeld(p.budget)
	p.queue, p.ordered = make(chan job, p.requests+2*p.workers), make(chan job, min(p.budget/minWeight, mostOrdered))
	p.ahead = make(chan struct{}, p.requests+p.workers)

	group, ctx := errgroup.WithContext(ctx) // ends at the first failure, or with the caller's
	defer context.AfterFunc(ctx, p.held.wake)()
	group.Go(func() error { return p.schedule(ctx) })
	for range p.requests {
		group.Go(func() error { return p.open(ctx) })
	}
	for range p.workers {
		group.Go(func() error { return p.read(ctx) })
	}
	group.Go(func() error { return p.deliver(ctx) })
	return group.Wait()
}

// schedule hands each job, once its weight fits the budget, to deliver, to the workers
// and, if it is remote, to the openers.
func (p *pipeline) schedule(ctx context.Context) error {
	defer close(p.work)
	defer close(p.queue)
	defer close(p.ordered)
	for j := range p.jobs {
		if err := p.inFlight.Acquire(ctx, j.weight); err != nil {
			return err
		}
		to := []chan<- job{p.ordered, p.queue}
		if j.opened != nil {
			to = append(to, p.work)
		}
		for _, to := range to {
			if err := send(ctx, to, j); err != nil {
				return err
			}
		}
	}
	return nil
}

// open opens remote objects, one at a time.
func (p *pipeline) open(ctx context.Context) error {
	files := newOpener(&p.opt)
	defer files.close()
	for {
		select {
		case p.ahead <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		j, more := <-p.work
		if !more {
			return nil
		}
		j.opened <- files.open(ctx, j.objects[0])
		if ctx.Err() != nil {
			j.abandon() // its worker may have left before
		}
	}
}

// read is a worker.
func (p *pipeline) read(ctx context.Context) error {
	w := newWorker(p.opt)
	files := newOpener(&p.opt)
	defer files.close()
	var at job
	w.hand = func(rows *export.Rows) {
		select {
		case at.parts <- rows:
		case <-ctx.Done():
		}
	}
	for at = range p.queue {
		given := p.results(len(at.objects))
		for i, o := range at.objects {
			from, err := p.contents(ctx, files, at, o)
			if err == nil {
				w.read(ctx, o, from, &given[i])
				err = ctx.Err()
			}
			if err != nil {
				drop(p.queue, at)
				return err
			}
		}
		if err := p.held.hold(ctx, at.turn, given.stored()); err != nil {
			drop(p.queue)
			return err
		}
		at.done <- given
	}
	return nil
}

// contents opens an object, or waits until it is open.
func (p *pipeline) contents(ctx context.Context, files *opener, j job, o *Object) (contents, error) {
	if j.opened == nil {
		return files.open(ctx, o), nil
	}
	select {
	case from := <-j.opened:
		<-p.ahead
		return from, nil
	case <-ctx.Done():
		return contents{}, ctx.Err()
	}
}

// deliver hands on what the workers give, in listing order.
func (p *pipeline) deliver(ctx context.Context) error {
	for j := range p.ordered {
		for done := false; !done; {
			select {
			case rows := <-j.parts:
				if err := p.part(rows); err != nil {
					return err
				}
			case given := <-j.done:
				for i := range given {
					if err := p.take(j.objects[i], &given[i]); err != nil {
						return err
					}
				}
				p.inFlight.Release(j.weight)
				p.held.taken(given.stored())
				p.reuse(given)
				done = true
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	return nil
}

// drop closes bodies that will not be read: those of the given jobs and of all that are
// queued. It is called only once the context has ended.
func drop(queue <-chan job, at ...job) {
	for j := range queue {
		at = append(at, j)
	}
	for _, j := range at {
		j.abandon()
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
