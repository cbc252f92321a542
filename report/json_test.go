package report

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"grantrail/analyze/incident"
)

// The schema has an empty list where there is nothing, at every depth, and
// null only for what is optional.
func TestJSONHasNoNullLists(t *testing.T) {
	c := &incident.Case{Incidents: []incident.Incident{{
		Attempts: []incident.Attempt{{}}, Trigger: &incident.Trigger{Others: []incident.Trigger{{}}},
	}}}
	var doc any
	if err := json.Unmarshal(rendered(t, JSON, c), &doc); err != nil {
		t.Fatal(err)
	}
	var null []string
	nulls("", doc, &null)
	for _, path := range null {
		switch last := path[strings.LastIndex(path, ".")+1:]; last {
		case "from", "to", "first", "last", "arn", "account", "last_good", "resolution", "identity_policy", "key_policy_statement", "terraform", "stamp", "suppressed", "forgotten", "launched_by", "inferred":
		default:
			t.Errorf("%s is null", path)
		}
	}
	if len(null) < 8 {
		t.Errorf("only %d nulls: optional members are gone", len(null))
	}
}

// nulls collects the paths of all nulls below v.
func nulls(path string, v any, found *[]string) {
	switch v := v.(type) {
	case nil:
		*found = append(*found, path)
	case []any:
		for i, e := range v {
			nulls(fmt.Sprintf("%s[%d]", path, i), e, found)
		}
	case map[string]any:
		for name, e := range v {
			nulls(path+"."+name, e, found)
		}
	}
}

func TestEscapeUnseen(t *testing.T) {
	for in, want := range map[string]string{
		`{"a": "é ⟦x⟧ 漢"}` + "\n":      `{"a": "é ⟦x⟧ 漢"}` + "\n",
		"\"\x1b\x7f\u009b\"":           `"\u001b\u007f\u009b"`,
		"\"\u202e\u2066\ufeff\"":       `"\u202e\u2066\ufeff"`,
		"\"\U000e0041\"":               `"\udb40\udc41"`,
		"\"\ufffd\xff\"":               `"\ufffd\ufffd"`,
		"\"\u061c\u200b\u2028\u2060\"": `"\u061c\u200b\u2028\u2060"`,
	} {
		if got := string(escapeUnseen([]byte(in))); got != want {
			t.Errorf("escapeUnseen(%q) = %s, want %s", in, got, want)
		}
	}
}

// A fenced policy is the same document, with nothing in it to end the fence.
func TestFenceKeepsPolicy(t *testing.T) {
	in := map[string]string{"Resource": "```\n</code>\u202e\x1b`"}
	doc, _ := json.Marshal(in)
	p := &page{as: gfm{}}
	if err := p.fence(doc); err != nil {
		t.Fatal(err)
	}
	body, ok := strings.CutPrefix(p.String(), "```json\n")
	body, ok2 := strings.CutSuffix(body, "\n```\n\n")
	if !ok || !ok2 || strings.Contains(body, "`") {
		t.Fatalf("fence is open:\n%s", p)
	}
	var out map[string]string
	if err := json.Unmarshal([]byte(body), &out); err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("policy reads back as %v, %v", out, err)
	}
}

// A listing holds whatever text it is given, and nothing in it ends the block.
func TestListingStaysClosed(t *testing.T) {
	p := &page{as: gfm{}}
	p.listing("hcl", "role = \"x```\n```\n# owned\u202e\x1b[2J\"\n")
	body, ok := strings.CutPrefix(p.String(), "```hcl\n")
	body, ok2 := strings.CutSuffix(body, "\n```\n\n")
	if !ok || !ok2 || strings.ContainsAny(body, "`\u202e\x1b") {
		t.Fatalf("listing is open:\n%s", p)
	}
}
