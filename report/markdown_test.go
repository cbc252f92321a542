package report

import (
	"fmt"
	"strings"
	"testing"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

func repeat[T any](v T, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = v
	}
	return s
}

// Each limit cuts exactly there, and says what it cut.
func TestMarkdownLimits(t *testing.T) {
	rich := richCase()
	for _, tt := range []struct {
		name  string
		fill  func(c *incident.Case, n int)
		limit int
		cut   string // what is said for one beyond the limit
		row   string // what begins each row that is counted
	}{
		{"incidents", func(c *incident.Case, n int) { c.Incidents = repeat(rich.Incidents[1], n) }, maxIncidentRows, "… and 1 more incident, all in the CSV and the JSON.", "| `gr-00ff12ab34cd`"},
		{"attempts", func(c *incident.Case, n int) {
			c.Incidents[1].Attempts = repeat(rich.Incidents[1].Attempts[0], n)
			c.Incidents = c.Incidents[1:]
		}, maxAttempts, "… and 1 more attempt, all in the CSV and the JSON.", "|  | 2026-03-02 14:00:05"},
		{"denials", func(c *incident.Case, n int) {
			c.Incidents[0].Attempts[0].Denials = repeat(denied("b", clock(10, 0, 0), 3, 1), n)
		}, maxPerAttempt, "… and 1 more record, all in the JSON", "|  | 2026-03-02 10:00:00"},
		{"stops", func(c *incident.Case, n int) {
			c.Incidents[0].Attempts[0].Instances = repeat(newInstance().Instances[0], n)
		}, maxPerAttempt, "… and 1 more record, all in the JSON", "|  | 2026-03-02 10:20:49"},
		{"at risk", func(c *incident.Case, n int) { c.Incidents[0].AtRisk = repeat(rich.Incidents[0].AtRisk[0], n) }, maxAtRisk, "… and 1 more instance, all in the JSON.", "| `i-0fff6666aaaa7777b`"},
		{"others", func(c *incident.Case, n int) {
			c.Incidents[0].Trigger.Others = repeat(rich.Incidents[0].Trigger.Others[0], n)
		}, maxOthers, "| Further candidates | 1, all in the JSON |", "| Another candidate"},
		{"unexplained", func(c *incident.Case, n int) { c.Unexplained = repeat(rich.Unexplained[0], n) }, maxUnexplained, "… and 1 more launch, all in the JSON.", "| 2026-03-02 13:00:00"},
		{"unlinked", func(c *incident.Case, n int) { c.Unlinked = repeat(rich.Unlinked[0], n) }, maxUnlinked, "… and 1 more call, all in the JSON.", "| 2026-03-02 12:00:00"},
		{"warnings", func(c *incident.Case, n int) { c.Custody.Warnings = repeat(rich.Custody.Warnings[0], n) }, maxWarnings, "| `gzip-truncated` | 1 |", "| `trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T1125Z"},
		{"coverage", func(c *incident.Case, n int) { c.Custody.Coverage = repeat(rich.Custody.Coverage[0], n) }, maxCoverage, "… and 1 more account and region, all in the JSON.", "| `111122223333` | `eu-west-1` | 2026-03-02 08"},
		{"gaps", func(c *incident.Case, n int) {
			c.Custody.Coverage[0].Gaps = repeat(rich.Custody.Coverage[0].Gaps[0], n)
		}, maxGaps, "… and 1 more gap, all in the JSON.", "| `111122223333` | `eu-west-1` | 2026-03-02 11:45"},
		{"findings", func(c *incident.Case, n int) {
			c.Custody.Integrity.Checked = true
			c.Custody.Integrity.Findings = repeat(custody.Finding{Object: "f", Verdict: "missing"}, n)
		}, maxFindings, "… and 1 more finding, all in the JSON.", "| `f` | `missing`"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for extra := range 2 {
				c := richCase()
				tt.fill(c, tt.limit+extra)
				doc := string(rendered(t, Markdown, c))
				if n := strings.Count(doc, "\n"+tt.row); n != tt.limit {
					t.Errorf("%d of %d shown, want %d", n, tt.limit+extra, tt.limit)
				}
				if said := strings.Contains(doc, tt.cut); said != (extra == 1) {
					t.Errorf("with %d beyond the limit, said %q: %v", extra, tt.cut, said)
				}
			}
		})
	}
}

