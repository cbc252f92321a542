package report

import (
	"bytes"
	"encoding/csv"
	"slices"
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

// csvBytes writes one row for each incident, attempt and instance; an attempt
// of which no instance is known has one row all the same. The grade is that
// of the incident. Of several refusals of one attempt, the row has the
// earliest.
func csvBytes(c *incident.Case) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	w.Write(csvColumns)
	for i := range c.Incidents {
		in := &c.Incidents[i]
		for _, a := range in.Attempts {
			instances := a.Instances
			if len(instances) == 0 {
				instances = []incident.Instance{{}}
			}
			for _, instance := range instances {
				w.Write(csvRow(in, a, instance))
			}
		}
	}
	// Write and Flush go to memory; the first error of any of them is here.
	w.Flush()
	return b.Bytes(), w.Error()
}

// csvRow has the columns of csvColumns, in the same groups of lines.
func csvRow(in *incident.Incident, a incident.Attempt, instance incident.Instance) []string {
	stop := stopOf(instance)
	denial := earliest(a.Denials)
	trigger, resolved := outcomeOf(in)
	lag := strconv.FormatFloat(a.LagS, 'f', -1, 64)
	return []string{
		defused(in.ID), defused(string(in.Grade)), defused(in.Cause.Code), defused(in.Account), defused(in.Region),
		defused(in.Principal.ARN), defused(value(in.Key.ARN)), defused(in.Key.Manager),
		stamp(a.Launch.Ref.EventTime), defused(a.Launch.Action), defused(a.Launch.Ref.EventID), defused(instance.ID), defused(string(instance.Outcome)),
		defused(stop.Source), stamp(stop.Ref.EventTime), defused(stop.Ref.EventID),
		stamp(denial.Ref.EventTime), defused(denial.Action), defused(denial.Ref.EventID),
		defused(denial.ErrorCode), defused(denial.ErrorMessage), defused(strings.Join(a.JoinedBy, ";")), lag,
		strconv.Itoa(len(in.Attempts)), stamp(in.FirstSeen), stamp(in.LastSeen),
		defused(trigger.Action), defused(trigger.Ref.EventID), stamp(resolved),
	}
}

// stopOf is the evidence of the instance's stop, all empty where there is none.
func stopOf(instance incident.Instance) incident.Stop {
	if instance.Stop == nil {
		return incident.Stop{}
	}
	return *instance.Stop
}

// earliest is the first refusal in time, the first listed of several at once.
func earliest(denials []incident.Denial) incident.Denial {
	if len(denials) == 0 {
		return incident.Denial{}
	}
	return slices.MinFunc(denials, func(a, b incident.Denial) int {
		return a.Ref.EventTime.Compare(b.Ref.EventTime)
	})
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
