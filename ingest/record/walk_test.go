package record

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// pair is what a walk hands out.
type pair struct{ name, value string }

func walked(raw []byte) (out []pair, err error) {
	err = walk(raw, func(name []byte, value jsontext.Value) error {
		out = append(out, pair{string(name), string(value)})
		return nil
	})
	return out, err
}

// parsed is the same by the library.
func parsed(t *testing.T, raw []byte) (out []pair) {
	t.Helper()
	dec := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := dec.ReadToken(); err != nil {
		t.Fatal(err)
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadToken()
		if err != nil {
			t.Fatal(err)
		}
		key := name.String()
		value, err := dec.ReadValue()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, pair{key, string(value)})
	}
	return out
}

// valid are objects that a walk could lose its way in.
var valid = []string{
	`{}`, `{ }`, "{\n\t\"a\" :\r\n1 , \"b\":-2.5e+3}", `{"a":"\\\"}{,","b":"\\"}`, `{"a":{"b":[1,{"c":"]}"}]},"d":[]}`,
	`{"\u0061":1,"a":2}`, `{"":"","\\":"\\\\"}`, `{"a":true,"b":false,"c":null}`, `{"a":[[],[[]],{"}":"{"}]}`,
	"{\"\xff\":\"\xfe\"}", `{"a":"\ud83d\ude00","é":"\u0000"}`,
}

// TestWalk: a walk finds what the library finds; text that is no object, and
// what is cut off, it refuses.
func TestWalk(t *testing.T) {
	for _, s := range valid {
		got, err := walked([]byte(s))
		if want := parsed(t, []byte(s)); err != nil || !equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", s, got, err, want)
		}
	}
	for _, s := range []string{`{`, `{"a`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a" 1}`, `{1:2}`, `{"a":{"b":1`, `{"a":"b\"}`, `{,}`} {
		if got, err := walked([]byte(s)); err == nil {
			t.Errorf("%s: %q", s, got)
		}
	}
}

func equal(a, b []pair) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// FuzzWalk: on valid objects a walk equals the library, and on no text it
// fails in any way but by its error.
func FuzzWalk(f *testing.F) {
	for _, s := range valid {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) == 0 || raw[0] != '{' {
			return
		}
		got, err := walked(raw)
		v := jsontext.Value(raw)
		if !v.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			return
		}
		raw = []byte(strings.TrimSpace(string(raw)))
		if want := parsed(t, raw); err != nil || !equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", raw, got, err, want)
		}
	})
}