func TestMarkdownTellsFirstIncidentsInFull(t *testing.T) {
	c := richCase()
	c.Incidents = repeat(c.Incidents[1], maxIncidents+1)
	doc := string(rendered(t, Markdown, c))
	if n := strings.Count(doc, "\n## Incident "); n != maxIncidents {
		t.Errorf("%d told", n)
	}
	if !strings.Contains(doc, "The first 100 are told below.") {
		t.Error("the cut is not said")
	}
}

// Timelines are brief once those before have the rows of a whole report, and
// not one row sooner; what they leave out is counted.
func TestMarkdownBriefTimelines(t *testing.T) {
	for name, tt := range map[string]struct {
		first int // launches of the first incident
		last  int // launches told of the last
		cut   string
	}{
		"at the limit": {maxAttempts, briefAttempts, "… and 46 more attempts, all in the CSV and the JSON."},
		"one row less": {maxAttempts - 1, maxAttempts, "… and 1 more attempt, all in the CSV and the JSON."},
	} {
		t.Run(name, func(t *testing.T) {
			c := richCase()
			in := c.Incidents[0]
			in.Attempts = repeat(incident.Attempt{Launch: in.Attempts[0].Launch, Grade: incident.Confirmed}, maxAttempts)
			c.Incidents = repeat(in, maxRows/maxAttempts+1)
			c.Incidents[0].Attempts = in.Attempts[:tt.first]
			last := &c.Incidents[len(c.Incidents)-1]
			last.ID = "last"
			last.Attempts = append(last.Attempts[:maxAttempts:maxAttempts], last.Attempts[0])
			_, told, _ := strings.Cut(string(rendered(t, Markdown, c)), "## Incident `last`")
			told, _, _ = strings.Cut(told, "### Why")
			if n := strings.Count(told, ", confirmed |"); n != tt.last || !strings.Contains(told, tt.cut) {
				t.Errorf("%d launches are told, want %d and %q:\n%s", n, tt.last, tt.cut, told)
			}
		})
	}
}

// A brief timeline cuts within a launch too.
func TestMarkdownBriefLaunch(t *testing.T) {
	c := richCase()
	a := &c.Incidents[0].Attempts[0]
	a.Instances, a.Denials = nil, repeat(a.Denials[0], briefPerAttempt+1)
	for told, want := range map[int]int{maxRows - 1: briefPerAttempt + 1, maxRows: briefPerAttempt} {
		p := &page{as: gfm{}, told: told}
		writeTimeline(p, c.Incidents[0].Attempts[:1])
		if n := strings.Count(p.String(), " refused "); n != want || strings.Contains(p.String(), "… and 1 more record, all in the JSON") != (want == briefPerAttempt) {
			t.Errorf("after %d rows %d refusals are told, want %d:\n%s", told, n, want, p)
		}
	}
}

// However large the case, its Markdown stays a file that opens: what is told
// is bounded.
func TestMarkdownStaysReadable(t *testing.T) {
	small, large := len(rendered(t, Markdown, manyAttempts(10_000, 100))), len(rendered(t, Markdown, manyAttempts(40_000, 400)))
	if large > 1<<20 || large > small+400_000 {
		t.Errorf("100 incidents of 100 launches take %d bytes, 400 take %d", small, large)
	}
	t.Logf("%d and %d bytes", small, large)
}

