package record

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"testing"

	"grantrail/ingest/scan"
)

// A value has the form of another where their strings and numbers alone differ, and
// then is JSON as that is.
func TestForm(t *testing.T) {
	const known = `{"bucketName":"logs","max":10,"tags":[{"k":"a"},true,null],"Host":""}`
	for _, tt := range []struct {
		met, value string
		fits       bool
	}{
		{known, known, true},
		{known, `{"bucketName":"","max":-1.5e9,"tags":[{"k":"}],{[:,"},true,null],"Host":"` + strings.Repeat("x", 300) + `"}`, true},
		{`[1]`, `[0]`, true}, {`["a","b"]`, `["","c"]`, true}, {`{ "a" : "b" }`, `{ "a" : "c" }`, true}, {`[]`, `[]`, true}, {`{"1":1}`, `{"1":2}`, true}, {`[-1]`, `[2]`, true},

		{known, strings.Replace(known, "bucketName", "bucketname", 1), false},
		{known, strings.Replace(known, "10", "01", 1), false},
		{known, strings.Replace(known, "10", "1.", 1), false},
		{known, strings.Replace(known, "10", `"10"`, 1), false},
		{known, strings.Replace(known, "10", "", 1), false},
		{known, strings.Replace(known, "true", "false", 1), false},
		{known, strings.Replace(known, `"a"}`, `"a"]`, 1), false},
		{known, strings.Replace(known, `"a"`, `"a","b"`, 1), false},
		{known, known[:len(known)-1] + `,"x":1}`, false},
		{`{"a":"b"}`, `{"a": "b"}`, false}, {`["a"]`, `["a","b"]`, false}, {`["a","b"]`, `["a"]`, false}, {`[1]`, `[]`, false}, {`{"a":1}`, `{"b":1}`, false}, {`{"1":1}`, `{"2":1}`, false}, {`[1,` + strings.Repeat("true,", 40) + `1]`, `[1]`, false},
	} {
		for _, before := range []string{"", `"x":"` + strings.Repeat("long", 700) + `",`} {
			f, known := new(forms), new(form)
			text, m, from := inRecord(before, tt.met)
			if f.fits(known, text, m, from) {
				t.Errorf("%s has the form of nothing", text)
			}
			f.learn(known, text, m, from)
			if text, m, from = inRecord(before, tt.value); m == nil {
				t.Fatalf("%s is not one value", tt.value)
			}
			if got := f.fits(known, text, m, from); got != tt.fits {
				t.Errorf("%s has the form of %s: %v", tt.value, tt.met, got)
			}
		}
	}
}

// What is too long, or whose quotes nobody knows any longer, has no form, and what
// was known before is forgotten.
func TestFormless(t *testing.T) {
	for name, long := range map[string]string{
		"text":    `{"` + strings.Repeat("a", maxForm) + `":1}`,
		"pieces":  `[` + strings.Repeat(`true,"",`, maxForm/8) + `1]`,
		"no cuts": `[` + strings.Repeat(`true,`, maxForm/4) + `true]`,
		"quotes":  `["` + strings.Repeat("long", 20000) + `",""]`,
	} {
		t.Run(name, func(t *testing.T) {
			f, known := new(forms), new(form)
			before, m, from := inRecord("", `["a"]`)
			f.learn(known, before, m, from)
			text, m, from := inRecord("", long)
			if f.learn(known, text, m, from); f.of != nil || f.fits(known, text, m, from) {
				t.Error("it has a form")
			}
			if before, m, from = inRecord("", `["a"]`); f.fits(known, before, m, from) {
				t.Error("the form before is still known")
			}
		})
	}
}

