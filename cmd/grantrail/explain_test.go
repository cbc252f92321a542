package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/trailtest"
	"grantrail/report"
)

// TestExplainedLines runs the shell lines that explain prints: each prints
// exactly the record that it stands under. The pretty-printing behind them is
// left out, since not every machine has jq.
func TestExplainedLines(t *testing.T) {
	trail, err := trailtest.Parse(`
default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file "it's.json.gz" members=3 pretty
noise n=5 at=2026-03-02T09:00:00Z
start   at=2026-03-02T10:20:30Z instance=i-0aaa1111bbbb2222c request=r1
refused at=+1s request=r1 because=identity-missing
file plain.json plain bom
start   at=2026-03-03T10:20:30Z instance=i-0aaa1111bbbb2222c request=r2
file states.gz kind=eventbridge
state at=2026-03-02T10:20:45Z instance=i-0aaa1111bbbb2222c is=stopped`)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := trail.Write(dir); err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "case.json")
	command(t, "investigate", dir, "--format", "json", "-o", saved)
	c, err := openCase(saved)
	if err != nil || len(c.Incidents) != 1 {
		t.Fatal(err)
	}
	lines := shown(command(t, "explain", saved, c.Incidents[0].ID))
	a := c.Incidents[0].Attempts[0]
	want := []incident.Ref{a.Launch.Ref, a.Denials[0].Ref, a.Instances[0].Stop.Ref}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d: %q", len(lines), len(want), lines)
	}
	for i, line := range lines {
		checkLine(t, line, want[i])
	}
}

func command(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	if code := run(context.Background(), args, world{none, strings.NewReader(""), &stdout, &stderr}); code != exitOK {
		t.Fatalf("grantrail %q ends with %d: %s", args, code, stderr.String())
	}
	return stdout.String()
}

// shown are the lines under "show".
func shown(text string) (lines []string) {
	for _, l := range strings.Split(text, "\n") {
		if line, ok := strings.CutPrefix(strings.TrimSpace(l), "show "); ok {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func checkLine(t *testing.T, line string, want incident.Ref) {
	t.Helper()
	cut, ok := strings.CutSuffix(line, " | jq .")
	if !ok {
		t.Fatalf("%q does not end in jq", line)
	}
	out, err := exec.Command("bash", "-c", cut).Output()
	if err != nil {
		t.Fatalf("%q: %v", cut, err)
	}
	var got struct {
		EventID string    `json:"eventID"`
		ID      string    `json:"id"`
		Time    time.Time `json:"eventTime"`
	}
	if err := json.Unmarshal(out, &got); err != nil || got.EventID+got.ID != want.EventID {
		t.Errorf("%q prints %.80q, want event %s (%v)", cut, out, want.EventID, err)
	}
}

// TestExplainUnknown: an id that the case does not have is wrong usage.
func TestExplainUnknown(t *testing.T) {
	var b bytes.Buffer
	if err := report.Explain(&b, &incident.Case{}, "gt-none"); err == nil || b.Len() != 0 {
		t.Errorf("got %v, %q", err, b.String())
	}
}
