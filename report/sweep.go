package report

import (
	"time"

	"grantrail/analyze/incident"
)

// counting tells the incidents that count from those that are suppressed.
func counting(all []incident.Incident) (open, suppressed []*incident.Incident) {
	for i := range all {
		if all[i].Suppressed == nil {
			open = append(open, &all[i])
		} else {
			suppressed = append(suppressed, &all[i])
		}
	}
	return open, suppressed
}

// writeChanges is what a sweep found changed since the one before it.
func writeChanges(p *page, c *incident.Case) {
	d := c.Changes
	if d == nil {
		return
	}
	if d.First {
		p.heading(2, "What is new")
		p.para(say("This is the first sweep of its state: every incident is new. %s", reading(d.Objects)))
		return
	}
	p.heading(2, "What changed since the last sweep")
	raised := make([]string, len(d.Raised))
	for i, r := range d.Raised {
		raised[i] = r.ID
	}
	var lines []inert
	for _, row := range []struct {
		what inert
		ids  []string
	}{
		{"new", d.New}, {"went on", d.Ongoing}, {"now of a higher grade, or no longer suppressed", raised}, {"now resolved", d.Resolved},
		{"no longer concluded from the evidence held", d.Withdrawn},
	} {
		if len(row.ids) > 0 {
			lines = append(lines, say("%s: %s: %s", number(len(row.ids)), row.what, codes(row.ids, maxIncidentRows)))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, "no incident is new, went on or was resolved")
	}
	if n := len(d.Unchanged); n > 0 {
		lines = append(lines, say("%s: as they were", number(n)))
	}
	p.list(append(lines, reading(d.Objects)))
}

// reading is what a sweep read.
func reading(r incident.Reading) inert {
	out := say("%s objects listed: %s new", number(r.Listed), number(r.New))
	for _, more := range []struct {
		n    int
		what inert
	}{
		{r.Retried, "tried again after they could not be read"},
		{r.Replaced, "known with another size, tag or time and read again"},
		{r.Gone, "known and no longer listed; what was read of them is kept"},
	} {
		if more.n > 0 {
			out = say("%s; %s %s", out, number(more.n), more.what)
		}
	}
	return out + "."
}

// writeSuppressed lists the suppressed incidents, then the rules that have expired or
// match nothing.
func writeSuppressed(p *page, c *incident.Case) {
	_, suppressed := counting(c.Incidents)
	if len(suppressed)+len(c.Suppressions) == 0 {
		return
	}
	p.heading(2, "Suppressed incidents")
	if len(suppressed) == 0 {
		p.para("None.")
	} else {
		shown := suppressed[:min(len(suppressed), maxIncidentRows)]
		rows := make([][]inert, len(shown))
		for i, in := range shown {
			rows[i] = []inert{
				code(in.ID), prose(string(in.Grade)), code(in.Cause.Code), code(tail(in.Principal.ARN)), keyName(in.Key), number(len(in.Attempts)),
				at(in.LastSeen), code(in.Suppressed.Owner), code(in.Suppressed.Reason), at(in.Suppressed.Expires),
			}
		}
		p.table([]inert{"Incident", "Grade", "Cause", "Principal", "Key", "Launches", "Last (UTC)", "Owner", "Reason", "Until (UTC)"}, rows)
		p.omitted(len(suppressed)-len(shown), "incident", "incidents", elsewhere)
	}
	var lines []inert
	for i := range c.Suppressions {
		switch s := &c.Suppressions[i]; s.State {
		case incident.SuppressionExpired:
			lines = append(lines, say("expired on %s and suppresses nothing: %s, of %s", at(s.Expires), matching(&s.Match), code(s.Owner)))
		case incident.SuppressionUnused:
			lines = append(lines, say("matches no incident: %s, of %s", matching(&s.Match), code(s.Owner)))
		}
	}
	p.list(lines)
}

// matching is what a suppression matches by.
func matching(m *incident.Match) inert {
	var out inert
	for _, by := range []struct {
		name  inert
		value string
	}{
		{"id", m.ID}, {"principal", m.Principal}, {"key", m.Key}, {"account", m.Account}, {"region", m.Region}, {"cause", m.Cause},
	} {
		if by.value == "" {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += by.name + " " + code(by.value)
	}
	return out
}

// stamped says when a report was written, where that was asked for.
func stamped(t *time.Time) inert {
	if t == nil {
		return ""
	}
	return say(" on %s UTC", at(*t))
}
