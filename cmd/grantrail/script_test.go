package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"grantrail/analyze/incident"
	"grantrail/ingest/trailtest"
	"grantrail/report"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the scripts")

// asCommand makes the test binary the program itself, for tests that need it as
// a process outside of scripts.
const asCommand = "GRANTRAIL_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	testscript.Main(m, map[string]func(){
		"grantrail": func() {
			os.Exit(run(context.Background(), world{os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr}))
		},
	})
}

// TestScripts runs the whole command, one behaviour a script. Scripts build
// their archives and spoil them:
//
//	trail DIR FILE           writes the archive that FILE describes (see package trailtest)
//	spoil FILE HOW [ARG...]  damages one object
//	facts CASE.json          prints what a case concludes, a line a fact
//	rows DIR                 prints the rows of an export, a line a row
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("GRANTRAIL_CORPUS", os.Getenv("GRANTRAIL_CORPUS"))
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "corpus" {
				return os.Getenv("GRANTRAIL_CORPUS") != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"trail": trailCmd, "spoil": spoilCmd, "facts": factsCmd, "integrity": integrityCmd, "rows": rowsCmd,
		},
	})
}

func trailCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: trail DIR FILE")
	}
	trail, err := trailtest.Parse(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(trail.Write(ts.MkAbs(args[0])))
}

func spoilCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: spoil FILE HOW [ARG...]")
	}
	ts.Check(trailtest.Spoil(ts.MkAbs(args[0]), args[1], args[2:]...))
}

func factsCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: facts CASE.json")
	}
	c, err := report.ReadCase(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	_, _ = fmt.Fprint(ts.Stdout(), facts(c))
}

// facts is a case in lines that a test can compare.
func facts(c *incident.Case) string {
	var b strings.Builder
	f := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	f("%s", c.Conclusion)
	for _, reason := range c.Reasons {
		f("  since: %s", reason)
	}
	for _, inc := range c.Incidents {
		f("incident %s %s", inc.Grade, inc.Cause.Code)
		f("  %s cannot use %s (%s)", inc.Principal.ARN, or(inc.Key.ARN), inc.Key.Manager)
		for _, a := range inc.Attempts {
			f("  %s %s, lag %g, %s, %s", moment(a.Launch.Ref), a.Launch.Action, a.LagS, a.Grade, strings.Join(a.JoinedBy, "+"))
			for _, in := range a.Instances {
				source := "no stop seen"
				if in.Stop != nil {
					source = "by " + in.Stop.Source
				}
				f("    %s %s %s", in.ID, in.Outcome, source)
			}
			for _, d := range a.Denials {
				f("    refused %s %s, fits %d", d.Action, d.ErrorCode, d.Candidates)
			}
		}
		turns(f, &inc)
	}
	return rest(&b, c)
}

// turns are the lines of what came before and after an incident.
func turns(f func(string, ...any), inc *incident.Incident) {
	if g := inc.LastGood; g != nil {
		f("  last good %s at %s", g.Action, moment(g.Ref))
	}
	if t := inc.Trigger; t != nil {
		f("  trigger %s at %s by %s", t.Action, moment(t.Ref), t.By)
		for _, o := range t.Others {
			f("    or %s at %s", o.Action, moment(o.Ref))
		}
	}
	if r := inc.Resolution; r != nil {
		f("  resolved %s at %s", r.Action, moment(r.Ref))
	}
	for _, a := range inc.AtRisk {
		f("  at risk %s %s", a.InstanceID, or(a.Volume))
	}
}

func moment(r incident.Ref) string { return r.EventTime.Format("2006-01-02T15:04:05.999Z07:00") }

// rest are the lines behind the incidents.
func rest(b *strings.Builder, c *incident.Case) string {
	f := func(format string, args ...any) { fmt.Fprintf(b, format+"\n", args...) }
	for _, u := range c.Unlinked {
		f("unlinked %s %s: %s", u.Action, u.ErrorCode, u.Why)
	}
	for _, u := range c.Unexplained {
		f("unexplained %s %s by %s", u.InstanceID, u.Launch.Action, u.Stop.Source)
	}
	o, r := c.Custody.Objects, c.Custody.Records
	f("objects %d: read %d, partial %d, unread %d, skipped %d, duplicate %d", o.Listed, o.Read, o.Partial, o.Unread, o.Skipped, o.Duplicate)
	f("records %d: kept %d, duplicate %d, conflicting %d, refused %d", r.Seen, r.Kept, r.Duplicate, r.Conflicting, r.Refused)
	for _, w := range c.Custody.Warnings {
		at := ""
		if w.Record != nil {
			at = fmt.Sprintf(" record %d", *w.Record)
		}
		f("warning %s: %s%s", w.Kind, w.Object, at)
	}
	return b.String()
}

func or(s *string) string {
	if s == nil {
		return "unnamed"
	}
	return *s
}

// integrityCmd prints the verdicts of a case: how many log files and digests
// have each, then every finding.
func integrityCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: integrity CASE.json")
	}
	var c incident.Case
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &c))
	i := c.Custody.Integrity
	for _, files := range []struct {
		name string
		n    map[string]int
	}{{"logs", i.Logs}, {"digests", i.Digests}} {
		line := files.name
		for _, v := range slices.Sorted(maps.Keys(files.n)) {
			line += fmt.Sprintf(" %s=%d", v, files.n[v])
		}
		_, _ = fmt.Fprintln(ts.Stdout(), line)
	}
	for _, f := range i.Findings {
		_, _ = fmt.Fprintf(ts.Stdout(), "%s %s: %s\n", f.Verdict, f.Object, f.Detail)
	}
}
