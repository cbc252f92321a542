package analyze

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"grantrail/analyze/incident"
	"grantrail/ingest/table"
)

// markKind is what one event says of an instance.
type markKind uint8

const (
	markLaunch       markKind = iota // started, found in the state before
	markHalt                         // somebody stopped or terminated it, found in the state before
	markInterruption                 // EC2 took a Spot instance back
	markState                        // EventBridge says its new state
	markConfig                       // AWS Config pictured it
	markDescribed                    // saved describe-instances output pictured it
)

// mark is one event in an instance's life. Marks of an instance are in time
// order.
type mark struct {
	kind   markKind
	row    int
	ns     int64
	state  string
	launch int // index into scan.launches, of a markLaunch
}

func (s *scan) mark(row int, kind markKind) {
	s.markAll(row, kind, s.t.Instances(row), s.t.States(row))
}

// markAll marks the lives of instances, found in these states.
func (s *scan) markAll(row int, kind markKind, instances, states []string) {
	at := s.place(row)
	for i, id := range instances {
		m := mark{kind: kind, row: row, ns: s.t.Nanos(row), launch: len(s.launches)}
		if i < len(states) {
			m.state = states[i]
		}
		if kind == markDescribed {
			m.ns += leadNanos // its time is the launch's own, cut by another clock
		}
		key := instanceID{at, id}
		s.lives[key] = append(s.lives[key], m)
	}
}

// sortLives puts the marks of every instance in time order. All but those of
// saved pictures, whose time is only about right, are in it already.
func (s *scan) sortLives() {
	for _, life := range s.lives {
		byTime := func(a, b mark) int { return cmp.Compare(a.ns, b.ns) }
		if !slices.IsSortedFunc(life, byTime) {
			slices.SortStableFunc(life, byTime)
		}
	}
}

// fate is what the archive shows of an instance after a launch.
type fate struct {
	outcome   incident.Outcome
	source    string // how the stop is known; "" where there was none
	row       int    // the record that shows it
	reason    string // state reason, where the record has one
	explained bool   // somebody asked for it, or EC2 gives another reason
}

// silent reports whether the fate is evidence that the instance did not stay
// up though nobody stopped it.
func (f fate) silent() bool { return f.source != "" && !f.explained }

// witnessed is silent by a record of the stop, and not by inference.
func (f fate) witnessed() bool { return f.silent() && f.source != incident.FromImplied }

var unknownFate = fate{outcome: incident.Unknown}

// fates are the fates of a launch's instances, in its order. They are read
// once: many refusals can fit one launch.
func (s *scan) fates(l *launch) []fate {
	if l.fates == nil {
		l.fates = make([]fate, 0, len(l.instances))
		for i, id := range l.instances {
			f := fate{outcome: incident.Running} // a start of what was running starts nothing
			if i >= len(l.before) || l.before[i] != "running" {
				f = s.fateOf(l, id)
			}
			l.fates = append(l.fates, f)
		}
	}
	return l.fates
}

// fateOf reads an instance's life from a launch to the next. The strongest
// evidence wins: a picture of the instance that says why it is down, a
// recorded state change within the stop window, the clean-up of a failed
// launch's interface, then the implied stop. A stop that somebody asked for
// explains itself.
func (s *scan) fateOf(l *launch, id string) fate {
	life := s.after(l, id)
	if f, ok := s.pictured(l, life); ok {
		return f
	}
	halted := firstOf(life, markHalt)
	if f, ok := s.recorded(l, life); ok {
		return f
	}
	if f, ok := s.cleanedUp(l, id); ok && (halted == nil || s.t.Nanos(f.row) < halted.ns || halted.state != "running") {
		return f // what a terminate cleans up has the terminate's requestID
	}
	return s.ending(l, life, halted)
}

