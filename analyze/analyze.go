// Package analyze finds the incidents in the evidence: launches whose
// instances did not stay up because KMS refused a call that EC2 made for the
// caller.
//
// It reads the table of events and the account of the evidence, and concludes
// a case. It is a pure function of them and of [Options]: no clock, no
// environment, no map order.
//
// # Steps
//
//	scan      the rows, sorted into launches, refusals and the lives of instances
//	join      each refusal with the launches that fit it
//	suspects  which instances of a launch the refusal can have cost
//	life      what became of them
//	group     attempts into incidents, one per account, region, principal, key and cause
//	conclude  one word, and why
//
// What no launch explains, and what no refusal explains, is kept and said.
package analyze

import (
	"regexp"
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
	"grantrail/ingest/table"
)

// Evidence is what a run has read. Objects are names by the ordinal that the
// table's rows carry.
type Evidence struct {
	Table    *table.Table
	Objects  []string
	Manifest custody.Manifest
}

// Options are the question.
type Options struct {
	Tool    incident.Tool
	Sources []string

	From, To   time.Time // half-open, on the launch's event time; zero is open
	Accounts   []string
	Regions    []string
	Principals []string // ARN globs: * any run of characters, ? any one
	Keys       []string // ARNs or ids
	Instances  []string

	JoinWindow time.Duration // launch to refusal
	StopWindow time.Duration // launch to stop

	globs []*regexp.Regexp // Principals, compiled
}

// Default windows. The longest captured lag of a refusal is 8 seconds, and of
// a stop 20; the windows leave room for slow launches.
const (
	DefaultJoinWindow = 120 * time.Second
	DefaultStopWindow = 15 * time.Minute
)

// Margins are how far outside the asked time events can still matter to a
// launch inside it.
func (o *Options) Margins() (before, after time.Duration) {
	return max(lead, o.JoinWindow), max(o.JoinWindow, o.StopWindow)
}

// Case joins, judges and groups the evidence. The case shares no memory with the
// evidence's table.
func Case(ev Evidence, opt Options) *incident.Case {
	opt.compile()
	s := newScan(ev.Table, &opt)
	r := newReporter(s, ev.Objects, &opt)
	ties := s.join()
	c := &incident.Case{
		Schema: incident.Schema, Tool: opt.Tool, Asked: opt.asked(), Custody: ev.Manifest,
		Incidents: r.incidents(ties), Unlinked: r.unlinked(ties), Unexplained: r.unexplained(ties),
	}
	distrust(c)
	c.Summary = summarise(c)
	c.Conclusion, c.Reasons = conclude(c, &opt, r.found(), s.outsiders(&ev.Manifest))
	return c
}

func (o *Options) asked() incident.Asked {
	return incident.Asked{
		Sources: list(o.Sources), From: moment(o.From), To: moment(o.To),
		Accounts: list(o.Accounts), Regions: list(o.Regions), Principals: list(o.Principals),
		Keys: list(o.Keys), Instances: list(o.Instances),
		JoinWindowS: o.JoinWindow.Seconds(), StopWindowS: o.StopWindow.Seconds(),
	}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// list is a list that is never null.
func list(s []string) []string { return append([]string{}, s...) }
