package report

import (
	"cmp"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"time"

	"grantrail/analyze/incident"
)

// timesketchHeader is what Timesketch needs, and then what it shows as further
// fields: https://timesketch.org/guides/user/import-from-json-csv/
var timesketchHeader = []string{
	"message", "datetime", "timestamp_desc",
	"incident_id", "grade", "cause", "account", "region", "principal_arn", "key_arn", "instance_id",
	"event_id", "event_name", "object", "record",
}

// moment is one row of a timeline: what of an incident it is about. Its words
// are made when it is written, since a timeline is sorted whole.
type moment struct {
	in            *incident.Incident
	seconds       int64 // of its record's time, since 1970
	kind          momentKind
	attempt, item int32 // where that is an attempt, and an instance or denial of it
}

type momentKind uint8

const (
	lastGood momentKind = iota
	trigger
	launched
	ended // item is an instance, as of launched
	refusedCall
	resolvedBy
)

// writeTimesketch is the timelines of all incidents, in time order.
func writeTimesketch(out io.Writer, c *incident.Case) error {
	var all []moment
	for i := range c.Incidents {
		all = appendMoments(all, &c.Incidents[i])
	}
	slices.SortStableFunc(all, func(a, b moment) int {
		if a.seconds != b.seconds {
			return cmp.Compare(a.seconds, b.seconds)
		}
		x, y := a.ref(), b.ref()
		return cmp.Or(x.EventTime.Compare(y.EventTime), cmp.Compare(x.EventID, y.EventID), cmp.Compare(a.in.ID, b.in.ID), cmp.Compare(a.instance(), b.instance()))
	})
	w := csv.NewWriter(out)
	w.Write(timesketchHeader)
	for i := range all {
		m := &all[i]
		ref := m.ref()
		desc, message := m.words()
		w.Write([]string{
			defused(message), ref.EventTime.UTC().Format("2006-01-02T15:04:05.000000+00:00"), desc,
			defused(m.in.ID), defused(string(m.in.Grade)), defused(m.in.Cause.Code), defused(m.in.Account), defused(m.in.Region),
			defused(m.in.Principal.ARN), defused(value(m.in.Key.ARN)), defused(m.instance()),
			defused(ref.EventID), defused(ref.EventName), defused(ref.Object), strconv.Itoa(ref.Record),
		})
	}
	// The first error of any Write, which holds a block back, is here.
	w.Flush()
	return w.Error()
}

// appendMoments takes what of an incident has a time.
func appendMoments(all []moment, in *incident.Incident) []moment {
	add := func(kind momentKind, attempt, item int) {
		m := moment{in: in, kind: kind, attempt: int32(attempt), item: int32(item)}
		if at := m.ref().EventTime; at != (time.Time{}) {
			m.seconds = at.Unix()
			all = append(all, m)
		}
	}
	if in.LastGood != nil {
		add(lastGood, 0, 0)
	}
	if in.Trigger != nil {
		add(trigger, 0, 0)
	}
	for i := range in.Attempts {
		a := &in.Attempts[i]
		for k := range a.Instances {
			add(launched, i, k)
			if a.Instances[k].Stop != nil {
				add(ended, i, k)
			}
		}
		for k := range a.Denials {
			add(refusedCall, i, k)
		}
	}
	if in.Resolution != nil {
		add(resolvedBy, 0, 0)
	}
	return all
}

// ref is the record that a moment is of.
func (m *moment) ref() *incident.Ref {
	switch m.kind {
	case lastGood:
		return &m.in.LastGood.Ref
	case trigger:
		return &m.in.Trigger.Ref
	case launched:
		return &m.in.Attempts[m.attempt].Launch.Ref
	case ended:
		return &m.in.Attempts[m.attempt].Instances[m.item].Stop.Ref
	case refusedCall:
		return &m.in.Attempts[m.attempt].Denials[m.item].Ref
	}
	return &m.in.Resolution.Ref
}

// instance is the instance that a moment is about, or "".
func (m *moment) instance() string {
	if m.kind == launched || m.kind == ended {
		return m.in.Attempts[m.attempt].Instances[m.item].ID
	}
	return ""
}

// words say what a moment is, and what happened.
func (m *moment) words() (desc, message string) {
	switch in := m.in; m.kind {
	case lastGood:
		return "Last success before", in.LastGood.Action + " succeeded: the last success before the incident"
	case trigger:
		return "Candidate for the trigger", in.Trigger.Action + " by " + in.Trigger.By + ": " + in.Trigger.Statement
	case launched:
		return "Launch", in.Attempts[m.attempt].Launch.Action + " of " + m.instance() + " by " + in.Principal.ARN
	case ended:
		i := &in.Attempts[m.attempt].Instances[m.item]
		if i.Stop.Source == incident.FromImplied { // this record is of later
			return "Instance did not stay up (inferred)", i.ID + " was " + string(i.Outcome) + " before this: inferred, not recorded; this call found it so"
		}
		return "Instance did not stay up", i.ID + " was " + string(i.Outcome) + ", seen by " + i.Stop.Source
	case refusedCall:
		d := &in.Attempts[m.attempt].Denials[m.item]
		return "KMS refused", d.Action + " was refused: " + d.ErrorCode + " " + d.ErrorMessage
	}
	return "Resolution", m.in.Resolution.Action + ": " + m.in.Resolution.Statement
}
