package analyze

import (
	"testing"

	"grantrail/analyze/incident"
	"grantrail/ingest/record"
)

// TestFate ranks the evidence of what became of an instance: each row is one
// life after a launch at second 0.
func TestFate(t *testing.T) {
	const id = "i-1"
	who := role("ops", "ana")
	config := func(when float64, state, reason string) record.Event {
		return picture(record.ConfigItem, when, id, state, reason)
	}
	describe := func(when float64, state, reason string) record.Event {
		return picture(record.Described, when, id, state, reason)
	}
	next := func(before string) record.Event {
		e := start(90000, who, "next", id)
		e.States[0] = before
		return e
	}
	again := func(when float64) record.Event {
		e := start(when, who, "again", id)
		e.States[0] = "pending"
		return e
	}
	for _, c := range []struct {
		name    string
		life    []record.Event
		outcome incident.Outcome
		source  string
		silent  bool
	}{
		{"nothing", nil, incident.Unknown, "", false},
		{"state change", []record.Event{stateChange(20, id, "stopped")}, incident.Stopped, incident.FromStateChange, true},
		{"last second of the window", []record.Event{stateChange(900, id, "stopped")}, incident.Stopped, incident.FromStateChange, true},
		{"past the window", []record.Event{stateChange(901, id, "stopped")}, incident.Unknown, "", false},
		{"another instance", []record.Event{stateChange(20, "i-2", "stopped")}, incident.Unknown, "", false},
		{"stopping, then stopped", []record.Event{stateChange(20, id, "stopping"), stateChange(25, id, "stopped")}, incident.Stopped, incident.FromStateChange, true},
		{"shutting down", []record.Event{stateChange(20, id, "shutting-down")}, incident.Terminated, incident.FromStateChange, true},
		{"running first", []record.Event{stateChange(20, id, "running"), stateChange(60, id, "stopped")}, incident.Running, "", false},
		{"somebody stopped it", []record.Event{stop(10, id, "running"), stateChange(20, id, "stopped")}, incident.Stopped, incident.FromAPICall, false},
		{"stopped before somebody did", []record.Event{stateChange(20, id, "stopped"), stop(30, id, "stopped")}, incident.Stopped, incident.FromStateChange, true},
		{"spot interruption", []record.Event{{Kind: record.Interruption, Time: at(10), Account: testAccount, Region: testRegion, Instances: []string{id}}, stateChange(20, id, "stopped")}, incident.Unknown, "", false},
		{"next launch finds it stopped", []record.Event{next("stopped")}, incident.Stopped, incident.FromImplied, true},
		{"next launch finds it pending", []record.Event{next("pending")}, incident.Unknown, "", false},
		{"started again while pending", []record.Event{again(5), stateChange(20, id, "stopped")}, incident.Stopped, incident.FromStateChange, true},
		{"started again while pending, and found stopped", []record.Event{again(5), next("stopped")}, incident.Stopped, incident.FromImplied, true},
		{"found pending by a start past the window", []record.Event{again(901), next("stopped")}, incident.Unknown, "", false},
		{"next launch finds it running", []record.Event{next("running")}, incident.Running, "", false},
		{"stopped late, then launched", []record.Event{stateChange(5000, id, "stopped"), next("stopped")}, incident.Unknown, "", false},
		{"a stop call finds it stopped", []record.Event{stop(5000, id, "stopped")}, incident.Stopped, incident.FromImplied, true},

		{"config says why", []record.Event{config(5000, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromConfigItem, true},
		{"server's word for it", []record.Event{config(100, "stopped", "Server.InternalError")}, incident.Stopped, incident.FromConfigItem, true},
		{"key state", []record.Event{config(100, "terminated", "Client.InvalidKMSKey.InvalidState")}, incident.Terminated, incident.FromConfigItem, true},
		{"config: a user's shutdown", []record.Event{config(100, "stopped", "Client.UserInitiatedShutdown"), next("stopped")}, incident.Stopped, incident.FromConfigItem, false},
		{"config: from inside", []record.Event{config(100, "stopped", "Client.InstanceInitiatedShutdown")}, incident.Stopped, incident.FromConfigItem, false},
		{"config without a reason", []record.Event{config(100, "stopped", "")}, incident.Stopped, incident.FromConfigItem, true},
		{"config without a reason, late", []record.Event{config(5000, "stopped", "")}, incident.Unknown, "", false},
		{"config without a reason, asked for", []record.Event{stop(50, id, "running"), config(100, "stopped", "")}, incident.Stopped, incident.FromAPICall, false},
		{"config: running", []record.Event{config(100, "running", "")}, incident.Running, "", false},
		{"describe says why", []record.Event{describe(0, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromDescribe, true},
		{"describe: launch time is cut lower", []record.Event{describe(-1, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromDescribe, true},
		{"describe without a reason", []record.Event{describe(0, "stopped", "")}, incident.Stopped, incident.FromDescribe, true},
		{"describe without a reason, asked for hours later", []record.Event{describe(0, "stopped", ""), stop(30000, id, "running")}, incident.Stopped, incident.FromAPICall, false},
		{"describe without a reason, asked for when it was down", []record.Event{describe(0, "stopped", ""), stop(30000, id, "stopped")}, incident.Stopped, incident.FromImplied, true},
		{"config before describe", []record.Event{describe(0, "stopped", "Client.InternalError"), config(60, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromConfigItem, true},
		{"describe before state change", []record.Event{stateChange(20, id, "stopped"), describe(20, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromDescribe, true},
		{"a picture of a later launch", []record.Event{next("pending"), config(90010, "stopped", "Client.InternalError")}, incident.Unknown, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt := defaults()
			s := newScan(build(t, append([]record.Event{start(0, who, "first", id)}, c.life...)), &opt)
			got := s.fates(&s.launches[0])[0]
			if got.outcome != c.outcome || got.source != c.source || got.silent() != c.silent {
				t.Errorf("got %+v (silent %v), want %s by %q (silent %v)", got, got.silent(), c.outcome, c.source, c.silent)
			}
		})
	}
}

// TestAddendum: an update takes the place of what it updates, over any number
// of updates; records that claim each other, themselves or another call's stay.
func TestAddendum(t *testing.T) {
	who := role("ops", "ana")
	version := func(id, replaces string) record.Event {
		e := refused(1, who, "r1")
		e.ID, e.Replaces = id, replaces
		return e
	}
	stray := start(1, who, "r2", "i-2")
	stray.ID, stray.Replaces = "x", "a"
	for name, c := range map[string]struct {
		events []record.Event
		want   string
	}{
		"update":       {[]record.Event{version("a", ""), version("b", "a")}, "b"},
		"chain":        {[]record.Event{version("a", ""), version("b", "a"), version("c", "b")}, "c"},
		"circle":       {[]record.Event{version("a", "b"), version("b", "a")}, "ab"},
		"and another":  {[]record.Event{version("a", "b"), version("b", "a"), version("c", "a")}, "abc"},
		"of three":     {[]record.Event{version("a", "c"), version("b", "a"), version("c", "b")}, "abc"},
		"itself":       {[]record.Event{version("a", "a")}, "a"},
		"same id":      {[]record.Event{version("a", ""), version("a", "a")}, "a"},
		"another call": {[]record.Event{version("a", ""), stray}, "ax"},
	} {
		opt := defaults()
		s := newScan(build(t, c.events), &opt)
		got := ""
		for _, row := range s.order {
			got += s.t.ID(row)
		}
		if got != c.want {
			t.Errorf("%s: %q stay, want %q", name, got, c.want)
		}
	}
}

func TestFateEdges(t *testing.T) {
	const id = "i-1"
	who := role("ops", "ana")
	config := func(when float64, state, reason string) record.Event {
		return picture(record.ConfigItem, when, id, state, reason)
	}
	next := func(request, before string) record.Event {
		e := start(90000, who, request, id)
		e.States[0] = before
		return e
	}
	spot := record.Event{Kind: record.Interruption, Time: at(10), Account: testAccount, Region: testRegion, Instances: []string{id}}
	run := start(0, who, "first", id)
	run.Name = "RunInstances"
	cleanup := record.Event{
		Kind: record.Cleanup, Time: at(30), Name: "DeleteNetworkInterface", Source: "ec2.amazonaws.com",
		Region: testRegion, Account: testAccount, Request: "first", Interfaces: []string{"eni-1"}, Owners: []string{""},
	}
	for _, c := range []struct {
		name    string
		launch  record.Event
		life    []record.Event
		outcome incident.Outcome
		source  string
		silent  bool
		seen    float64 // second of the record that shows it
	}{
		{"cleaned up in the second of a stop call", run, []record.Event{cleanup, stop(30, id, "running")}, incident.Stopped, incident.FromAPICall, false, 30},
		{"cleaned up before a stop call", run, []record.Event{cleanup, stop(31, id, "running")}, incident.Terminated, incident.FromInterfaceCleanup, true, 30},
		{"stopping, then stopped: the last is shown", start(0, who, "first", id), []record.Event{stateChange(20, id, "stopping"), stateChange(25, id, "stopped")}, incident.Stopped, incident.FromStateChange, true, 25},
		{"taken back, then found stopped", start(0, who, "first", id), []record.Event{spot, next("n", "stopped")}, incident.Unknown, "", false, 0},
		{"taken back, then found running", start(0, who, "first", id), []record.Event{spot, next("n", "running")}, incident.Unknown, "", false, 0},
		{"no requestID: the next launch is the next", start(0, who, "", id), []record.Event{next("", "pending"), config(90010, "stopped", "Client.InternalError")}, incident.Unknown, "", false, 0},
		{"a reason outweighs a stop call", start(0, who, "first", id), []record.Event{stop(50, id, "running"), config(100, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromConfigItem, true, 100},
		{"a failure outweighs another reason", start(0, who, "first", id), []record.Event{config(60, "stopped", "Client.UserInitiatedShutdown"), config(100, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromConfigItem, true, 100},
		{"a failure outweighs running", start(0, who, "first", id), []record.Event{config(60, "running", ""), config(100, "stopped", "Client.InternalError")}, incident.Stopped, incident.FromConfigItem, true, 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			opt := defaults()
			s := newScan(build(t, append([]record.Event{c.launch}, c.life...)), &opt)
			got := s.fates(&s.launches[0])[0]
			if got.outcome != c.outcome || got.source != c.source || got.silent() != c.silent {
				t.Errorf("got %+v (silent %v), want %s by %q (silent %v)", got, got.silent(), c.outcome, c.source, c.silent)
			}
			if c.source != "" && !s.t.Time(got.row).Equal(at(c.seen)) {
				t.Errorf("shown by the record of %v, want that of %v", s.t.Time(got.row), at(c.seen))
			}
		})
	}
}

func TestCameUp(t *testing.T) {
	who := role("ops", "ana")
	for name, c := range map[string]struct {
		events []record.Event
		want   int
	}{
		"granted":     {[]record.Event{start(0, who, "r", "i-1"), granted(2, who, "r", "i-1"), start(90000, who, "n", "i-1")}, 0},
		"not granted": {[]record.Event{start(0, who, "r", "i-1"), start(90000, who, "n", "i-1")}, 1},
	} {
		if got := concluded(t, c.events...); len(got.Unexplained) != c.want {
			t.Errorf("%s: %d unexplained, want %d", name, len(got.Unexplained), c.want)
		}
	}
}
