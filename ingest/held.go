package ingest

import (
	"context"
	"sync"
)

// held bounds the results that wait for earlier ones, by the stored bytes of their
// objects. The result whose turn it is never waits.
type held struct {
	mu     sync.Mutex
	more   sync.Cond
	budget int64
	bytes  int64
	turn   int // of the results that are taken next
}

func newHeld(budget int64) *held {
	h := &held{budget: budget}
	h.more.L = &h.mu
	return h
}

// hold waits until results of so many bytes may be held, or it is their turn.
func (h *held) hold(ctx context.Context, turn int, bytes int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ctx.Err() == nil && turn != h.turn && h.bytes > 0 && h.bytes+bytes > h.budget {
		h.more.Wait()
	}
	h.bytes += bytes
	return ctx.Err()
}

// taken releases the bytes of the results just delivered, and moves on to the next
// turn.
func (h *held) taken(bytes int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.bytes -= bytes
	h.turn++
	h.more.Broadcast()
}

// wake has all that wait look at their context.
func (h *held) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.more.Broadcast()
}
