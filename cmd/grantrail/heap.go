package main

import (
	"runtime"
	"runtime/debug"
	"sync"
)

const (
	// gcPercent is Go's own: between two collections the heap grows to twice what is
	// in use.
	gcPercent = 100
	// firstPercent puts the first collection a little later: Go takes a heap for 4 MB
	// at least, and most short runs end before that is collected, of which a collection
	// is a fiftieth.
	firstPercent = 300
	// inUse is about what a run has in use beside its listing, in bytes.
	inUse = 5 << 20
	// judged is about what a row of the table takes, and what the analysis and
	// the case add to it, in bytes.
	judged = 1 << 10
	// muchJudged is what is worth to be collected by itself, in bytes.
	muchJudged = 1 << 20
	// leastPercent keeps the collector from running all the time over a listing
	// of millions.
	leastPercent = 40
)

// collecting is how often the heap is collected. The collector measures by what it
// found in use. At first it has found nothing, and would begin when there is hardly
// more than the program itself.
var collecting struct {
	sync.Mutex
	percent int
	begun   bool // the first collection has been
}

// collectOver sets how often the heap is collected, as if held bytes were not in it:
// they live to the end, and room for garbage of their size would be wasted. GOGC
// overrules it.
func (w world) collectOver(held int64) {
	if percent, _ := w.env("GOGC"); percent != "" {
		return
	}
	c := &collecting
	c.Lock()
	defer c.Unlock()
	if c.percent == 0 {
		debug.SetGCPercent(firstPercent)
		runtime.AddCleanup(new(*byte), func(struct{}) { // which the first collection finds unused
			c.Lock()
			defer c.Unlock()
			c.begun = true
			debug.SetGCPercent(c.percent)
		}, struct{}{})
	}
	if c.percent = max(leastPercent, int(gcPercent*inUse/(inUse+held))); c.begun {
		debug.SetGCPercent(c.percent)
	}
}

// collectJudging does the same for what was read, which an archive full of
// refused launches makes large.
func (w world) collectJudging(held int64, rows int) { w.collectOver(held + judged*int64(rows)) }

// collectReporting collects once before reports are written, where what was read is
// large.
func collectReporting(rows int) {
	if judged*rows > muchJudged {
		runtime.GC()
	}
}
