package ingest

import (
	"math"
	"slices"
	"sync"
)

const (
	// foldersAhead is how many subfolders are read ahead of the one being listed. On a
	// local disk more than there are processors gain nothing; on a network file system
	// each is a round trip.
	foldersAhead = 8
	// entriesAhead is roughly how many entries of each folder are read ahead. A larger
	// folder is read again from its start when its turn comes.
	entriesAhead = 1 << 10
)

// ahead reads folders in goroutines of their own, for one that walks them in order.
type ahead struct {
	stat  bool       // sizes and times of files are to be known
	spare []*reading // whose memory is used again
}

// reading is a folder that is being read.
type reading struct {
	path  string
	met   bool // found inside another folder, and no link then: it is not followed if it is one now
	stat  bool
	whole bool // all of it was read
	entries
	stats []status // of the entries, where they are to be known; those of files
	begun sync.WaitGroup
}

// status is what the file system says of a file.
type status struct {
	size     int64
	modified int64 // nanoseconds since 1970
	err      error
}

// begin starts reading a folder in the background. Every reading must be passed to end.
func (a *ahead) begin(path string, met bool) *reading {
	r := &reading{}
	if n := len(a.spare); n > 0 {
		r, a.spare = a.spare[n-1], a.spare[:n-1]
	}
	r.path, r.met, r.stat, r.whole = path, met, a.stat, false
	r.begun.Go(func() { _ = r.read(entriesAhead) }) // it is read again when its turn has come
	return r
}

// end forgets a folder.
func (a *ahead) end(r *reading) {
	r.begun.Wait()
	if len(r.all) <= 2*entriesAhead { // which few folders exceed
		a.spare = append(a.spare, r)
	}
}

// finish waits for the background read and, where that stopped early, reads the whole
// folder. Its entries are in name order then.
func (r *reading) finish() error {
	if r.begun.Wait(); r.whole {
		return nil
	}
	return r.read(math.MaxInt)
}

// read reads a folder from its start and stops, leaving whole false, once it has most
// entries.
func (r *reading) read(most int) error {
	r.reset()
	at, err := openFolder(r.path, r.met)
	if err != nil {
		return err
	}
	defer func() { _ = at.Close() }() // it was only read
	if r.whole, err = r.entries.read(at, most); !r.whole {
		return err
	}
	r.sort()
	if r.stats = r.stats[:0]; r.stat {
		r.stats = slices.Grow(r.stats, len(r.all))
		for _, e := range r.all {
			var s status
			if e.kind.IsRegular() {
				s.size, s.modified, s.err = stat(at, string(r.name(e)))
			}
			r.stats = append(r.stats, s)
		}
	}
	return nil
}

// inner are the subfolders of a folder, in name order, up to foldersAhead of them being
// read ahead.
type inner struct {
	*ahead
	of     *reading
	prefix string // of their paths
	seen   int    // entries that were looked at
	begun  []*reading
}

// within are the folders in one that was read.
func (a *ahead) within(of *reading, prefix string) *inner {
	f := &inner{ahead: a, of: of, prefix: prefix}
	f.fill()
	return f
}

func (f *inner) fill() {
	for ; f.seen < len(f.of.all) && len(f.begun) < foldersAhead; f.seen++ {
		if e := f.of.all[f.seen]; e.kind.IsDir() {
			f.begun = append(f.begun, f.begin(f.prefix+string(f.of.name(e)), true))
		}
	}
}

// next is the next folder, which is to be ended.
func (f *inner) next() *reading {
	r := f.begun[0]
	f.begun = slices.Delete(f.begun, 0, 1)
	f.fill()
	return r
}

// leave ends those whose turn has not come.
func (f *inner) leave() {
	for _, r := range f.begun {
		f.end(r)
	}
}