func TestMarkdownQuotesEachMessageOnce(t *testing.T) {
	c := richCase()
	denials := repeat(denied("same", clock(10, 20, 31), 4, 1), 3)
	for i := range maxMessages + 1 {
		d := denied(fmt.Sprint(i), clock(10, 20, 31), 4, 1)
		d.ErrorMessage = fmt.Sprint("message ", i)
		denials = append(denials, d)
	}
	c.Incidents = c.Incidents[:1]
	c.Incidents[0].Attempts = c.Incidents[0].Attempts[:1]
	c.Incidents[0].Attempts[0].Denials = denials
	doc := string(rendered(t, Markdown, c))
	for text, want := range map[string]int{refusal: 1, "message 3": 1, "message 4": 0, "… and 2 more answers": 1, "`AccessDenied`, 1 refusal: ": maxMessages} {
		if n := strings.Count(doc, text); n != want {
			t.Errorf("%q is there %d times, want %d", text, n, want)
		}
	}
}

// What a report says of its limits fits the case: each claim is there when it
// matters and, in the near miss, is not.
func TestClaims(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		miss func(c *incident.Case)
	}{
		"request-id":     {"A shared request ID", eachAttempt(func(a *incident.Attempt) { a.JoinedBy = []string{"volume"} })},
		"principal-time": {"A tie by principal and time", eachAttempt(func(a *incident.Attempt) { a.JoinedBy = []string{"volume"} })},
		"possible":       {"A *possible* launch", eachAttempt(func(a *incident.Attempt) { a.Grade = incident.Confirmed })},
		"implied":        {"An inferred stop", func(c *incident.Case) { c.Incidents[0].Attempts[1].Instances[0].Stop.Source = incident.FromDescribe }},
		"cleanup":        {"The deletion of a network interface", func(c *incident.Case) { c.Incidents[0].Attempts[0].Instances[0].Stop = nil }},
		"policy":         {"KMS names one kind of policy", func(c *incident.Case) { c.Incidents[0].Cause.Code = "key-disabled" }},
		"trigger":        {"A trigger is a candidate", func(c *incident.Case) { c.Incidents[0].Trigger = nil }},
		"resolution":     {"A resolution shows", func(c *incident.Case) { c.Incidents[0].Resolution = nil }},
		"integrity":      {"No integrity check was made", func(c *incident.Case) { c.Custody.Integrity.Checked = true }},
	} {
		t.Run(name, func(t *testing.T) {
			c := richCase()
			if !strings.Contains(string(rendered(t, Markdown, c)), tt.text) {
				t.Errorf("%q is not said", tt.text)
			}
			tt.miss(c)
			if strings.Contains(string(rendered(t, Markdown, c)), tt.text) {
				t.Errorf("%q is said without cause", tt.text)
			}
		})
	}
	probable := "A *probable* launch may have stayed up"
	c := richCase()
	if strings.Contains(string(rendered(t, Markdown, c)), probable) {
		t.Errorf("%q is said without cause", probable)
	}
	c.Incidents[0].Attempts[0].Grade = incident.Probable
	if !strings.Contains(string(rendered(t, Markdown, c)), probable) {
		t.Errorf("%q is not said", probable)
	}
}

func eachAttempt(f func(*incident.Attempt)) func(*incident.Case) {
	return func(c *incident.Case) {
		for i := range c.Incidents {
			for j := range c.Incidents[i].Attempts {
				f(&c.Incidents[i].Attempts[j])
			}
		}
	}
}

// Every launch that fits is said to be listed only where it is.
func TestCandidates(t *testing.T) {
	const all, some = "Each launch that fits is listed and none is picked.", "Of the 3 that fit `b9`, the nearest 2 are listed and none is picked."
	c := richCase()
	if doc := string(rendered(t, Markdown, c)); !strings.Contains(doc, some) || strings.Contains(doc, all) {
		t.Errorf("3 fit and 2 are listed, which is not said:\n%s", doc)
	}
	eachAttempt(func(a *incident.Attempt) { a.Denials[0].Candidates = 2 })(c)
	if doc := string(rendered(t, Markdown, c)); strings.Contains(doc, some) || !strings.Contains(doc, all) {
		t.Errorf("2 fit and 2 are listed, which is not said:\n%s", doc)
	}
}

func TestConclusionLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    func() *incident.Case
		want string
	}{
		{"incidents", richCase, "**incidents** - 1 confirmed and 1 possible incident, 2 launches refused by KMS and 2 more that may have been, first 2026-03-02 10:20:30 UTC, last 2026-03-02 14:00:04 UTC."},
		{"only possible", func() *incident.Case {
			c := richCase()
			c.Incidents, c.Summary = c.Incidents[1:], incident.Summary{Incidents: 1, Possible: 1}
			return c
		}, "**incidents** - 1 possible incident, 2 launches that KMS may have refused, first 2026-03-02 14:00:03 UTC, last 2026-03-02 14:00:04 UTC."},
		{"one moment", func() *incident.Case {
			c := richCase()
			c.Incidents, c.Summary = c.Incidents[:1], incident.Summary{Incidents: 1, Confirmed: 1}
			c.Incidents[0].Attempts = c.Incidents[0].Attempts[:1]
			c.Incidents[0].LastSeen = c.Incidents[0].FirstSeen
			return c
		}, "**incidents** - 1 confirmed incident, 1 launch refused by KMS, at 2026-03-02 10:20:30 UTC."},
		{"clean", func() *incident.Case {
			c := cleanCase()
			c.Asked.Regions = nil
			return c
		}, "**clean** - no EC2 launch in this evidence failed because KMS refused a call made for it."},
		{"clean of a region", cleanCase, "**clean** - no EC2 launch of what was asked failed because KMS refused a call made for it."},
		{"inconclusive", inconclusiveCase, "**inconclusive** - no incident was found, and the evidence does not show that there was none."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line := strings.SplitN(string(rendered(t, Markdown, tt.c())), "\n", 4)[2]
			if line != tt.want {
				t.Errorf("got:\n%s\nwant:\n%s", line, tt.want)
			}
		})
	}
}

// Only evidence without any hole is said to have been read, and every kind of
// warning that is not known to be harmless is a hole.
func TestEverythingWasRead(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*custody.Manifest)
		whole bool
	}{
		"whole":          {func(*custody.Manifest) {}, true},
		"harmless":       {func(m *custody.Manifest) { m.Warnings = []custody.Warning{{Kind: custody.KindBOM}} }, true},
		"harmful":        {func(m *custody.Manifest) { m.Warnings = []custody.Warning{{Kind: custody.KindGzipCorrupt}} }, false},
		"of later date":  {func(m *custody.Manifest) { m.Warnings = []custody.Warning{{Kind: "novel"}} }, false},
		"unread":         {func(m *custody.Manifest) { m.Objects.Unread = 1 }, false},
		"partial":        {func(m *custody.Manifest) { m.Objects.Partial = 1 }, false},
		"refused record": {func(m *custody.Manifest) { m.Records.Refused = 1 }, false},
	} {
		t.Run(name, func(t *testing.T) {
			c := cleanCase()
			tt.spoil(&c.Custody)
			if said := strings.Contains(string(rendered(t, Markdown, c)), "Everything was read."); said != tt.whole {
				t.Errorf("said that everything was read: %v", said)
			}
		})
	}
}

// A command is to be pasted whole: it is a block by itself, whatever is in it.
func TestCommands(t *testing.T) {
	const command = `aws kms enable-key --region eu-west-1 --key-id 'arn:aws:kms:eu-west-1:111122223333:key/x'`
	for given, want := range map[string]string{
		command:                    command,
		command + "\n```\nrm -r x": command + "\n\\u0060\\u0060\\u0060\nrm -r x",
	} {
		c := richCase()
		c.Incidents[0].Remedy.Commands = []incident.Command{{Purpose: "To enable the key", Account: "111122223333", Command: given}}
		want = "\nTo enable the key, run in account `111122223333`:\n\n```sh\n" + want + "\n```\n"
		if got := string(rendered(t, Markdown, c)); !strings.Contains(got, want) {
			t.Errorf("no %q in %s", want, got)
		}
	}
}
