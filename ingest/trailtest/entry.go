package trailtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// entry is a line that writes records, with what the lines above it set.
type entry struct {
	*line
	at              time.Time
	account, region string
	here            bool   // the region was said on this line
	seed            string // what the line says; identifiers come from it
}

// entry gathers what a verb may know beside its words.
func (b *builder) entry(l *line) *entry {
	e := &entry{line: l, account: l.optOr("account", b.account), region: l.optOr("region", b.region)}
	e.here = l.options["region"] != ""
	e.at = b.when(l)
	words := []string{e.account, e.region, stamp(e.at), l.verb, strings.Join(l.args, " ")}
	for _, from := range []map[string]string{b.defaults, l.options} {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			if name != "at" && name != "id" {
				words = append(words, name, from[name])
			}
		}
	}
	said := strings.Join(words, "\x00")
	b.said[said]++
	e.seed = fmt.Sprint(said, "\x00", b.said[said])
	return e
}

// when reads at=: a time, or a step from the record before.
func (b *builder) when(l *line) time.Time {
	v := l.opt("at")
	if v == "" || v[0] == '+' || v[0] == '-' {
		return b.step(l, v)
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		l.fail("at=%s is neither RFC 3339 nor a step such as +1s", v)
	}
	return t.UTC()
}

func (b *builder) step(l *line, v string) time.Time {
	if b.clock.IsZero() {
		l.fail("at= is missing, and there is no record before to count from")
		return b.clock
	}
	if v == "" {
		return b.clock
	}
	d, err := time.ParseDuration(v)
	if err != nil {
		l.fail("at=%s is not a duration", v)
	}
	return b.clock.Add(d)
}
