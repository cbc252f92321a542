package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"grantrail/analyze/incident"
)

// csvColumns is the header. Columns are only ever appended.
var csvColumns = []string{
	"incident_id", "grade", "cause", "account", "region", "principal_arn", "key_arn", "key_manager",
	"launch_time", "launch_action", "launch_event_id", "instance_id", "outcome",
	"stop_source", "stop_time", "stop_event_id",
	"denial_time", "denial_action", "denial_event_id", "error_code", "error_message", "joined_by", "lag_s",
	"attempts_in_incident", "first_seen", "last_seen", "trigger_action", "trigger_event_id", "resolved_time",
}

// writeCSV writes one row for each incident, attempt and instance; an attempt
// of which no instance is known has one row all the same. The grade is that
// of the incident. Of several refusals of one attempt, the row has the
// earliest.
func writeCSV(out io.Writer, c *incident.Case) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	w.Write(csvColumns)
	row := make([]string, 0, len(csvColumns))
	none := []incident.Instance{{}}
	for i := range c.Incidents {
		in := &c.Incidents[i]
		of := csvCells(in)
		for j := range in.Attempts {
			a := &in.Attempts[j]
			instances := a.Instances
			if len(instances) == 0 {
				instances = none
			}
			for k := range instances {
				row = of.row(row[:0], a, &instances[k])
				w.Write(row)
			}
		}
	}
	// The first error of any Write, which holds a block back, is here.
	w.Flush()
	return w.Error()
}

// incidentCells are the cells that all rows of an incident share: those before
// the launch, and those behind the denial.
type incidentCells struct{ before, behind []string }

func csvCells(in *incident.Incident) incidentCells {
	trigger, resolved := outcomeOf(in)
	return incidentCells{
		[]string{
			defused(in.ID), defused(string(in.Grade)), defused(in.Cause.Code), defused(in.Account), defused(in.Region),
			defused(in.Principal.ARN), defused(value(in.Key.ARN)), defused(in.Key.Manager),
		}, []string{
			strconv.Itoa(len(in.Attempts)), stamp(in.FirstSeen), stamp(in.LastSeen),
			defused(trigger.Action), defused(trigger.Ref.EventID), stamp(resolved),
		},
	}
}

// row has the columns of csvColumns, in the same groups of lines.
func (of incidentCells) row(row []string, a *incident.Attempt, instance *incident.Instance) []string {
	stop := stopOf(instance)
	denial := earliest(a.Denials)
	lag := strconv.FormatFloat(a.LagS, 'f', -1, 64)
	row = append(append(row, of.before...),
		stamp(a.Launch.Ref.EventTime), defused(a.Launch.Action), defused(a.Launch.Ref.EventID), defused(instance.ID), defused(string(instance.Outcome)),
		defused(stop.Source), stamp(stop.Ref.EventTime), defused(stop.Ref.EventID),
		stamp(denial.Ref.EventTime), defused(denial.Action), defused(denial.Ref.EventID),
		defused(denial.ErrorCode), defused(denial.ErrorMessage), defused(strings.Join(a.JoinedBy, ";")), lag)
	return append(row, of.behind...)
}

// stopOf is the evidence of the instance's stop, all empty where there is none.
func stopOf(instance *incident.Instance) *incident.Stop {
	if instance.Stop == nil {
		return &incident.Stop{}
	}
	return instance.Stop
}

// earliest is the first refusal in time, the first listed of several at once.
func earliest(denials []incident.Denial) *incident.Denial {
	if len(denials) == 0 {
		return &incident.Denial{}
	}
	first := &denials[0]
	for i := range denials {
		if denials[i].Ref.EventTime.Before(first.Ref.EventTime) {
			first = &denials[i]
		}
	}
	return first
}

// outcomeOf is what began and ended the incident, empty where unknown.
func outcomeOf(in *incident.Incident) (trigger incident.Trigger, resolved time.Time) {
	if in.Trigger != nil {
		trigger = *in.Trigger
	}
	if in.Resolution != nil {
		resolved = in.Resolution.Ref.EventTime
	}
	return trigger, resolved
}

// stamp is t in RFC 3339, UTC, and empty for no time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
