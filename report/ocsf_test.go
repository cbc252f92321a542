package report

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"grantrail/analyze/incident"
)

// TestOCSF: every line is a Detection Finding by the published class, also with
// hostile texts, and the schema at hand refuses what is none.
func TestOCSF(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "ocsf-2004.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, c *incident.Case) {
		lines := bytes.Split(bytes.TrimSuffix(rendered(t, OCSF, c), []byte("\n")), []byte("\n"))
		if len(lines) != len(c.Incidents) {
			t.Errorf("%s: %d lines for %d incidents", name, len(lines), len(c.Incidents))
		}
		for _, line := range lines {
			doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(line))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(doc); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	check("rich", richCase())
	check("swept", sweptCase())
	eachInfested(func(name string, _, hostile *incident.Case, _ string) { check(name, hostile) })
	if out := rendered(t, OCSF, cleanCase()); len(out) != 0 {
		t.Errorf("a clean case gives %q", out)
	}
	near := strings.Replace(string(rendered(t, OCSF, richCase())), `"class_uid":2004`, `"class_uid":2001`, 1)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.SplitN(near, "\n", 2)[0]))
	if err != nil || schema.Validate(doc) == nil {
		t.Errorf("another class passes: %v", err)
	}
}

func TestOCSFActivity(t *testing.T) {
	of := ocsfActivities(&incident.Changes{New: []string{"new", "both"}, Resolved: []string{"gone", "both"}})
	for id, want := range map[string]string{"new": "Create", "both": "Create", "gone": "Close", "old": "Update"} {
		if _, got := of(id); got != want {
			t.Errorf("%s: %s", id, got)
		}
	}
	if _, got := ocsfActivities(nil)("x"); got != "Create" {
		t.Error(got)
	}
}
