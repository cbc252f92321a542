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

// opener opens objects, through one session a store.
type opener struct {
	opt      *Options
	sessions map[Store]session // of those that have any
}

func newOpener(opt *Options) *opener { return &opener{opt, map[Store]session{}} }

func (p *opener) open(ctx context.Context, o *Object) contents {
	if o.settled != nil || p.opt.tooLarge(o) {
		return contents{}
	}
	in := p.sessions[o.store]
	if in == nil {
		store, ok := o.store.(sessioned)
		if !ok {
			body, err := o.Open(ctx)
			return contents{body, err}
		}
		in = store.session()
		p.sessions[o.store] = in
	}
	body, err := in.Open(ctx, o)
	if err == nil && p.opt.tooLarge(o) { // whose size is known now
		_ = body.Close() // nobody will read it
		return contents{}
	}
	return contents{body, err}
}

func (p *opener) close() {
	for _, s := range p.sessions {
		s.Close()
	}
}

func (o *Options) tooLarge(of *Object) bool { return o.MaxObject > 0 && of.Size > o.MaxObject }
