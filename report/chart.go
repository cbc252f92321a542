package report

import (
	"fmt"
	"strings"
	"time"

	"grantrail/ingest/custody"
)

// chartWidth is the number of stretches that the time found is cut into, and
// maxChart how many accounts and regions are drawn.
const (
	chartWidth = 48
	maxChart   = 20
)

// writeChart draws when there are log files: a line for each account and
// region, over the whole time found. It is drawn from the case's coverage
// alone, so that a saved case gives the same.
func writeChart(p *page, coverage []custody.Coverage) {
	var from, to time.Time
	for _, c := range coverage {
		if c.From == nil || c.To == nil {
			continue
		}
		if from.IsZero() || c.From.Before(from) {
			from = *c.From
		}
		if c.To.After(to) {
			to = *c.To
		}
	}
	if to.Sub(from) < 2*time.Hour {
		return // nothing to see
	}
	step := to.Sub(from)/chartWidth + 1
	var lines []string
	for _, c := range coverage[:min(len(coverage), maxChart)] {
		if c.From != nil && c.To != nil {
			lines = append(lines, fmt.Sprintf("%-12.12s %-15.15s %s", chartName(c.Account), chartName(c.Region), chartLine(c, from, step)))
		}
	}
	p.para(say("%s to %s UTC; # records throughout, + in part, . none:", at(from), at(to)))
	p.listing("text", strings.Join(lines, "\n"))
}

// chartName keeps what an account or region can be spelt with: a stranger
// wrote it.
func chartName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '?'
	}, s)
}

func chartLine(c custody.Coverage, from time.Time, step time.Duration) string {
	line := make([]byte, chartWidth)
	gaps := c.Gaps
	for i := range line {
		a := from.Add(time.Duration(i) * step)
		b := a.Add(step)
		for len(gaps) > 0 && !gaps[0].To.After(a) {
			gaps = gaps[1:]
		}
		line[i] = '#'
		switch {
		case !c.From.Before(b) || c.To.Before(a), len(gaps) > 0 && !gaps[0].From.After(a) && !gaps[0].To.Before(b):
			line[i] = '.'
		case len(gaps) > 0 && gaps[0].From.Before(b):
			line[i] = '+'
		}
	}
	return string(line)
}
