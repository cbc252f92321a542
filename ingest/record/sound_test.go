package record

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/scan"
	"grantrail/ingest/trailtest"
)

// sounds are texts that are JSON, and near misses of them.
var sounds = []struct {
	text string
	is   bool
}{
	{`{}`, true}, {`[]`, true}, {`{"a":1}`, true}, {`[1,2]`, true}, {` { "a" : [ 1 , { } ] } `, true}, {`"a"`, true}, {`0`, true}, {`-0.5e+10`, true}, {`1E9`, true}, {`null`, true},
	{`{"a":"\u00e9\n\"\\","b":true,"c":false,"d":null}`, true}, {`["\uD800"]`, true}, {`{"a":{"a":1},"a":2}`, true}, {"{\"a\":\"\x80\xff\"}", true}, {"[\"\x7f\"]", true},
	{`{"a":"12345678","b":"1234567\"","c":"123456\\"}`, true}, {`[[[[]]]]`, true}, {`[{"a":[]},[{}]]`, true},
	{``, false}, {` `, false}, {`{`, false}, {`[`, false}, {`{"a"}`, false}, {`{"a":}`, false}, {`{"a":1,}`, false}, {`[1,]`, false}, {`[,1]`, false}, {`{,"a":1}`, false}, {`[1 2]`, false},
	{`{"a":1]`, false}, {`[1}`, false}, {`[]]`, false}, {`{}{}`, false}, {`{1:2}`, false}, {`{"a" 1}`, false}, {`{"a":1 "b":2}`, false}, {`["a" "b"]`, false}, {`["a]`, false}, {`["a\"]`, false},
	{`["\x"]`, false}, {`["\u00g0"]`, false}, {`["\u00"]`, false}, {`["\`, false}, {"[\"a\nb\"]", false}, {"[\"a\x00b\"]", false}, {"[\"12345678\x1f\"]", false},
	{`01`, false}, {`1.`, false}, {`.5`, false}, {`+1`, false}, {`1e`, false}, {`1e+`, false}, {`-`, false}, {`tru`, false}, {`True`, false}, {`nul`, false}, {`nullx`, false}, {`truefalse`, false}, {"\u00a01", false}, {"[1\v]", false},
}

func TestSurely(t *testing.T) {
	for _, of := range sounds {
		if got := soundly([]byte(of.text)); got != of.is {
			t.Errorf("%q: %v", of.text, got)
		}
		agreed(t, []byte(of.text))
	}
	for _, depth := range []int{64, 65} {
		if text := strings.Repeat(`{"a":[`, depth/2) + strings.Repeat("[", depth%2) + strings.Repeat("]", depth%2) + strings.Repeat(`]}`, depth/2); soundly([]byte(text)) != (depth <= 64) {
			t.Errorf("%d deep", depth)
		}
	}
	for _, raw := range elements(t, trailtest.Bulk{Seed: 2}.Text(200)) {
		if !soundly(raw) {
			t.Errorf("not sure of %s", raw)
		}
	}
}

// FuzzSurely compares what is sure with what a parser says.
func FuzzSurely(f *testing.F) {
	for _, of := range sounds {
		f.Add([]byte(of.text))
	}
	for _, raw := range elements(f, trailtest.Bulk{Seed: 3}.Text(20)) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, text []byte) { agreed(t, text) })
}

func soundly(text []byte) bool { return surely(text, nil, 0) }

// agreed asks of a text, and of the same where other text is behind it, where it is
// cut off, and where it stands in a record that the scan has read.
func agreed(t *testing.T, text []byte) {
	t.Helper()
	want := jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if got := soundly(text); got && !want || !got && want && deepest(text) <= 64 {
		t.Errorf("%q: sure %v, JSON %v", text, got, want)
	}
	for _, behind := range []string{`"`, `"}]`, `\"`, ` 12345678`, `}]}]}]}]"`} {
		if got := soundly(append(append([]byte(nil), text...), behind...)[:len(text)]); got != soundly(text[:len(text):len(text)]) {
			t.Errorf("%q before %q: %v", text, behind, got)
		}
	}
	if len(text) > 1 {
		if half := text[:len(text)/2]; soundly(half) != soundly(append([]byte(nil), half...)) {
			t.Errorf("%q, cut out of %q", half, text)
		}
	}
	if bytes.IndexByte(text, '\\') >= 0 {
		return
	}
	for _, before := range []string{"", `"x":1,`, `"x":"` + strings.Repeat("long", 2000) + `",`} {
		value, m, from := inRecord(before, string(text))
		if m == nil {
			continue // it is not one value
		}
		if got := surely(value, m, from); got != soundly(value) {
			t.Errorf("%q in a record: %v", value, got)
		}
		for range 2 { // the second time it may have the form of the first
			if got := met.sure(met.place(Request, nil), value, m, from); got != soundly(value) {
				t.Errorf("%q by its form: %v", value, got)
			}
		}
	}
}

// met are the forms of all texts that were agreed on.
var met = new(forms)

// inRecord is a value that the scan finds in a record behind others, and where it
// begins in it; or nothing where the text is not one value.
func inRecord(before, text string) (value []byte, m *scan.Members, from int) {
	record := fmt.Appendf(nil, `{%s"requestParameters":%s,"x":{"y":"z"}}`, before, text)
	s := scan.NewText(Vocabulary)
	s.Reset(record, scan.AnyBytes)
	m, end, found := s.Record(0)
	if found != scan.Record || end != len(record) || m.Said != 1<<requestParameters {
		return nil, nil, 0
	}
	value = m.Value(record, int(requestParameters))
	return value, m, cap(record) - cap(value)
}

// deepest is at most how deep something in the text is nested.
func deepest(text []byte) int {
	return strings.Count(string(text), "[") + strings.Count(string(text), "{")
}

// BenchmarkSurely asks whether records are JSON.
func BenchmarkSurely(b *testing.B) {
	raws, size := elements(b, trailtest.Bulk{Seed: 1}.Text(500)), 0
	for _, raw := range raws {
		size += len(raw)
	}
	for name, valid := range map[string]func(raw []byte) bool{
		"surely": soundly,
		"parser": func(raw []byte) bool {
			return jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		},
	} {
		b.Run("by="+name, func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, raw := range raws {
					if !valid(raw) {
						b.Fatal("no JSON")
					}
				}
			}
		})
	}
}
