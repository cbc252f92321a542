package record

import (
	"slices"
	"strconv"
	"strings"
	"testing"
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
			var f form
			text, m, from := inRecord(before, tt.met)
			if f.fits(text, m, from) {
				t.Errorf("%s has the form of nothing", text)
			}
			f.learn(text, m, from)
			if text, m, from = inRecord(before, tt.value); m == nil {
				t.Fatalf("%s is not one value", tt.value)
			}
			if got := f.fits(text, m, from); got != tt.fits {
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
			var f form
			before, m, from := inRecord("", `["a"]`)
			f.learn(before, m, from)
			text, m, from := inRecord("", long)
			if f.learn(text, m, from); f.fits(text, m, from) {
				t.Error("it has a form")
			}
			if before, m, from = inRecord("", `["a"]`); f.fits(before, m, from) {
				t.Error("the form before is still known")
			}
		})
	}
}

// Each field of each call has a form of its own; those that share their places
// take them over.
func TestFormPlaces(t *testing.T) {
	f := new(forms)
	calls := make([]string, 4*len(f))
	for i := range calls {
		calls[i] = "Call" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26)
	}
	for range 2 {
		for i, call := range calls {
			for _, field := range []Field{Request, Response} {
				text := `{"` + call + `":[` + strings.Repeat(`1,`, int(field)) + `1]}`
				value, m, from := inRecord("", text)
				if !f.sure(field, []byte(call), value, m, from) || !f.place(field, []byte(call)).fits(value, m, from) {
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
		f.sure(Request, []byte(call), value, m, from)
	}
	known := func(f *forms, field Field, call string) bool {
		value, m, from := inRecord("", `{"`+call+`":"c"}`)
		return f.place(field, []byte(call)).fits(value, m, from)
	}
	of, shared := make(map[int]string), 0
	for i := range 2 * len(forms{}) {
		call, f := strconv.Itoa(i), new(forms)
		sure(f, call)
		place := slices.IndexFunc(f[:], func(it form) bool { return len(it.cuts) > 0 })
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
	if shared > len(forms{})/8 {
		t.Errorf("%d times a field had the form of another", shared)
	}
}
