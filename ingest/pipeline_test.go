package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"grantrail/ingest/custody"
)

// shelf is a store of generated log files, some of them slow, that counts
// how many are open at a time.
type shelf struct {
	open, most atomic.Int64
	delay      func(name string) time.Duration
}

func (m *shelf) Open(ctx context.Context, o *Object) (io.ReadCloser, error) {
	name := o.Name()
	m.most.Store(max(m.most.Load(), m.open.Add(1)))
	if m.delay != nil {
		select {
		case <-time.After(m.delay(name)):
		case <-ctx.Done():
		}
	}
	text := fmt.Sprintf(`{"Records":[{"eventTime":"2026-03-02T10:20:30Z","eventName":"StartInstances","eventSource":"ec2.amazonaws.com","eventID":%q}]}`, name)
	return &opened{strings.NewReader(text), m}, nil
}

type opened struct {
	io.Reader
	m *shelf
}

func (o *opened) Close() error {
	o.m.open.Add(-1)
	return nil
}

func objects(n int, size int64, s Store) *Listing {
	l := &Listing{}
	for i := range n {
		o := NewObject(fmt.Sprintf("o%04d", i), size, "", s)
		l.put(&o)
	}
	return l
}

// TestOrder: results leave in listing order, whichever worker is first.
func TestOrder(t *testing.T) {
	defer goleak.VerifyNone(t)
	m := &shelf{delay: func(string) time.Duration { return time.Duration(rand.IntN(3)) * time.Millisecond }}
	ev, err := Read(context.Background(), objects(200, 1, m), Options{Jobs: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	for row := range ev.Table.Len() {
		if want := fmt.Sprintf("o%04d", row); ev.Table.ID(row) != want {
			t.Fatalf("row %d is %s", row, ev.Table.ID(row))
		}
	}
	if ev.Table.Len() != 200 {
		t.Errorf("%d rows", ev.Table.Len())
	}
}

// TestBudget: the bytes in flight bound how many objects are open, and an
// object larger than the whole budget is still read.
func TestBudget(t *testing.T) {
	m := &shelf{delay: func(string) time.Duration { return time.Millisecond }}
	ev, err := Read(context.Background(), objects(20, 10<<20, m), Options{Jobs: 8, Memory: 20 << 20})
	if err != nil {
		t.Fatal(err)
	}
	ev.Release()
	if most := m.most.Load(); most > 2 {
		t.Errorf("%d objects of 10 MiB were open within 20 MiB", most)
	}
	ev, err = Read(context.Background(), objects(3, 1<<40, &shelf{}), Options{Jobs: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	if ev.Manifest.Objects.Read != 3 {
		t.Errorf("%+v", ev.Manifest.Objects)
	}
}

// TestCancelled: a run that is cancelled ends with its error, and leaves no
// goroutine and no memory.
func TestCancelled(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	opt := Options{Jobs: 4, Progress: func(Progress) {
		if n++; n == 5 {
			cancel()
		}
	}}
	if _, err := Read(ctx, objects(1000, 1, &shelf{}), opt); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestAbandoned: a body that is opened while the run ends, when nobody waits for it
// any longer, is closed.
func TestAbandoned(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m := &shelf{delay: func(name string) time.Duration {
		if name == "o0001" {
			cancel()
			time.Sleep(20 * time.Millisecond) // as one that does not heed the context
		}
		return 0
	}}
	l := objects(3, 1, m)
	l.remote = true
	if _, err := Read(ctx, l, Options{Jobs: 1, Requests: 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := m.open.Load(); n != 0 {
		t.Errorf("%d bodies are open", n)
	}
}

// TestFailingStore: an object whose storage fails in the middle is counted
// under the storage's own word, and keeps what was read.
func TestFailingStore(t *testing.T) {
	l := objects(1, 1, brokenStore{})
	ev, err := Read(context.Background(), l, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	m := ev.Manifest
	if m.Objects.Partial != 1 || m.Records.Seen != 1 || len(m.Warnings) != 1 || m.Warnings[0].Kind != custody.KindReadError {
		t.Errorf("%+v", m)
	}
}

type brokenStore struct{}

func (brokenStore) Open(context.Context, *Object) (io.ReadCloser, error) {
	whole := `{"Records":[{"eventTime":"2026-03-02T10:20:30Z","eventName":"A","eventSource":"b"},`
	return io.NopCloser(io.MultiReader(strings.NewReader(whole), broken{})), nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("the cable is out") }
