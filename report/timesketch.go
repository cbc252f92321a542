package report

import (
	"cmp"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
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

// moment is one row of a timeline.
type moment struct {
	ref                     incident.Ref
	desc, message, instance string
}

// timesketchBytes is the timelines of all incidents, in time order.
func timesketchBytes(c *incident.Case) ([]byte, error) {
	type entry struct {
		moment
		in *incident.Incident
	}
	var all []entry
	for i := range c.Incidents {
		for _, m := range momentsOf(&c.Incidents[i]) {
			all = append(all, entry{m, &c.Incidents[i]})
		}
	}
	slices.SortStableFunc(all, func(a, b entry) int {
		return cmp.Or(a.ref.EventTime.Compare(b.ref.EventTime), cmp.Compare(a.ref.EventID, b.ref.EventID), cmp.Compare(a.in.ID, b.in.ID), cmp.Compare(a.instance, b.instance))
	})
	var out strings.Builder
	w := csv.NewWriter(&out)
	rows := [][]string{timesketchHeader}
	for _, e := range all {
		rows = append(rows, []string{
			defused(e.message), e.ref.EventTime.UTC().Format("2006-01-02T15:04:05.000000+00:00"), e.desc,
			defused(e.in.ID), defused(string(e.in.Grade)), defused(e.in.Cause.Code), defused(e.in.Account), defused(e.in.Region),
			defused(e.in.Principal.ARN), defused(value(e.in.Key.ARN)), defused(e.instance),
			defused(e.ref.EventID), defused(e.ref.EventName), defused(e.ref.Object), strconv.Itoa(e.ref.Record),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return []byte(out.String()), nil
}

func momentsOf(in *incident.Incident) []moment {
	var out []moment
	add := func(ref incident.Ref, desc, message, instance string) {
		if ref.EventTime != (time.Time{}) {
			out = append(out, moment{ref, desc, message, instance})
		}
	}
	if in.LastGood != nil {
		add(in.LastGood.Ref, "Last success before", in.LastGood.Action+" succeeded: the last success before the incident", "")
	}
	if in.Trigger != nil {
		add(in.Trigger.Ref, "Candidate for the trigger", in.Trigger.Action+" by "+in.Trigger.By+": "+in.Trigger.Statement, "")
	}
	for _, a := range in.Attempts {
		for _, i := range a.Instances {
			add(a.Launch.Ref, "Launch", a.Launch.Action+" of "+i.ID+" by "+in.Principal.ARN, i.ID)
			if i.Stop != nil {
				add(i.Stop.Ref, "Instance did not stay up", i.ID+" was "+string(i.Outcome)+", seen by "+i.Stop.Source, i.ID)
			}
		}
		for _, d := range a.Denials {
			add(d.Ref, "KMS refused", d.Action+" was refused: "+d.ErrorCode+" "+d.ErrorMessage, "")
		}
	}
	if in.Resolution != nil {
		add(in.Resolution.Ref, "Resolution", in.Resolution.Action+": "+in.Resolution.Statement, "")
	}
	return out
}
