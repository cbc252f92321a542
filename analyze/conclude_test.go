package analyze

import (
	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
	"testing"
	"time"
)

func TestOverlaps(t *testing.T) {
	cov := custody.Coverage{From: moment(at(0)), To: moment(at(60))}
	for _, c := range []struct {
		from, to time.Time
		want     bool
	}{
		{at(60), at(90), true}, {at(61), at(90), false}, {at(-9), at(0), false}, {at(-9), at(1), true}, {time.Time{}, time.Time{}, true},
	} {
		if got := overlaps(cov, &Options{From: c.from, To: c.to}); got != c.want {
			t.Errorf("[%v, %v): %v", c.from, c.to, got)
		}
	}
	if overlaps(custody.Coverage{}, &Options{}) {
		t.Error("coverage of nothing")
	}
}

func TestDistrust(t *testing.T) {
	ref := func(object string) incident.Ref { return incident.Ref{Object: object} }
	c := &incident.Case{Incidents: []incident.Incident{{
		Attempts: []incident.Attempt{{
			Launch: incident.Pointer{Ref: ref("launch")}, Denials: []incident.Denial{{Ref: ref("refusal")}},
			Instances: []incident.Instance{{Stop: &incident.Stop{Ref: ref("stop")}}, {}},
		}},
		Trigger: &incident.Trigger{Ref: ref("trigger")},
	}}}
	for _, object := range []string{"launch", "refusal", "stop", "trigger", "other"} {
		c.Custody.Integrity.Findings = []custody.Finding{{Object: object, Verdict: string(custody.Mismatch)}, {Object: "launch", Verdict: string(custody.NotChecked)}}
		want := 1
		if object == "other" {
			want = 0
		}
		if distrust(c); len(c.Incidents[0].Distrusted) != want {
			t.Errorf("%s: %v", object, c.Incidents[0].Distrusted)
		}
	}
}
