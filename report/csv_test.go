package report

import (
	"strings"
	"testing"
	"time"

	"grantrail/analyze/incident"
)

// column is one row of a CSV report by column name.
func column(t *testing.T, c *incident.Case, row int) map[string]string {
	t.Helper()
	rows := cells(t, rendered(t, CSV, c))
	named := make(map[string]string)
	for i, name := range rows[0] {
		named[name] = rows[row+1][i]
	}
	return named
}

func TestCSVAttemptWithoutInstances(t *testing.T) {
	c := richCase()
	c.Incidents = c.Incidents[:1]
	c.Incidents[0].Attempts = c.Incidents[0].Attempts[:1]
	c.Incidents[0].Attempts[0].Instances = nil
	if n := len(cells(t, rendered(t, CSV, c))); n != 2 {
		t.Fatalf("%d rows, want the header and one", n)
	}
	row := column(t, c, 0)
	for _, name := range []string{"instance_id", "outcome", "stop_source", "stop_time", "stop_event_id"} {
		if row[name] != "" {
			t.Errorf("%s is %q", name, row[name])
		}
	}
	if row["launch_event_id"] != "a1" {
		t.Errorf("launch is %q", row["launch_event_id"])
	}
}

// Of several refusals of one launch the earliest is in the row, wherever it
// is listed; times are UTC whatever zone they came in.
func TestCSVEarliestDenial(t *testing.T) {
	c := richCase()
	late, early := denied("late", clock(10, 20, 40), 9, 1), denied("early", clock(10, 20, 29), 8, 1)
	early.Ref.EventTime = early.Ref.EventTime.In(time.FixedZone("", 3600))
	early.Action = "GenerateDataKeyWithoutPlaintext"
	a := &c.Incidents[0].Attempts[0]
	a.Denials, a.LagS = []incident.Denial{late, early}, -1
	row := column(t, c, 0)
	for name, want := range map[string]string{
		"denial_event_id": "early", "denial_time": "2026-03-02T10:20:29Z", "denial_action": "GenerateDataKeyWithoutPlaintext", "lag_s": "-1",
	} {
		if row[name] != want {
			t.Errorf("%s is %q, want %q", name, row[name], want)
		}
	}
}

func TestCSVEndsLinesAsRFC4180(t *testing.T) {
	for line := range strings.Lines(string(rendered(t, CSV, richCase()))) {
		if !strings.HasSuffix(line, "\r\n") {
			t.Errorf("line ends in %q", line[max(0, len(line)-2):])
		}
	}
}

func TestDefused(t *testing.T) {
	for in, want := range map[string]string{
		"":                  "",
		"plain":             "plain",
		"a=b":               "a=b",
		"a-b":               "a-b",
		"1-1":               "1-1",
		"request-id;volume": "request-id;volume",
		"=1":                "'=1",
		"+1":                "'+1",
		"-1":                "'-1",
		"@a":                "'@a",
		"＝1":                "'＝1",
		"－1":                "'－1",
		"\t1":               "'␉1",
		"\r1":               "'␍1",
		"  =1":              "'  =1",
		"'=1":               "''=1",
		`"=1`:               `'"=1`,
		"\u00a0=1":          "'\u00a0=1",
		"\u200b=1":          "'⟦U+200B⟧=1",
		"a; -1;b":           "a;' -1;b",
		"a\nb":              "a␊b",
	} {
		if got := defused(in); got != want {
			t.Errorf("defused(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEarliest(t *testing.T) {
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	d := func(id string, s int) incident.Denial {
		return incident.Denial{Ref: incident.Ref{EventID: id, EventTime: at.Add(time.Duration(s) * time.Second)}}
	}
	if got := earliest([]incident.Denial{d("a", 2), d("b", 1), d("c", 1)}); got.Ref.EventID != "b" {
		t.Error(got.Ref.EventID)
	}
}
