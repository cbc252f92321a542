package report

import (
	"strings"

	"grantrail/analyze/incident"
)

// writeSummary is the table of the incidents that count.
func writeSummary(p *page, all []*incident.Incident) {
	p.heading(2, "Incidents")
	if len(all) == 0 {
		p.para("None.")
		return
	}
	shown := all[:min(len(all), maxIncidentRows)]
	rows := make([][]inert, len(shown))
	for i, in := range shown {
		rows[i] = []inert{
			code(in.ID), prose(string(in.Grade)), code(in.Cause.Code), code(tail(in.Principal.ARN)), keyName(in.Key),
			number(len(in.Attempts)), at(in.FirstSeen), at(in.LastSeen),
		}
	}
	p.table([]inert{"Incident", "Grade", "Cause", "Principal", "Key", "Launches", "First (UTC)", "Last (UTC)"}, rows)
	p.omitted(len(all)-len(shown), "incident", "incidents", elsewhere)
	if told := min(len(all), maxIncidents); told < len(shown) {
		p.para(say("The first %s are told below.", number(told)))
	}
}

// tail is the resource part of an ARN, such as role/team/ops-ec2 or key/1111:
// enough to tell things apart where the account is at hand. What is no ARN
// stays whole.
func tail(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[5] == "" {
		return arn
	}
	return parts[5]
}

// keyName is the key for a table or a heading.
func keyName(k incident.Key) inert {
	if k.ARN == nil {
		return "not named"
	}
	return code(tail(*k.ARN))
}

// tailOf is tail for a value that may be absent.
func tailOf(arn *string) inert {
	if arn == nil {
		return dash
	}
	return code(tail(*arn))
}
