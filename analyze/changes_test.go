package analyze

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"grantrail/analyze/incident"
)

// judgedCase is a case of one incident with launches on these days.
func judgedCase(narrowed bool, days ...int) *incident.Case {
	in := incident.Incident{ID: "gt-1", Grade: incident.Probable}
	for _, d := range days {
		at := time.Date(2026, 3, d, 10, 0, 0, 0, time.UTC)
		in.LastSeen = at
		in.Attempts = append(in.Attempts, incident.Attempt{Launch: incident.Pointer{
			Ref: incident.Ref{EventID: fmt.Sprintf("launch-%d", d), EventTime: at}, Action: "StartInstances",
		}})
	}
	c := &incident.Case{Incidents: []incident.Incident{in}}
	if narrowed {
		c.Asked.Accounts = []string{"111122223333"}
	}
	return c
}

// stored is what a state gives back of what it was given.
func stored(t *testing.T, judged []incident.Judged) (back []incident.Judged) {
	t.Helper()
	text, err := json.Marshal(judged)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// TestSinceKnowsWhich: what went on is told by which launches were judged, in
// however narrow questions.
func TestSinceKnowsWhich(t *testing.T) {
	type sweep struct {
		narrowed bool
		days     []int
		went     bool
	}
	for name, sweeps := range map[string][]sweep{
		"one late, two dropped":             {{days: []int{1, 2, 30}}, {days: []int{20, 30}, went: true}, {days: []int{20, 30}}},
		"dropped alone":                     {{days: []int{1, 2, 3}}, {days: []int{3}}},
		"one late, one out of sight":        {{days: []int{10, 11, 12}}, {true, []int{11, 12, 14}, true}, {true, []int{11, 12, 14}, false}, {days: []int{10, 11, 12, 14}}},
		"seen in part between":              {{days: []int{10, 12, 14}}, {true, []int{10, 12}, false}, {days: []int{10, 12, 14}}},
		"late and in nobody's sight":        {{days: []int{10, 14}}, {true, []int{14}, false}, {days: []int{10, 12, 14}, went: true}},
		"not judged by the first, narrowed": {{true, []int{10}, false}, {days: []int{10, 12}, went: true}},
	} {
		t.Run(name, func(t *testing.T) {
			var before []incident.Judged
			for i, s := range sweeps {
				changes, judged := Since(judgedCase(s.narrowed, s.days...), before)
				if went := len(changes.Ongoing) == 1; went != s.went {
					t.Errorf("sweep %d: went on %t, want %t: %+v", i+1, went, s.went, changes)
				}
				before = stored(t, judged)
			}
		})
	}
}

// TestSinceOldState: what was remembered without the launches is held against by its
// figures, for as many launches as they count.
func TestSinceOldState(t *testing.T) {
	old := stored(t, []incident.Judged{{ID: "gt-1", Attempts: 3, LastSeen: time.Date(2026, 3, 14, 10, 0, 0, 0, time.UTC), Grade: incident.Probable}})
	for name, sweeps := range map[string][]struct {
		narrowed bool
		days     []int
		went     bool
	}{
		"nothing new":         {{false, []int{10, 12, 14}, false}, {false, []int{10, 12, 13, 14}, true}},
		"narrowed":            {{true, []int{10}, false}, {false, []int{10, 12, 14}, false}},
		"narrowed, then more": {{true, []int{10}, false}, {false, []int{10, 12, 13, 14}, true}},
		"narrowed each time":  {{true, []int{12, 14}, false}, {true, []int{12, 13, 14}, false}, {true, []int{11, 12, 13, 14}, true}},
		"later, narrowed":     {{true, []int{15}, true}, {false, []int{10, 12, 14, 15}, false}, {false, []int{10, 11, 12, 14, 15}, true}},
		"back again":          {{false, []int{10, 12, 14}, false}, {false, []int{10}, false}, {false, []int{10, 12, 14}, false}},
		"more":                {{false, []int{10, 12, 14, 15}, true}},
	} {
		t.Run(name, func(t *testing.T) {
			before := old
			for i, s := range sweeps {
				changes, judged := Since(judgedCase(s.narrowed, s.days...), before)
				if went := len(changes.Ongoing) == 1; went != s.went {
					t.Errorf("sweep %d: went on %t, want %t", i+1, went, s.went)
				}
				before = stored(t, judged)
			}
		})
	}
}

// TestSinceKeepsOfThePart: a question that sees an incident in part forgets neither
// its grade nor its resolution.
func TestSinceKeepsOfThePart(t *testing.T) {
	whole := judgedCase(false, 10, 12)
	whole.Incidents[0].Grade, whole.Incidents[0].Resolution = incident.Confirmed, &incident.Resolution{}
	_, before := Since(whole, nil)
	_, before = Since(judgedCase(true, 10), before)
	changes, _ := Since(whole, before)
	if !slices.Equal(changes.Unchanged, []string{"gt-1"}) || len(changes.Resolved)+len(changes.Raised) > 0 {
		t.Errorf("the whole incident is %+v, want it unchanged", changes)
	}
	open := judgedCase(true, 10, 12, 14)
	changes, before = Since(open, before)
	if len(changes.Ongoing) != 1 {
		t.Fatalf("%+v", changes)
	}
	open.Incidents[0].Resolution = &incident.Resolution{}
	if changes, _ = Since(open, before); len(changes.Resolved) != 1 {
		t.Errorf("after it went on, its resolution is not told: %+v", changes)
	}
}

// TestLaunchesAreBounded: what an incident no longer has is remembered up to a
// limit, and what it has without one.
func TestLaunchesAreBounded(t *testing.T) {
	attempts := make([]incident.Attempt, 100_000)
	for i := range attempts {
		attempts[i].Launch.Ref.EventID = fmt.Sprint("launch-", i)
	}
	all := incident.LaunchesOf(attempts)
	if len(all) != 8*len(attempts) || all.Lacks(all) != 0 {
		t.Fatalf("%d bytes of %d launches", len(all), len(attempts))
	}
	one := incident.LaunchesOf(attempts[:1])
	if left := all.With(one); len(left) > 8*(1<<16+1) || left.Lacks(one) != 0 || left.Lacks(all) == 0 {
		t.Errorf("%d bytes are left of launches that are gone", len(left))
	}
	if !slices.IsSortedFunc(slices.Collect(slices.Chunk(all, 8)), func(a, b incident.Launches) int { return strings.Compare(string(a), string(b)) }) {
		t.Error("they are not sorted")
	}
}
