package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"grantrail/analyze/incident"
)

// encoded is what encoding/json and [escapeUnseen] make of v: the spelling that
// case files have.
func encoded(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(withLists(v)); err != nil {
		t.Fatal(err)
	}
	return string(escapeUnseen(b.Bytes()))
}

func written(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	if err := newJSONWriter(&b).document(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestJSONWriterEqualsEncodingJSON: the bytes are those of encoding/json, for
// cases of every kind and for texts and numbers that ask for something.
func TestJSONWriterEqualsEncodingJSON(t *testing.T) {
	values := map[string]any{
		"rich": richCase(), "clean": cleanCase(), "inconclusive": inconclusiveCase(), "swept": sweptCase(), "empty": &incident.Case{},
		"raw": &incident.Remedy{IdentityPolicy: json.RawMessage("{\"a\": [ ],\n\"b\" :{}, \"c\":\"<\u202e\u2028>\"}"), KeyPolicyStatement: json.RawMessage("null")},
		"map": &struct {
			M map[string]int `json:"m"`
			N []string       `json:"n"`
		}{M: map[string]int{"b": 1, "a<": 2}},
		"options": &struct {
			A string `json:"a,omitempty"`
			B int
		}{},
	}
	for name, text := range corpus {
		values["text "+name] = infested(crowdedCase(), text)
	}
	for _, f := range []float64{0, 1.5, -2, 1e-6, 9.9e-7, 1e20, 1e21, 123456789.25, math.MaxFloat64, math.Copysign(0, -1)} {
		values[time.Duration(f).String()] = &incident.Attempt{LagS: f}
	}
	for r := range rune(0x3000) {
		if text := string(r); r%64 == 0 || r < 0x300 || Hidden(r) {
			values["rune "+text] = &incident.Pointer{Action: "a" + text + "b"}
		}
	}
	for name, v := range values {
		if got, want := written(t, v), encoded(t, v); got != want {
			t.Errorf("%q is written\n%s\nand encoding/json has\n%s", name, got, want)
		}
	}
}

// TestJSONWriterLeavesInBlocks: a long case is written as it is made, and the
// blocks are the document.
func TestJSONWriterLeavesInBlocks(t *testing.T) {
	c := richCase()
	c.Incidents = repeat(c.Incidents[0], 200)
	var b blockCount
	if err := newJSONWriter(&b).document(c); err != nil {
		t.Fatal(err)
	}
	if b.n < 5 || b.longest > 2*block {
		t.Errorf("%d blocks, the longest of %d bytes", b.n, b.longest)
	}
	if b.String() != encoded(t, c) {
		t.Error("the blocks are another document")
	}
}

// blockCount counts what is written at once.
type blockCount struct {
	strings.Builder
	n, longest int
}

func (b *blockCount) Write(p []byte) (int, error) {
	b.n++
	b.longest = max(b.longest, len(p))
	return b.Builder.Write(p)
}

// TestJSONWriterRefuses what encoding/json refuses.
func TestJSONWriterRefuses(t *testing.T) {
	for name, v := range map[string]any{
		"not a number": &incident.Attempt{LagS: math.NaN()},
		"no JSON":      &incident.Remedy{IdentityPolicy: json.RawMessage("{")},
		"nothing":      &incident.Remedy{IdentityPolicy: json.RawMessage("")},
		"year 10000":   &incident.Ref{EventTime: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if _, err := json.Marshal(v); err == nil {
			t.Fatalf("%s: encoding/json takes it", name)
		}
		if err := newJSONWriter(io.Discard).document(v); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

// A case that cannot be written leaves nothing half written, in whatever format
// has a word for what is wrong with it.
func TestRenderRefusesTimeWhole(t *testing.T) {
	for _, f := range []Format{JSON, OCSF} {
		c := richCase()
		c.Incidents = append(repeat(c.Incidents[1], 300), c.Incidents[0])
		c.Incidents[300].Trigger.Ref.EventTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
		var b bytes.Buffer
		if err := Render(&b, f, c); err == nil || b.Len() > 0 {
			t.Errorf("%s: error %v and %d bytes", f, err, b.Len())
		}
	}
}
