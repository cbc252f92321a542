package ingest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestHeld: results wait for room, but for those whose turn it is.
func TestHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		h := newHeld(100)
		hold := func(turn int, bytes int64) *atomic.Value {
			var got atomic.Value
			go func() { got.Store([]error{h.hold(ctx, turn, bytes)}) }()
			synctest.Wait()
			return &got
		}
		first, second := hold(1, 90), hold(2, 20)
		if first.Load() == nil || second.Load() != nil {
			t.Fatal("90 of 100 bytes are held: want 20 more to wait")
		}
		if next := hold(0, 1000); next.Load() == nil {
			t.Fatal("it is the turn of these, however many")
		}
		h.taken(1000)
		synctest.Wait()
		if second.Load() != nil {
			t.Error("90 bytes are held still")
		}
		h.taken(90)
		synctest.Wait()
		if second.Load() == nil {
			t.Fatal("there is room")
		}
		hold(4, 70)
		late := hold(5, 90)
		if late.Load() != nil {
			t.Error("90 bytes are held again")
		}
		cancel()
		h.wake()
		synctest.Wait()
		if err, _ := late.Load().([]error); len(err) != 1 || !errors.Is(err[0], context.Canceled) {
			t.Errorf("%v: want an end with the context", err)
		}
	})
}

func TestHeldGiant(t *testing.T) {
	h := newHeld(100)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	defer context.AfterFunc(ctx, h.wake)()
	if err := h.hold(ctx, 3, 1000); err != nil {
		t.Error(err)
	}
}
