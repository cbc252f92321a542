package analyze

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"grantrail/ingest/record"
)

// TestJoinEqualsNestedLoop holds the window join against the recipe written
// down plainly: every refusal against every launch.
func TestJoinEqualsNestedLoop(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		events := randomEvents(rng, 5+rng.IntN(60), 5+rng.IntN(60), 1+rng.IntN(4))
		opt := defaults()
		s := newScan(build(t, events), &opt)
		for i, got := range s.join() {
			want := nestedLoop(s, &s.refusals[i])
			if got.fit != len(want) {
				t.Fatalf("seed %d: refusal %d fits %d launches, the nested loop finds %d", seed, i, got.fit, len(want))
			}
			listed := slices.Clone(got.launches)
			slices.Sort(listed)
			if len(want) <= maxListed && !slices.Equal(listed, want) {
				t.Fatalf("seed %d: refusal %d is tied to %v, the nested loop says %v", seed, i, listed, want)
			}
		}
	}
}

// nestedLoop is the oracle. Its input has no evidence that would take an
// instance out of a launch, so that every launch that fits is listed.
func nestedLoop(s *scan, r *refusal) []int {
	var exact, near []int
	for i, l := range s.launches {
		if l.place != r.place {
			continue
		}
		if l.request != "" && l.request == r.request {
			exact = append(exact, i)
		}
		lag := r.ns - l.ns
		if l.who == r.who && lag >= -2e9 && lag <= 120e9 {
			near = append(near, i)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return near
}

func randomEvents(rng *rand.Rand, launches, refusals, principals int) []record.Event {
	var events []record.Event
	span := 30 * float64(max(launches, refusals)) / float64(principals)
	who := func() record.Identity {
		return role(fmt.Sprintf("r%d", rng.IntN(principals)), []string{"a", "b"}[rng.IntN(2)])
	}
	var requests []string
	for i := range launches {
		request := fmt.Sprintf("q%d", i)
		requests = append(requests, request)
		e := start(float64(rng.IntN(int(span))), who(), request, fmt.Sprintf("i-%d", i))
		e.States[0] = "" // nothing is implied
		events = append(events, e)
	}
	for i := range refusals {
		request := ""
		if rng.IntN(2) == 0 {
			request = requests[rng.IntN(len(requests))]
		}
		e := refused(float64(rng.IntN(int(span))), who(), request)
		if rng.IntN(8) == 0 {
			e.Region = "us-east-1"
		}
		e.ID = fmt.Sprintf("d%d", i)
		events = append(events, e)
	}
	rng.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	return events
}

// TestManyFit: a refusal that fits more launches than are listed names the
// nearest and counts the rest.
func TestManyFit(t *testing.T) {
	who := role("ops", "ana")
	var events []record.Event
	for i := range 500 {
		events = append(events, start(float64(i)/10, who, fmt.Sprintf("q%d", i), fmt.Sprintf("i-%d", i)))
	}
	events = append(events, refused(60, who, ""))
	opt := defaults()
	s := newScan(build(t, events), &opt)
	got := s.join()[0]
	if got.fit != 500 || len(got.launches) != maxListed {
		t.Fatalf("fit %d, listed %d; want 500 and %d", got.fit, len(got.launches), maxListed)
	}
	if nearest := s.launches[got.launches[0]].ns; nearest != at(49.9).UnixNano() {
		t.Errorf("the first listed launch is not the nearest")
	}
}

// TestFarOnes: where the nearest launches are known to have run, those behind them
// fit.
func TestFarOnes(t *testing.T) {
	who := role("ops", "ana")
	for _, ran := range []int{100, 300, 2 * mostFit} {
		var events []record.Event
		for i := range ran + 5 {
			at := 50 + float64(i)/float64(ran) // the first five are the farthest
			e := start(at, who, fmt.Sprintf("q%d", i), fmt.Sprintf("i-%d", i))
			if i >= 5 {
				e.States = []string{"running"} // a start of what runs starts nothing
			}
			events = append(events, e)
		}
		events = append(events, refused(60, who, ""))
		opt := defaults()
		s := newScan(build(t, events), &opt)
		got := s.join()[0]
		if ran > mostFit {
			if got.fit != 0 || got.why != whyNoLaunch {
				t.Errorf("%d ran: fit %d, %q", ran, got.fit, got.why)
			}
		} else if got.fit < 5 || len(got.launches) != 5 || got.why != "" {
			t.Errorf("%d ran: fit %d, listed %d, %q; want 5", ran, got.fit, len(got.launches), got.why)
		}
	}
}

func BenchmarkJoin(b *testing.B) {
	for _, n := range []int{62_500, 250_000, 1_000_000} {
		b.Run(fmt.Sprintf("launches=%d", n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			t := build(b, randomEvents(rng, n, n, 1000))
			opt := defaults()
			b.ResetTimer()
			for b.Loop() {
				s := newScan(t, &opt)
				if len(s.join()) != n {
					b.Fatal("a refusal is lost")
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*n), "ns/event")
		})
	}
}

func BenchmarkCase(b *testing.B) {
	for _, n := range []int{62_500, 250_000} {
		b.Run(fmt.Sprintf("launches=%d", n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			events := randomEvents(rng, n, n, 1000)
			t := build(b, events)
			ev := Evidence{Table: t, Objects: []string{"x"}, Manifest: manifest(len(events))}
			b.ResetTimer()
			for b.Loop() {
				if c := Case(ev, defaults()); c.Summary.Attempts == 0 {
					b.Fatal("nothing found")
				}
			}
		})
	}
}

func TestVolumeNamesInstance(t *testing.T) {
	who := role("ops", "ana")
	r := refused(3, who, "r")
	r.Volumes = []string{"vol-1", "vol-x"}
	c := concluded(t, start(-1000, who, "old", "i-1"), granted(-999, who, "old", "i-1", "vol-1"), start(0, who, "r", "i-1", "i-2"), r)
	if len(c.Incidents) != 1 || len(c.Incidents[0].Attempts[0].Instances) != 1 || c.Incidents[0].Attempts[0].Instances[0].ID != "i-1" {
		t.Errorf("%+v", c.Incidents)
	}
}

func TestRefusalsInTimeOrder(t *testing.T) {
	who := role("ops", "ana")
	c := concluded(t, start(0, who, "r", "i-1"), refused(3, who, "r"), refused(5, who, "r"), refused(9, who, "r"))
	a := c.Incidents[0].Attempts[0]
	if a.LagS != 3 || len(a.Denials) != 3 || !a.Denials[0].Ref.EventTime.Equal(at(3)) || !a.Denials[2].Ref.EventTime.Equal(at(9)) {
		t.Errorf("%+v", a)
	}
}
