package analyze

import (
	"grantrail/ingest/record"
	"testing"
)

func TestTerminatedIsNotAtRisk(t *testing.T) {
	who := role("ops", "ana")
	gone := stop(-500, "i-2", "running")
	gone.Name = "TerminateInstances"
	events := []record.Event{
		start(-1000, who, "old", "i-2"), granted(-999, who, "old", "i-2", "vol-2"),
		start(0, who, "r", "i-1"), refused(3, who, "r"),
	}
	if c := concluded(t, events...); len(c.Incidents) != 1 || len(c.Incidents[0].AtRisk) != 1 {
		t.Errorf("want i-2 at risk: %+v", c.Incidents)
	}
	if c := concluded(t, append(events, gone)...); len(c.Incidents) != 1 || len(c.Incidents[0].AtRisk) != 0 {
		t.Errorf("want nothing at risk: %+v", c.Incidents[0].AtRisk)
	}
}
