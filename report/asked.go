package report

import (
	"strconv"

	"grantrail/analyze/incident"
)

// writeAsked closes the report: who wrote it, and in answer to what. Filters
// that were not set take no line.
func writeAsked(p *page, c *incident.Case) {
	p.rule()
	p.para(say("Written by %s %s%s from:", prose(c.Tool.Name), code(c.Tool.Version), stamped(c.Stamp)))
	a := c.Asked
	lines := []inert{"sources: " + codes(a.Sources, maxSources)}
	if a.From != nil || a.To != nil {
		lines = append(lines, "event time: "+askedSpan(a)+" UTC, the end not included")
	}
	for _, f := range []struct {
		name   inert
		values []string
	}{
		{"accounts", a.Accounts}, {"regions", a.Regions}, {"principals", a.Principals}, {"keys", a.Keys}, {"instances", a.Instances},
	} {
		if len(f.values) > 0 {
			lines = append(lines, f.name+": "+codes(f.values, maxValues))
		}
	}
	lines = append(lines, say("windows: launch to refusal %s, launch to stop %s", seconds(a.JoinWindowS), seconds(a.StopWindowS)))
	p.list(lines)
}

// askedSpan is the event time that was asked for.
func askedSpan(a incident.Asked) inert {
	if a.From == nil && a.To == nil {
		return "all"
	}
	return span(a.From, a.To, "the beginning", "the end")
}

// seconds is a length of time as it was asked for.
func seconds(s float64) inert {
	return inert(strconv.FormatFloat(s, 'f', -1, 64)) + " s"
}
