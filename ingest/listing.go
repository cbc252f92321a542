package ingest

import (
	"context"
	"io"
	"time"

	"grantrail/ingest/custody"
)

// Remote lists the sources that are not on this machine.
type Remote interface {
	// Claims reports whether a source is this one's to list.
	Claims(source string) bool
	// List hands out the objects of a source, in any order and each once,
	// from one goroutine at a time. It may leave out what scope cannot want,
	// and returns what it left out.
	List(ctx context.Context, source string, scope Scope, add func(Object)) ([]custody.LeftOut, error)
}

// Scope is what of an archive can matter to the question. Empty lists and zero
// times are no bound.
type Scope struct {
	Accounts, Regions []string
	From, To          time.Time // of events, margins included, half-open

	// Since, if set, gives the first day of delivery to list in a region's folder;
	// earlier days are known already. Zero is all. The folder is spelt as object names
	// are, with its final slash.
	Since func(folder string) time.Time
}

// ListOptions say how [List] lists, and what it needs for that.
type ListOptions struct {
	Stdin    io.Reader
	Remote   Remote // nil where every source is on this machine
	Scope    Scope
	Times    bool              // record when files were modified
	Sizes    bool              // stat files while listing, and not when they are opened
	Progress func(objects int) // called as remote objects are listed, from one goroutine at a time
}

// Listing is what the sources hold, in name order.
type Listing struct {
	Sources []string // as given, sorted, distinct
	LeftOut []custody.LeftOut
	shelved
	sum
	since  func(folder string) time.Time // as the scope had it
	remote bool                          // some objects are
	once   bool                          // some objects can be read once only

	whole    []string // remote sources that are more than one object
	patterns []string // sources that are
}

// put takes the next object in name order.
func (l *Listing) put(o *Object) {
	l.count(o)
	l.add(o)
}

// requests is how many objects are fetched at a time. Files are opened by as
// many as read them.
func (l *Listing) requests(opt *Options) int {
	if !l.remote {
		return 0
	}
	return max(opt.Requests, 1)
}
