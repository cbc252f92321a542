package ingest

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/state"
)

// Swept is what a sweep met, beside the evidence.
type Swept struct {
	Listed   int // objects of the listing, each once
	New      int // that the state did not have
	Retried  int // that an earlier sweep could not read, or not wholly
	Replaced int // whose size, tag or time is another one than the state's
	Gone     int // that the state has and the sources no longer list
}

const (
	// commitEvery bounds what a killed sweep has to read again.
	commitEvery = 30 * time.Second
	// maxPending bounds the memory of what is not yet on disk, in objects.
	maxPending = 50_000
	// maxSegments is how many segments a state may have before they are put
	// into one: each costs an open file and a place in every comparison.
	maxSegments = 16
)

// ErrVerified is a state whose sweeps hashed what this one shall not, or the
// other way round.
var ErrVerified = errors.New("earlier sweeps of this state and this one differ in --no-verify: keep to one, or --rebuild")

// Sweep reads the listed objects that the state lacks, knows under another identity or
// has only in part, adds them to the state, and returns the evidence of all that it
// then holds: the same in however many sweeps it was read. The state is committed on
// the way, so that a sweep that is interrupted loses little. From and To bound the
// evidence, not what is read. The error is [ErrVerified], one of package state, or the
// context's.
func Sweep(ctx context.Context, listing *Listing, st *state.State, opt Options) (*Evidence, *Swept, error) {
	if len(st.Segments) > 0 && st.Verified == opt.NoVerify {
		return nil, nil, ErrVerified
	}
	st.Verified = !opt.NoVerify
	if st.Horizon != nil && st.Horizon.After(opt.Horizon) {
		opt.Horizon = *st.Horizon
	}
	swept, todo, recalled, err := planned(ctx, listing, st, opt)
	if err != nil {
		return nil, nil, err
	}
	if err := todo.forgone(st); err != nil {
		recalled.abandon()
		return nil, nil, err
	}
	if todo.Len() > 0 {
		recalled.abandon()
		if err := readInto(ctx, todo, st, opt); err != nil {
			return nil, nil, err
		}
		if recalled, err = recall(ctx, listing, st, opt); err != nil {
			return nil, nil, err
		}
	}
	ev, err := recalled.finish(ctx)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case recalled.dropped:
		err = forget(st, opt.Horizon)
	case len(st.Segments) > maxSegments:
		err = st.Rewrite(nil)
	}
	if err != nil {
		ev.Release()
		return nil, nil, err
	}
	return ev, swept, nil
}

// plan is what is to be read.
type plan struct {
	Listing
	before map[string]before // of those that were read before
	drop   []string          // objects of which nothing is held, nor anything to be had
}

// planned compares the listing with the state, both in name order. What the
// state holds is recalled on the way: where nothing is to be read, that is all
// there is to do.
func planned(ctx context.Context, listing *Listing, st *state.State, opt Options) (*Swept, *plan, *recalling, error) {
	swept, todo := &Swept{}, &plan{before: map[string]before{}}
	todo.remote = listing.remote
	recalled := newRecalling(listing, st, opt)
	listed := listing.cursor()
	dark := unlisted{}
	next := func() { // past what has the same name: it is one object of the state
		swept.Listed++
		dark.note(listed.Object)
		for name := listed.name; listed.Object != nil && listed.name == name; {
			listed.next()
		}
	}
	fresh := func() {
		swept.New++
		todo.put(listed.Object)
		next()
	}
	for o, err := range st.Objects() {
		for err == nil && listed.Object != nil && listed.name < o.Name {
			fresh()
		}
		switch {
		case err != nil:
		case listed.Object == nil || listed.name > o.Name:
			if !listing.covers(o.Name) || dark.hold(o.Name) {
				break
			}
			swept.Gone++
			if holdsNothing(o) {
				todo.drop = append(todo.drop, o.Name)
				continue
			}
		default:
			if todo.wants(listed.Object, o, swept) {
				todo.put(listed.Object)
			}
			next()
		}
		if err == nil && todo.Len() == 0 {
			err = recalled.take(ctx, o)
		}
		if err != nil {
			recalled.abandon()
			return nil, nil, nil, err
		}
	}
	for listed.Object != nil {
		fresh()
	}
	return swept, todo, recalled, nil
}

// unlisted are the folders that could not be listed: of what is in them the listing
// says nothing.
type unlisted map[string]bool

func (f unlisted) note(o *Object) {
	if o.settled != nil && o.settled.state == custody.Unread {
		f[o.name] = true
	}
}

// hold reports whether a file lies in one of them.
func (f unlisted) hold(name string) bool {
	if len(f) == 0 {
		return false
	}
	for {
		parent := filepath.Dir(name)
		if f[parent] {
			return true
		}
		if parent == name || parent == "." {
			return false
		}
		name = parent
	}
}

// holdsNothing reports whether an object could not be read, or not wholly, and gave
// nothing that can be judged: no event, and nothing that vouches for others. Once it
// is gone it is none of the archive's, like a file that was listed while it was copied,
// and renamed then. One that had replaced another stays, for what was lost with that.
func holdsNothing(o *state.Object) bool {
	return (o.State == custody.Unread || o.State == custody.Partial) && !o.Forgotten &&
		len(o.Events) == 0 && o.Rest.Of == "" && len(o.Rest.Earlier) == 0 &&
		!slices.ContainsFunc(o.Rest.Files, func(f state.File) bool { return f.Text != "" }) &&
		!slices.ContainsFunc(o.Rest.Warnings, func(w custody.Warning) bool { return w.Kind == custody.KindReplaced })
}