// What is as long as a value whose form is too long is not learned; what is shorter is.
func TestFormLong(t *testing.T) {
	f, known := new(forms), new(form)
	sure := func(value string) bool {
		t.Helper()
		text, m, from := inRecord("", value)
		if !f.sure(known, text, m, from) {
			t.Errorf("%.20s is no JSON", value)
		}
		return f.of != nil
	}
	long := func(name string) string { return `{"` + name + `":"","` + strings.Repeat(name, maxForm) + `":1}` }
	if sure(long("a")) || sure(long("b")) || !strings.HasPrefix(long("a"), string(known.text)) {
		t.Error("it is learned again")
	}
	if !sure(`{"a":1}`) || !sure(`{"a":2}`) {
		t.Error("a shorter one has no form")
	}
	if sure(long("c")) || strings.HasPrefix(long("a"), string(known.text)) {
		t.Error("behind a shorter one it is not tried")
	}
}

// Each field of each call has a form of its own; those that share their places
// take them over.
func TestFormPlaces(t *testing.T) {
	f := new(forms)
	calls := make([]string, 4*len(f.known))
	for i := range calls {
		calls[i] = "Call" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	for range 2 {
		for i, call := range calls {
			for _, field := range []Field{Request, Response} {
				text := `{"` + call + `":[` + strings.Repeat(`1,`, int(field)) + `1]}`
				value, m, from := inRecord("", text)
				known := f.place(field, []byte(call))
				if !f.sure(known, value, m, from) || f.place(field, []byte(call)) != known || !f.fits(known, value, m, from) {
					t.Fatalf("%d: %s is not known", i, text)
				}
			}
		}
	}
}

// Two calls whose first place is one are both known.
func TestFormNeighbours(t *testing.T) {
	sure := func(f *forms, call string) {
		value, m, from := inRecord("", `{"`+call+`":"b"}`)
		f.sure(f.place(Request, []byte(call)), value, m, from)
	}
	known := func(f *forms, field Field, call string) bool {
		value, m, from := inRecord("", `{"`+call+`":"c"}`)
		return f.fits(f.place(field, []byte(call)), value, m, from)
	}
	of, shared := make(map[int]string), 0
	for i := range 2 * len(forms{}.known) {
		call, f := strconv.Itoa(i), new(forms)
		sure(f, call)
		place := slices.IndexFunc(f.known[:], func(it form) bool { return len(it.cuts) > 0 })
		if neighbour, met := of[place]; met {
			if sure(f, neighbour); !known(f, Request, call) || !known(f, Request, neighbour) {
				t.Fatalf("%s and %s, both at %d, are not both known", call, neighbour, place)
			}
		}
		of[place] = call
		if known(f, Response, call) { // it has taken that place over
			shared++
		}
	}
	if shared > len(forms{}.known)/8 {
		t.Errorf("%d times a field had the form of another", shared)
	}
}

// labeled are values that say fields, each to be met behind the others.
var labeled = []string{
	`{"type":"Role","arn":"a","sessionContext":{"sessionIssuer":{"arn":"b","userName":"c"},"attributes":{"creationDate":"d"}}}`,
	`{"type":"User","arn":"","sessionContext":{"sessionIssuer":{"arn":"bb","userName":""},"attributes":{"creationDate":"dd"}}}`,
	`{"type":"","arn":"a","sessionContext":{"sessionIssuer":{"arn":"b","userName":"c"},"attributes":{"creationDate":"d"}}}`,
	`{"type":"Role","arn":null}`, `{"type":"Role","arn":"a"}`, `{"type":"Role","arn":7}`, `{"type":"Role","arn":-8.5}`, `{"type":"Role","arn":true}`, `{"type":"Role","arn":{"arn":"a"}}`, `{"type":"Role","arn":["a"]}`,
	`{"type":"Role","type":"User"}`, `{"type":"User","type":"Role"}`, `{"Type":"Role"}`, `{"x":{"type":"Role"}}`, `{}`, `[]`, `{"tlsVersion":"1","cipherSuite":"c"}`, `{"tlsVersion":"2","cipherSuite":"d"}`,
	`[{"ARN":"a","type":"t","accountId":"n"}]`, `[{"ARN":"b","type":"u","accountId":"m"}]`, `[{"ARN":"","type":"u","accountId":"m"}]`, `[{"ARN":"a"},{"type":"t"}]`, `[{"ARN":"b"},{"type":""}]`, `[{"ARN":"b"},{"type":"u"}]`,
	`[{"ARN":"a"},{"x":"y"}]`, `[{"ARN":"b"},{"x":"z"}]`, `[{"x":"y"},{"ARN":"a"},{}]`, `[{"x":"z"},{"ARN":"b"},{}]`, `[{"arn":"a","ARN":"b"}]`, `[{"arn":"c","ARN":"d"}]`, `[{"ARN":"a"},"b",{"ARN":"c"}]`, `[{"ARN":"b"},"c",{"ARN":"d"}]`,
	`[{"ARN":{"ARN":"a"},"type":"t"}]`, `[{"ARN":{"ARN":"b"},"type":"u"}]`, `[[{"ARN":"a"}]]`, `[[{"ARN":"b"}]]`, `[ { "ARN" : "a" } ]`, `[ { "ARN" : "b" } ]`, `[{"ARN":1}]`, `[{"ARN":2}]`, `"a"`, `1`, `null`,
	`[` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `,{"ARN":"a"}]`, `[{"ARN":"a"},` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `]`,
	`{"type":"Role","arn":"` + strings.Repeat("long", 1000) + `"}`, `[{"ARN":"` + strings.Repeat("long", 1000) + `"}]`,
}

// The fields of a value whose form is known are those that a parser finds, whatever
// was met before.
func TestFormFields(t *testing.T) {
	o := NewOutlines()
	for _, value := range labeled {
		for _, before := range labeled {
			sameFields(t, o, before)
			sameFields(t, o, value)
		}
	}
}

// Values of one form are read once.
func TestFormLabeled(t *testing.T) {
	for value, want := range map[string]bool{
		labeled[0]:                             true,
		`[{"ARN":"a"},{"x":"y"},{"type":"t"}]`: true,
		`{"x":1}`:                              true,
		`{"type":""}`:                          false, // it could be anywhere
		`{"type":true}`:                        false,
	} {
		for _, name := range []string{"userIdentity", "resources"} {
			o, s, raw := NewOutlines(), scan.NewText(Vocabulary), []byte(`{"`+name+`":`+value+`}`)
			s.Reset(raw, scan.AnyBytes)
			m, _, _ := s.Record(0)
			if _, valid := o.Members(raw, m); !valid || o.forms.of == nil {
				t.Fatalf("%s has no form", raw)
			}
			if got := o.forms.of.labeled; got != (want || value[0] == '{' && name == "resources") { // which says nothing there
				t.Errorf("%s is labeled: %v", raw, got)
			}
		}
	}
}

func FuzzFormFields(f *testing.F) {
	for i, value := range labeled {
		f.Add(value, labeled[(i+1)%len(labeled)], value)
	}
	o := NewOutlines()
	f.Fuzz(func(t *testing.T, first, second, third string) {
		for _, value := range []string{first, second, third} {
			sameFields(t, o, value)
		}
	})
}

// sameFields compares what is found of a value, in each place where one says
// fields, with what a parser finds that has met nothing.
func sameFields(t *testing.T, o *Outlines, value string) {
	t.Helper()
	for _, name := range []string{"userIdentity", "tlsDetails", "resources"} {
		raw := []byte(`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","` + name + `":` + value + `}`)
		s := scan.NewText(Vocabulary)
		s.Reset(raw, scan.AnyBytes)
		members, end, found := s.Record(0)
		if found != scan.Record || end != len(raw) || bits.OnesCount64(members.Said) != 4 || len(members.Others) > 0 {
			continue // it is not one value
		}
		d := NewDecoder()
		_, err := d.Head(raw)
		got, valid := o.Members(raw, members)
		if !valid || err != nil {
			if valid {
				t.Errorf("%s: %v", raw, err)
			}
			continue
		}
		if by, want := said(got), said(NewOutlines().Values(d, raw)); by != want {
			t.Errorf("%s: %+v, want %+v", raw, by, want)
		}
	}
}
