package report

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"math"
	"strings"
	"testing"

	"grantrail/analyze/incident"
)

func TestReadCaseRoundTrip(t *testing.T) {
	for _, build := range []func() *incident.Case{richCase, cleanCase, inconclusiveCase, sweptCase} {
		c := build()
		c.Changes = nil // a saved case does not have them
		for _, f := range formats {
			saved := rendered(t, JSON, c)
			back, err := ReadCase(bytes.NewReader(saved))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := rendered(t, f.name, back), rendered(t, f.name, c); !bytes.Equal(got, want) {
				t.Errorf("%s of the saved case differs:\n%s\nwant:\n%s", f.name, got, want)
			}
		}
	}
}

// A list of incidents that is null, or stands elsewhere, is read all the same:
// tools that rewrite JSON sort its members.
func TestReadCaseRewritten(t *testing.T) {
	for _, build := range []func() *incident.Case{richCase, cleanCase} {
		c := build()
		want := rendered(t, JSON, c)
		var members map[string]json.RawMessage
		if err := json.Unmarshal(want, &members); err != nil {
			t.Fatal(err)
		}
		if len(c.Incidents) == 0 {
			members["incidents"] = json.RawMessage("null")
		}
		sorted, _ := json.Marshal(members)
		back, err := ReadCase(bytes.NewReader(sorted))
		if err != nil {
			t.Fatal(err)
		}
		if got := rendered(t, JSON, back); !bytes.Equal(got, want) {
			t.Errorf("read back it is\n%s\nwant\n%s", got, want)
		}
	}
}

func TestReadCaseRefuses(t *testing.T) {
	saved := string(rendered(t, JSON, cleanCase()))
	for name, tt := range map[string]struct{ doc, want string }{
		"empty":               {"", "unexpected end"},
		"no object":           {"[]", "not a case file: no schema"},
		"schema of no text":   {`{"schema": 1}`, "not a case file: no schema"},
		"no schema":           {`{"incidents": []}`, "no schema"},
		"null":                {"null", "no schema"},
		"other schema":        {strings.Replace(saved, "case/v1", "case/v2", 1), `schema is "grantrail.case/v2", want "grantrail.case/v1"`},
		"cut off":             {saved[:len(saved)/2], "unexpected end"},
		"trailing":            {saved + saved, "after top-level value"},
		"unknown field":       {strings.Replace(saved, `"reasons"`, `"seasons"`, 1), `unknown field "seasons"`},
		"unknown of incident": {strings.Replace(string(rendered(t, JSON, richCase())), `"first_seen"`, `"worst_seen"`, 1), `unknown field "worst_seen"`},
		"no list":             {strings.Replace(saved, `"incidents": []`, `"incidents": {}`, 1), "incidents are {, want a list"},
		"wrong type":          {strings.Replace(saved, `"incidents": 0`, `"incidents": "0"`, 1), "cannot unmarshal string"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadCase(strings.NewReader(tt.doc))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// sized is a file of a size, whatever it has.
type sized struct {
	*strings.Reader
	fs.FileInfo
	size int64
}

func (f sized) Stat() (fs.FileInfo, error) { return f, nil }
func (f sized) Size() int64                { return f.size }
func (f sized) Mode() fs.FileMode          { return 0 }

// The size of a file is taken for what it is, where an int is smaller as well.
func TestReadAllBySize(t *testing.T) {
	for size, refused := range map[int64]bool{
		0: false, 2: false, 100: false, // it can grow, or shrink, while it is read
		math.MaxInt64: true, math.MaxInt - bytes.MinRead + 1: true,
	} {
		doc, err := readAll(sized{Reader: strings.NewReader("{}"), size: size})
		if (err != nil) != refused || !refused && string(doc) != "{}" {
			t.Errorf("%d bytes: %q, %v", size, doc, err)
		}
	}
}
