package trailtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// archive parses a description that is expected to be sound.
func archive(t *testing.T, text string) *Trail {
	t.Helper()
	trail, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return trail
}

// content is an object's text, inflated where it is compressed.
func content(t *testing.T, data []byte) []byte {
	t.Helper()
	if !zipped(data) {
		return data
	}
	text, err := inflate(data)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// records reads a log file the way a stranger would.
func records(t *testing.T, data []byte) []map[string]any {
	t.Helper()
	var log struct{ Records []map[string]any }
	if err := json.Unmarshal(content(t, data), &log); err != nil {
		t.Fatal(err)
	}
	return log.Records
}

// one is the single record of a description.
func one(t *testing.T, text string) map[string]any {
	t.Helper()
	found := records(t, archive(t, text).Objects[0].Data)
	if len(found) != 1 {
		t.Fatalf("%d records, want 1", len(found))
	}
	return found[0]
}

// at follows a path of names; it is nil where the path ends early.
func at(v any, names ...string) any {
	for _, name := range names {
		o, _ := v.(map[string]any)
		v = o[name]
	}
	return v
}

func TestParseErrors(t *testing.T) {
	const now = "at=2026-03-02T10:20:30Z "
	tests := []struct{ name, text, want string }{
		{"line number", "\n# why\nlaunch", "trail line 3: launch: no such verb"},
		{"a continued line counts from its head", "\nstart \\\n by=root", "trail line 2: start: at= is missing"},
		{"unknown option", "start " + now + "by=root instance=i-1 instnce=i-2", "no option instnce= (there are: "},
		{"missing option", "start " + now + "by=root", "instance= is missing"},
		{"no caller", "stop " + now + "instance=i-1", "by= is missing"},
		{"bad caller", "stop " + now + "by=ana instance=i-1", "by=ana is none of"},
		{"bad time", "stop at=noon by=root instance=i-1", "at=noon is neither"},
		{"step from nowhere", "stop at=+1s by=root instance=i-1", "no record before"},
		{"bad state", "start " + now + "by=root instance=i-1 previous=asleep", `"asleep" is not a state`},
		{"bad reason", "refused " + now + "by=root key=k because=whim", "because=whim is none of: ambiguous, bare"},
		{"no key to name", "refused " + now + "by=root", "key= is missing"},
		{"stray word", "stop " + now + "by=root instance=i-1 quickly", `the word "quickly"`},
		{"said twice", "stop " + now + "by=root by=root instance=i-1", "by= is given twice"},
		{"open quote", `stop by="root`, "does not end"},
		{"bad JSON", "stop " + now + "by=root instance=i-1 {", "parsing JSON"},
		{"no such field", "stop " + now + "by=root instance=i-1 -resources", `no field "resources"`},
		{"state in a log file", "state " + now + "instance=i-1 is=stopped", "kind=eventbridge"},
		{"nothing to repeat", "again", "no such record"},
		{"path outside", "file ../a.json", "leads out of the archive"},
		{"path twice", "file a.json\nfile a.json", "trail line 2: file: the path"},
		{"unfinished", "start \\", "inside a continued line"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.text)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one with %q", err, tt.want)
			}
			if p := (*ParseError)(nil); !errors.As(err, &p) {
				t.Errorf("%T is not a *ParseError", err)
			}
		})
	}
}

func TestSameDescriptionSameBytes(t *testing.T) {
	first, second := archive(t, Demo()), archive(t, Demo())
	for i, o := range first.Objects {
		if other := second.Objects[i]; o.Path != other.Path || !bytes.Equal(o.Data, other.Data) {
			t.Errorf("object %d differs: %q and %q", i, o.Path, other.Path)
		}
	}
}

func TestEventIDs(t *testing.T) {
	const stop = "stop at=2026-03-02T10:20:30Z by=root instance=i-1\n"
	id := func(text string, n int) any { return records(t, archive(t, text).Objects[0].Data)[n]["eventID"] }
	if id(stop, 0) == id(stop+stop, 1) {
		t.Error("two equal lines made one event")
	}
	if id(stop, 0) != id("# a comment\n\n"+stop, 0) {
		t.Error("a comment changed an event")
	}
	if id(stop, 0) != id(stop+"again", 1) {
		t.Error("a repeated record is another event")
	}
	if got, want := id(stop+`again {"awsRegion":"eu-west-2"}`, 1), id(stop, 0); got != want {
		t.Error("a changed repetition is another event")
	}
}

func TestPatch(t *testing.T) {
	r := one(t, `stop at=2026-03-02T10:20:30Z by=role/ops/ana instance=i-1 -userIdentity.accessKeyId -tlsDetails {"responseElements":null,"userIdentity":{"type":"X"}}`)
	if v, there := r["responseElements"]; !there || v != nil {
		t.Errorf("responseElements = %v, want null", v)
	}
	if at(r, "userIdentity", "type") != "X" || at(r, "userIdentity", "accountId") != "111122223333" {
		t.Errorf("userIdentity was not merged: %v", r["userIdentity"])
	}
	if at(r, "userIdentity", "accessKeyId") != nil || r["tlsDetails"] != nil {
		t.Error("a field taken out is still there")
	}
}

func TestContainers(t *testing.T) {
	const stop = "stop at=2026-03-02T10:20:30Z by=root instance=i-1\n"
	text := func(line string) string { return string(content(t, archive(t, line+"\n"+stop).Objects[0].Data)) }
	plain := text("file a.json.gz")
	tests := []struct {
		line string
		ok   func(got string) bool
	}{
		{"file a.json.gz", func(s string) bool {
			return !strings.Contains(s, "\n") && strings.HasPrefix(s, `{"Records":[{"eventVersion"`)
		}},
		{"file a.json.gz pretty", func(s string) bool { return strings.HasPrefix(s, "{\n    \"Records\": [\n") }},
		{"file a.json.gz bom", func(s string) bool { return s == "\ufeff"+plain }},
		{"file a.json.gz members=3", func(s string) bool { return s == plain }},
		{"file a.json.gz order=name-first", func(s string) bool { return strings.HasPrefix(s, `{"Records":[{"eventName"`) }},
		{"file a.json.gz order=sorted", func(s string) bool { return strings.HasPrefix(s, `{"Records":[{"awsRegion"`) }},
		{"file a.gz kind=eventbridge", func(s string) bool {
			return strings.HasPrefix(s, `{"version":"0",`) && strings.Contains(s, `"source":"aws.ec2"`) && strings.HasSuffix(s, "}}")
		}},
		{"file a.gz kind=eventbridge sep=newline", func(s string) bool { return strings.HasSuffix(s, "}\n") }},
	}
	for _, tt := range tests {
		if got := text(tt.line); !tt.ok(got) {
			t.Errorf("%s: %.120s", tt.line, got)
		}
	}
	data := archive(t, "file a.json plain\n"+stop).Objects[0].Data
	if zipped(data) || string(data) != plain {
		t.Error("plain is not the text itself")
	}
	if n := bytes.Count(archive(t, "file a.json.gz members=3\n"+stop).Objects[0].Data, []byte{0x1f, 0x8b, 8}); n != 3 {
		t.Errorf("%d gzip members, want 3", n)
	}
}

func TestNamesOfTheService(t *testing.T) {
	o := archive(t, "stop at=2026-03-02T10:20:30Z by=root instance=i-1").Objects[0]
	const want = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T1025Z_"
	if !strings.HasPrefix(o.Path, want) || len(o.Path) != len(want)+16+len(".json.gz") {
		t.Errorf("path %q", o.Path)
	}
}
