package ingest

import (
	"context"
	"io"
)

// contents are an object's stored bytes, or why there are none. Its body is nil
// where there is nothing to open.
type contents struct {
	body io.ReadCloser
	err  error
}

// opener opens objects, through one Visit a store.
type opener struct {
	opt    *Options
	visits map[Store]Visit // of those that can be visited
}

func newOpener(opt *Options) *opener { return &opener{opt, map[Store]Visit{}} }

func (p *opener) open(ctx context.Context, o *Object) contents {
	if o.verdict != nil || p.opt.tooLarge(o) {
		return contents{}
	}
	visit := p.visits[o.store]
	if visit == nil {
		store, ok := o.store.(Visited)
		if !ok {
			body, err := o.Open(ctx)
			return contents{body, err}
		}
		visit = store.Visit()
		p.visits[o.store] = visit
	}
	body, err := visit.Open(ctx, o)
	if err == nil && p.opt.tooLarge(o) { // whose size is known now
		_ = body.Close() // nobody will read it
		return contents{}
	}
	return contents{body, err}
}

func (p *opener) close() {
	for _, v := range p.visits {
		v.Close()
	}
}

func (o *Options) tooLarge(of *Object) bool { return o.MaxObject > 0 && of.Size > o.MaxObject }
