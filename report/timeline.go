package report

import (
	"slices"
	"time"

	"grantrail/analyze/incident"
)

// sight is how each source saw a stop.
var sight = map[string]inert{
	incident.FromConfigItem:       "AWS Config item",
	incident.FromDescribe:         "saved `describe-instances`",
	incident.FromStateChange:      "state-change notification",
	incident.FromInterfaceCleanup: "EC2 deletes the network interface",
	incident.FromImplied:          "next call finds it down",
	incident.FromAPICall:          "stopped by an API call",
}

// writeTimeline is every launch with its refusals and stops, one record a
// row, in the order of the launches. Once the timelines of a report have
// maxRows rows, those of the incidents that follow are brief.
func writeTimeline(p *page, attempts []incident.Attempt) {
	p.heading(3, "Timeline")
	most, each := maxAttempts, maxPerAttempt
	if p.told >= maxRows {
		most, each = briefAttempts, briefPerAttempt
	}
	shown := attempts[:min(len(attempts), most)]
	var rows [][]inert
	for i := range shown {
		rows = append(rows, launchRow(p, i+1, &shown[i]))
		for _, e := range afterwards(p, &shown[i], each) {
			rows = append(rows, e.cells)
		}
	}
	p.told += len(rows)
	p.table([]inert{"Launch", "Time (UTC)", "Lag", "What", "Instance, volume", "Outcome", "Joined by", "Record"}, rows)
	p.omitted(len(attempts)-len(shown), "attempt", "attempts", elsewhere)
}

// launchRow is the call as EC2 took it, numbered and with the grade of its
// tie.
func launchRow(p *page, n int, a *incident.Attempt) []inert {
	ids := make([]string, len(a.Instances))
	for i, instance := range a.Instances {
		ids[i] = instance.ID
	}
	return []inert{
		say("%s, %s", number(n), prose(string(a.Grade))), at(a.Launch.Ref.EventTime), "", code(a.Launch.Action),
		codes(ids, maxValues), "accepted" + unseenEnds(a.Instances), "", p.cite(a.Launch.Ref),
	}
}

// unseenEnds counts the instances that no record shows the end of.
func unseenEnds(instances []incident.Instance) inert {
	ends := make(map[string]int)
	for _, i := range instances {
		if i.Stop == nil {
			ends[string(i.Outcome)]++
		}
	}
	if len(ends) == 0 {
		return ""
	}
	return "; " + tallies(ends, fateName)
}

// happening is one row of a timeline after the launch.
type happening struct {
	when  time.Time
	cells []inert
}

// afterwards are the refusals and stops of one launch in the order of time,
// refusals first within a second: CloudTrail has no finer clock. Of either no
// more are told than most.
func afterwards(p *page, a *incident.Attempt, most int) []happening {
	var events []happening
	for _, d := range a.Denials[:min(len(a.Denials), most)] {
		events = append(events, denialRow(p, a, d))
	}
	stops := slices.DeleteFunc(slices.Clone(a.Instances), func(i incident.Instance) bool { return i.Stop == nil })
	for _, i := range stops[:min(len(stops), most)] {
		events = append(events, stopRow(p, a, i))
	}
	slices.SortStableFunc(events, func(a, b happening) int { return a.when.Compare(b.when) })
	if n := max(len(a.Denials)-most, 0) + max(len(stops)-most, 0); n > 0 {
		events = append(events, happening{cells: []inert{"", "", "", say("… and %s, %s", count(n, "more record", "more records"), inJSON), "", "", "", ""}})
	}
	return events
}

func denialRow(p *page, a *incident.Attempt, d incident.Denial) happening {
	what := code(d.Action) + " refused"
	if d.Candidates > 1 {
		what += say(", fits %s launches", number(d.Candidates))
	}
	return happening{d.Ref.EventTime, []inert{
		"", at(d.Ref.EventTime), lag(a, d.Ref), what, volume(d), code(d.ErrorCode), codes(a.JoinedBy, maxValues), p.cite(d.Ref),
	}}
}

func stopRow(p *page, a *incident.Attempt, i incident.Instance) happening {
	outcome := prose(string(i.Outcome))
	if i.Stop.Source == incident.FromImplied {
		outcome += " (inferred)"
	}
	if i.Stop.StateReason != nil {
		outcome += ", " + code(*i.Stop.StateReason)
	}
	return happening{i.Stop.Ref.EventTime, []inert{
		"", at(i.Stop.Ref.EventTime), lag(a, i.Stop.Ref), known(sight, i.Stop.Source), code(i.ID), outcome, "", p.cite(i.Stop.Ref),
	}}
}

// lag is how long after the launch a record is, negative for before.
func lag(a *incident.Attempt, r incident.Ref) inert {
	return apart(r.EventTime.Sub(a.Launch.Ref.EventTime))
}

// volume is the volume that a refusal cost, and whether it says so itself.
func volume(d incident.Denial) inert {
	if d.Volume != nil && d.VolumeFrom != nil && *d.VolumeFrom == "history" {
		return say("%s (by history)", code(*d.Volume))
	}
	return optional(d.Volume)
}