// after is the life from the launch up to and including the next launch.
func (s *scan) after(l *launch, id string) []mark {
	marks := s.lives[instanceID{l.place, id}]
	from := firstAt(marks, l.ns)
	for i := from; i < len(marks); i++ {
		if marks[i].row == l.row {
			// State changes of the launch's own second may be sorted before it.
			var life []mark
			for _, m := range marks[from:i] {
				if m.kind >= markState {
					life = append(life, m)
				}
			}
			return append(life, s.untilLaunch(l, marks[i+1:])...)
		}
	}
	return nil
}

func firstAt(marks []mark, ns int64) int {
	lo, hi := 0, len(marks)
	for lo < hi {
		if mid := (lo + hi) / 2; marks[mid].ns < ns {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// untilLaunch cuts a life behind the next launch.
func (s *scan) untilLaunch(l *launch, marks []mark) []mark {
	for i := range marks {
		if s.isNext(l, &marks[i]) {
			return marks[:i+1]
		}
	}
	return marks
}

// isNext reports whether a mark is of a launch of its own. A second record of the
// same launch, with other content, is none; nor is what only repeats the launch.
func (s *scan) isNext(l *launch, m *mark) bool {
	return m.kind == markLaunch && (l.request == "" || s.t.Request(m.row) != l.request) && !s.again(l, m)
}

// again reports whether a launch behind another begins nothing. A start that finds
// the instance still pending changes nothing, and RunInstances names an instance
// again only where a client token repeats the call. An instance that is found
// pending long after was launched in between, by a call that the archive lacks.
func (s *scan) again(l *launch, m *mark) bool {
	return s.t.Name(m.row) == "RunInstances" || m.state == "pending" && m.ns-l.ns <= int64(s.opt.StopWindow)
}

// next is the launch that ends a life, or nil.
func (s *scan) next(l *launch, life []mark) *mark {
	if n := len(life); n > 0 && s.isNext(l, &life[n-1]) {
		return &life[n-1]
	}
	return nil
}

func firstOf(life []mark, kind markKind) *mark {
	for i := range life {
		if life[i].kind == kind {
			return &life[i]
		}
	}
	return nil
}

// down tells states in which an instance is going down or is down.
func down(state string) (incident.Outcome, bool) {
	switch state {
	case "stopping", "stopped":
		return incident.Stopped, true
	case "shutting-down", "terminated":
		return incident.Terminated, true
	}
	return incident.Unknown, false
}

// final tells states from which an instance does not move by itself.
func final(state string) bool { return state == "stopped" || state == "terminated" }

// recorded reads the state changes that EventBridge delivered. A stop inside
// the window that nobody asked for is the failure's. One that comes later says
// when the instance stopped, and leaves nothing for an implied stop to say.
func (s *scan) recorded(l *launch, life []mark) (fate, bool) {
	running, asked, late, found := false, false, false, unknownFate
	for _, m := range life {
		outcome, isDown := down(m.state)
		switch {
		case m.kind == markHalt, m.kind == markInterruption:
			asked = true
		case m.kind != markState:
		case m.state == "running":
			running = running || found.source == ""
		case !isDown, asked:
			// A stop behind a call that asked for it is explained by it.
		case m.ns-l.ns > int64(s.opt.StopWindow):
			late = true
		case found.source == "" || final(m.state) && !final(s.t.States(found.row)[0]):
			found = fate{outcome: outcome, source: incident.FromStateChange, row: m.row}
		}
	}
	if running {
		return fate{outcome: incident.Running}, true
	}
	return found, found.source != "" || late
}

// cleanedUp looks for the one trace that a failed RunInstances leaves in
// CloudTrail: EC2 deletes its network interface under the launch's own
// requestID. Where the launch made several instances and the record does not
// say whose interface it was, it speaks for none of them.
func (s *scan) cleanedUp(l *launch, id string) (fate, bool) {
	if l.request == "" || s.t.Name(l.row) != "RunInstances" {
		return unknownFate, false
	}
	interfaces, owners := s.t.Interfaces(l.row)
	for _, c := range s.cleaned[request{l.place, l.request}] {
		owner := ""
		for i, eni := range interfaces {
			if eni == c.eni {
				owner = owners[i]
			}
		}
		if owner == id || owner == "" && len(l.instances) == 1 {
			return fate{outcome: incident.Terminated, source: incident.FromInterfaceCleanup, row: c.row}, true
		}
	}
	return unknownFate, false
}

// ending reads how the life goes on where no stop is recorded. The first call
// that finds it down, where nobody took it down, implies a stop; a start that finds
// it running shows that it came up.
func (s *scan) ending(l *launch, life []mark, halted *mark) fate {
	next := halted
	if next == nil {
		next = s.next(l, life)
	}
	if next == nil {
		return unknownFate
	}
	interrupted := firstOf(life, markInterruption) != nil
	switch outcome, isDown := down(next.state); {
	case isDown && !interrupted:
		return fate{outcome: outcome, source: incident.FromImplied, row: next.row}
	case halted != nil:
		return s.halt(halted)
	case next.state == "running" && !interrupted:
		return fate{outcome: incident.Running}
	}
	return unknownFate
}

func (s *scan) halt(m *mark) fate {
	outcome := incident.Stopped
	if strings.HasPrefix(s.t.Name(m.row), "Terminate") {
		outcome = incident.Terminated
	}
	return fate{outcome: outcome, source: incident.FromAPICall, row: m.row, explained: true}
}

// ranUntilHalt reports whether the call that stopped an instance found it
// running: grounds to leave it out of a batch, though not to acquit a lone
// instance whose launch was refused.
func (s *scan) ranUntilHalt(l *launch, id string) bool {
	halted := firstOf(s.after(l, id), markHalt)
	return halted != nil && halted.state == "running"
}

// grants are those of an instance in the window of a launch, from a time on.
func (s *scan) grants(l *launch, id string, from int64) []grant {
	all := s.granted[instanceID{l.place, id}]
	from = max(from, l.ns-leadNanos)
	begin := sort.Search(len(all), func(i int) bool { return all[i].ns >= from })
	end := begin
	for end < len(all) && s.inWindow(l.ns, all[end].ns) {
		end++
	}
	return all[begin:end]
}

// grantedIn reports whether an instance got a grant for this key in this very
// launch: inside the join window, from a time on, and under its requestID where
// both have one. An empty key asks for a grant of any key.
func (s *scan) grantedIn(l *launch, id, key string, from int64) bool {
	return slices.ContainsFunc(s.grants(l, id, from), func(g grant) bool {
		return (key == "" || sameKey(g.key, key)) && (g.request == l.request || g.request == "" || l.request == "")
	})
}

// terminated reports whether an instance is gone, which it is for good.
func (s *scan) terminated(i instanceID) bool {
	return slices.ContainsFunc(s.lives[i], func(m mark) bool {
		outcome, _ := down(m.state)
		return m.kind == markHalt && strings.HasPrefix(s.t.Name(m.row), "Terminate") || outcome == incident.Terminated
	})
}

// grantedFor reports whether an instance got a grant for one of its volumes in this
// very launch.
func (s *scan) grantedFor(l *launch, id, volume string) bool {
	return l.request != "" && slices.ContainsFunc(s.granted[instanceID{l.place, id}], func(g grant) bool {
		return g.request == l.request && slices.Contains(s.t.Volumes(g.row), volume)
	})
}

// usedAfter reports whether an instance whose own call was refused made it with
// success afterwards, in the window of the launch.
func (s *scan) usedAfter(l *launch, id string, r *refusal) bool {
	return slices.ContainsFunc(s.grants(l, id, r.ns), func(g grant) bool {
		return s.t.Kind(g.row) == table.DataKey && (r.key == "" || sameKey(g.key, r.key))
	})
}

// nextLaunch is when an instance was launched again after a launch, or never.
func (s *scan) nextLaunch(l *launch, id string) int64 {
	if next := s.next(l, s.after(l, id)); next != nil {
		return next.ns
	}
	return math.MaxInt64
}