// forgone takes out of the state what a plan drops.
func (p *plan) forgone(st *state.State) error {
	if len(p.drop) == 0 {
		return nil
	}
	for _, name := range p.drop {
		if err := st.Remove(name); err != nil {
			return err
		}
	}
	return st.Commit()
}

// wants reports whether an object is to be read, and notes what it was.
func (p *plan) wants(o *Object, known *state.Object, swept *Swept) bool {
	changed := o.mtime != 0 && known.Modified != 0 && o.mtime != known.Modified
	var lost *state.Earlier // what it held whole and may hold no longer
	switch {
	case o.settled != nil && o.settled.state == known.State && o.Size == known.Size:
		return false // it is settled as it was
	case known.Forgotten && o.Size == known.Size && o.Tag == known.Tag:
		return false
	case known.State == custody.Unread || known.State == custody.Partial:
		swept.Retried++
	case known.State == custody.Duplicate && o.settled == nil:
		swept.New++ // it was read under another name
	case o.settled != nil && o.settled.state == custody.Duplicate && !changed:
		// It is read under another name now, and is what it was.
	case o.Size != known.Size || o.Tag != known.Tag || changed || o.settled != nil:
		swept.Replaced++
		lost = &state.Earlier{Size: known.Size, Sum: known.Sum}
	default:
		return false
	}
	p.note(known, lost)
	return true
}

// note notes of an object that is read again what it held before, where it held
// something.
func (p *plan) note(known *state.Object, lost *state.Earlier) {
	was := before{earlier: known.Rest.Earlier}
	if lost != nil && lost.Sum != ([16]byte{}) {
		was.earlier = append(slices.Clone(was.earlier), *lost)
	}
	if len(known.Rest.Earlier) == 0 { // a state of the version before has the warning alone
		for _, w := range known.Rest.Warnings {
			if w.Kind == custody.KindReplaced && w.Object == known.Name {
				was.said = append(was.said, w)
			}
		}
	}
	if len(was.earlier)+len(was.said) > 0 {
		p.before[known.Name] = was
	}
}

// readInto reads the objects and notes what they gave.
func readInto(ctx context.Context, todo *plan, st *state.State, opt Options) error {
	opt.From, opt.To, opt.Inventory = time.Time{}, time.Time{}, false
	opt.hash, opt.remember = !opt.NoVerify, true
	progress := Progress{OfObjects: todo.Len(), OfBytes: todo.Bytes}
	committed := time.Now()
	err := run(ctx, &todo.Listing, opt, func(o *Object, res *result) error {
		noted := remembered(o, res)
		if was, again := todo.before[o.name]; again {
			noted.replaces(was)
		}
		st.Digests = st.Digests || res.other.Digests > 0 || listedAsDigest(res.files)
		if err := st.Add(&noted.Object); err != nil {
			return err
		}
		progress.pass(o)
		if opt.Progress != nil {
			opt.Progress(progress)
		}
		if st.Pending() < maxPending && time.Since(committed) < commitEvery {
			return nil
		}
		committed = time.Now()
		return st.Commit()
	}, nil)
	if err != nil {
		return err
	}
	return st.Commit()
}

// recalling gives the evidence of what a state holds, as if it had just been
// read.
type recalling struct {
	*collector
	recaller
	dropped bool // some of it is to be dropped
}

func newRecalling(listing *Listing, st *state.State, opt Options) *recalling {
	opt.hash, opt.Progress = !opt.NoVerify, nil
	c := newCollector(listing, opt)
	return &recalling{collector: c, recaller: recaller{opt: &c.opt, digests: st.Digests && !opt.NoVerify}}
}

// recall recalls the whole state.
func recall(ctx context.Context, listing *Listing, st *state.State, opt Options) (*recalling, error) {
	r := newRecalling(listing, st, opt)
	for o, err := range st.Objects() {
		if err == nil {
			err = r.take(ctx, o)
		}
		if err != nil {
			r.abandon()
			return nil, err
		}
	}
	return r, nil
}

func (r *recalling) take(ctx context.Context, o *state.Object) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if past(o, r.recaller.opt.Horizon) {
		r.dropped = r.dropped || !o.Forgotten
		r.forgotten(o, r.recaller.opt.Horizon)
		return nil
	}
	return r.collector.take(r.recalled(o))
}

func (r *recalling) finish(ctx context.Context) (*Evidence, error) {
	err := r.verify(ctx)
	if err == nil {
		var ev *Evidence
		if ev, err = r.collector.finish(); err == nil {
			return ev, nil
		}
	}
	r.abandon()
	return nil, err
}

func (r *recalling) abandon() { r.builder.Release() }

// past reports whether an object lies wholly before the horizon, by its own
// delivery where its name or digest says it, else by its records. What has
// neither stays.
func past(o *state.Object, horizon time.Time) bool {
	if o.Forgotten || horizon.IsZero() {
		return o.Forgotten
	}
	if at := deliveredBy(o); !at.IsZero() {
		return !at.After(horizon)
	}
	return false
}

// forget drops what lies before the horizon, down to what it is known by.
func forget(st *state.State, horizon time.Time) error {
	st.Horizon = &horizon
	return st.Rewrite(func(o *state.Object) {
		if !o.Forgotten && past(o, horizon) {
			*o = state.Object{Known: o.Known, Seen: o.Seen}
			o.Forgotten = true
		}
	})
}

func (c *collector) forgotten(o *state.Object, horizon time.Time) {
	f := c.manifest.Forgotten
	if f == nil {
		f = &custody.Forgotten{Before: horizon}
		c.manifest.Forgotten = f
	}
	f.Objects++
	f.Records += o.Seen
}

func (p *Progress) pass(o *Object) {
	p.Objects++
	if o.settled == nil {
		p.Bytes += o.Size
	}
}
