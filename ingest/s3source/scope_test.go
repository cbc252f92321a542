package s3source

import (
	"testing"
	"time"

	"grantrail/ingest"
	"grantrail/ingest/layout"
)

// TestLeftOut: only what cannot matter is left out. The region in which IAM is
// logged always can.
func TestLeftOut(t *testing.T) {
	scope := &ingest.Scope{Accounts: []string{"111122223333"}, Regions: []string{"eu-west-1"}}
	for _, c := range []struct {
		at   layout.Level
		name string
		out  bool
	}{
		{layout.InRoot, "111122223333", false}, {layout.InRoot, "444455556666", true}, {layout.InOrganisation, "444455556666", true},
		{layout.InRoot, "o-ab12cd34ef", false}, {layout.InRoot, "notes", false},
		{layout.InAccount, "CloudTrail", false}, {layout.InAccount, "CloudTrail-Insight", false}, {layout.InAccount, "Config", false}, {layout.InAccount, "vpcflowlogs", true},
		{layout.InTrail, "eu-west-1", false}, {layout.InTrail, "eu-west-2", true}, {layout.InTrail, "us-east-1", false}, {layout.InTrail, "odd", false},
		{layout.InConfig, "us-west-2", true},
	} {
		if got := leftOut(c.at, c.name, scope); (got != "") != c.out {
			t.Errorf("level %d, %q: %q", c.at, c.name, got)
		}
		if got := leftOut(c.at, c.name, &ingest.Scope{}); got != "" && c.name != "vpcflowlogs" {
			t.Errorf("nothing asked for, level %d, %q: %q", c.at, c.name, got)
		}
	}
}

// TestDays: a file is never delivered before its events, and hours behind them.
func TestDays(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		from, to      string
		after, before string
		folders       int
	}{
		{"2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", "p/2026/03/02/", "p/2026/03/05/", 3},
		{"2026-03-02T23:59:00Z", "2026-03-02T23:59:30Z", "p/2026/03/02/", "p/2026/03/04/", 2},
		{"2026-02-28T12:00:00Z", "2026-02-28T13:00:00Z", "p/2026/02/28/", "p/2026/03/02/", 2},
		{"", "2026-03-03T00:00:00Z", "", "p/2026/03/05/", -1},
		{"2026-03-02T00:00:00Z", "", "p/2026/03/02/", "", -1},
		{"2024-03-02T00:00:00Z", "2026-03-02T00:00:00Z", "p/2024/03/02/", "p/2026/03/04/", -1},
		{"", "", "", "", -1},
	} {
		scope := &ingest.Scope{}
		if c.from != "" {
			scope.From = at(c.from)
		}
		if c.to != "" {
			scope.To = at(c.to)
		}
		d := daysOf(scope, DefaultOverlap)
		after, before := d.bounds("p/")
		folders, ok := d.folders("p/")
		if !ok {
			folders = make([]string, 0)
		}
		if after != c.after || before != c.before || ok != (c.folders >= 0) || ok && len(folders) != c.folders {
			t.Errorf("%s to %s: behind %q, before %q, %d folders", c.from, c.to, after, before, len(folders))
		}
		if ok && c.from == "2026-02-28T12:00:00Z" && folders[1] != "p/2026/3/1/" {
			t.Errorf("AWS Config does not pad days: %q", folders)
		}
	}
}

// TestNoOverlap: where nothing is delivered late, no day behind the last is listed.
func TestNoOverlap(t *testing.T) {
	to := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	s := New(Options{})
	if _, before := daysOf(&ingest.Scope{To: to}, s.opt.Overlap).bounds("p/"); before != "p/2026/03/03/" {
		t.Errorf("listed before %q", before)
	}
}
