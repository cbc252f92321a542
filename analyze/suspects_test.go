package analyze

import (
	"grantrail/analyze/incident"
	"grantrail/ingest/record"
	"testing"
)

func TestServed(t *testing.T) {
	who := role("ops", "ana")
	stoppedNext := start(90000, who, "next", "i-1")
	for name, c := range map[string]struct {
		events []record.Event
		grade  incident.Grade // "" where no incident is left
	}{
		"throttled, granted afterwards":                  {[]record.Event{start(0, who, "r", "i-1"), throttling(3, who), granted(5, who, "r", "i-1")}, ""},
		"throttled, granted before alone":                {[]record.Event{start(0, who, "r", "i-1"), granted(2, who, "r", "i-1"), throttling(10, who)}, incident.Probable},
		"throttled, granted, and found down":             {[]record.Event{start(0, who, "r", "i-1"), throttling(3, who), granted(5, who, "r", "i-1"), stoppedNext}, incident.Confirmed},
		"throttled, the other one granted afterwards":    {[]record.Event{start(0, who, "r", "i-1", "i-2"), granted(2, who, "r", "i-1"), throttling(3, who), granted(5, who, "r", "i-2")}, ""},
		"throttled, both granted before":                 {[]record.Event{start(0, who, "r", "i-1", "i-2"), granted(2, who, "r", "i-1"), granted(2, who, "r", "i-2"), throttling(3, who)}, incident.Probable},
		"throttled, the third one never granted":         {[]record.Event{start(0, who, "r", "i-1", "i-2", "i-3"), granted(2, who, "r", "i-1"), throttling(3, who), granted(5, who, "r", "i-2")}, incident.Probable},
		"granted in the refusal's second, and down":      {[]record.Event{start(0, who, "r", "i-1"), refused(3, who, "r"), granted(3, who, "r", "i-1"), stoppedNext}, incident.Confirmed},
		"granted in the second after it, and found down": {[]record.Event{start(0, who, "r", "i-1"), refused(3, who, "r"), granted(4, who, "r", "i-1"), stoppedNext}, ""},
	} {
		c0 := concluded(t, c.events...)
		got := incident.Grade("")
		if len(c0.Incidents) > 0 {
			got = c0.Incidents[0].Grade
		}
		if got != c.grade {
			t.Errorf("%s: %q, want %q; unlinked %+v", name, got, c.grade, c0.Unlinked)
		}
	}
}

// TestOtherInstance: a refusal that names an instance itself costs no other one, whatever
// requestID it has.
func TestOtherInstance(t *testing.T) {
	who := role("ops", "ana")
	for named, want := range map[string]int{"": 2, "i-2": 1, "i-3": 0} {
		r := refused(1, who, "r")
		r.Grantee = named
		c := concluded(t, start(0, who, "r", "i-1", "i-2"), r)
		got := 0
		if len(c.Incidents) > 0 {
			got = len(c.Incidents[0].Attempts[0].Instances)
		}
		if got != want || want == 0 && c.Conclusion != incident.Inconclusive {
			t.Errorf("naming %q: %d instances, want %d; %s, unlinked %+v", named, got, want, c.Conclusion, c.Unlinked)
		}
	}
}

func granted(when float64, who record.Identity, request, instance string, volumes ...string) record.Event {
	e := refused(when, who, request)
	e.ErrorCode, e.ErrorMessage, e.Key, e.Grantee, e.Volumes = "", "", testKey, instance, volumes
	return e
}

func throttling(when float64, who record.Identity) record.Event {
	e := refused(when, who, "r")
	e.ErrorCode, e.ErrorMessage = "ThrottlingException", "Rate exceeded"
	return e
}

func concluded(t *testing.T, events ...record.Event) *incident.Case {
	t.Helper()
	return Case(Evidence{Table: build(t, events), Objects: []string{"o"}, Manifest: manifest(len(events))}, defaults())
}
