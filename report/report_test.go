package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"grantrail/analyze/incident"
)

func TestParseFormat(t *testing.T) {
	for name, file := range map[string]string{
		"markdown": "report.md", "csv": "incidents.csv", "json": "case.json", "html": "report.html",
	} {
		f, err := ParseFormat(name)
		if err != nil || string(f) != name || f.FileName() != file {
			t.Errorf("ParseFormat(%q) = %q (%q), %v", name, f, f.FileName(), err)
		}
	}
	for _, name := range []string{"", "JSON", "pdf"} {
		_, err := ParseFormat(name)
		if err == nil || !strings.Contains(err.Error(), "markdown, csv, json, html") {
			t.Errorf("ParseFormat(%q): error %v does not list the formats", name, err)
		}
	}
}

func TestRenderUnknownFormat(t *testing.T) {
	var b bytes.Buffer
	if err := Render(&b, "pdf", richCase()); err == nil || b.Len() > 0 {
		t.Errorf("got error %v and %d bytes", err, b.Len())
	}
}

// full is a disk with no room left.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRenderReportsWriteError(t *testing.T) {
	for _, f := range formats {
		if err := Render(full{}, f.name, richCase()); !errors.Is(err, errFull) {
			t.Errorf("%s: error %v", f.name, err)
		}
	}
}

// A policy that is no JSON comes from no analysis and no case file, and must
// not reach a report half written.
func TestRenderRefusesBrokenPolicy(t *testing.T) {
	for _, f := range []Format{Markdown, JSON, HTML} {
		c := richCase()
		c.Incidents[0].Remedy.IdentityPolicy = []byte("```\n{")
		var b bytes.Buffer
		if err := Render(&b, f, c); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v and %d bytes", f, err, b.Len())
		}
	}
}

func TestRenderLeavesCaseAlone(t *testing.T) {
	c, empty := richCase(), &incident.Case{}
	for _, f := range formats {
		rendered(t, f.name, c)
		rendered(t, f.name, empty)
	}
	if empty.Incidents != nil || empty.Custody.Integrity.Logs != nil {
		t.Error("rendering filled a list of the caller's")
	}
	if got, want := rendered(t, JSON, c), rendered(t, JSON, richCase()); !bytes.Equal(got, want) {
		t.Error("rendering changed the case")
	}
}
