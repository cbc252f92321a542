package scan

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// TestFind holds the two ways to find bytes against comparing them one by one.
func TestFind(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	text := make([]byte, 64*5)
	for range 2000 {
		for i := range text {
			if text[i] = byte(chance.UintN(256)); chance.IntN(3) == 0 {
				text[i] = "\"\\[]{}\x1f\x00 \x20"[chance.IntN(10)]
			}
		}
		var want, plain, got [5]masks
		for i, c := range text {
			w, bit := &want[i/64], uint64(1)<<(i%64)
			switch c {
			case '"':
				w.quotes |= bit
			case '\\':
				w.slashes |= bit
			case '[', '{':
				w.opens |= bit
			case ']', '}':
				w.closes |= bit
			}
			if c < 0x20 {
				w.controls |= bit
			}
		}
		findAnywhere(text, plain[:])
		find(text, got[:])
		if plain != want || got != want {
			t.Fatalf("%q:\nplain %x\nfound %x\nwant  %x", text, plain, got, want)
		}
	}
}

// members are the elements of a list as a parser reads them: the text of each,
// and of the names and values at its top level. It ends at the first thing that
// is no object with members.
func members(list []byte) (out []string) {
	dec := jsontext.NewDecoder(bytes.NewReader(list), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := dec.ReadToken(); err != nil {
		return nil
	}
	for dec.PeekKind() == '{' {
		raw, err := dec.ReadValue()
		if err != nil {
			return out
		}
		said := []string{string(raw)}
		inner := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		_, _ = inner.ReadToken()
		for inner.PeekKind() != '}' {
			v, err := inner.ReadValue()
			if err != nil {
				return out
			}
			said = append(said, string(bytes.Trim(v, " \n\r\t")))
		}
		out = append(out, strings.Join(said, "\x00"))
	}
	return out
}

func scanned(t *Text, list []byte) (out []string, found Found) {
	t.Reset(list)
	if i := t.Space(0); i >= len(list) || list[i] != '[' {
		return nil, Unsure
	}
	i := t.Space(t.Space(0) + 1)
	for {
		got, end, found := t.Record(i)
		if found != Record {
			return out, found
		}
		raw := list[i:end]
		said := []string{string(raw)}
		for _, m := range got {
			said = append(said, `"`+string(raw[m.Name:m.NameEnd])+`"`, string(raw[m.Value:m.End]))
		}
		out = append(out, strings.Join(said, "\x00"))
		if i, found = t.Behind(end); found != Record {
			return out, found
		}
	}
}

var lists = []string{
	`[{"a":1,"b":"x","c":{"d":[1,{"e":"}]"}]},"f":null}]`,
	`[ { "a" : true , "b" : [ ] } , { "c" : "\\" , "d" : "\\\"}" } ]`,
	`[{"a":"\"eventName\":\"CreateGrant\"","b":"]},{"},{"b":{"eventName":"CreateGrant"}}]`,
	`[{"a":"` + strings.Repeat(`\\`, 70) + `\"` + strings.Repeat(`{`, 90) + `"},{"b":-12}]`,
	`[{"a":tru},{"b":01},{"c":1.5}]`,
	"[{\"a\":\"\x01\"}]", `[]`, `[{}]`, `[{"a":1},]`, `[{"a":1 "b":2}]`, `[{"a":"x`,
	"[\n    {\n        \"a\": {\n            \"b\": []\n        }\n    }\n]",
}

// FuzzScan holds the scan against a parser: where the parser reads a list to
// its end, what the scan gives is what the parser gives, from the first on, and
// all of it unless the scan has doubts; and text cut short is never more.
func FuzzScan(f *testing.F) {
	for _, l := range lists {
		f.Add([]byte(l))
	}
	var text Text
	f.Fuzz(func(t *testing.T, list []byte) {
		got, found := scanned(&text, list)
		if !jsontext.Value(list).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			return // only that it ends
		}
		want := members(list)
		if len(got) > len(want) || found == Short || found == End && len(got) < len(want) {
			t.Fatalf("%d records and %d, but the parser has %d", len(got), found, len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("record %d:\n%q\n%q", i, got[i], want[i])
			}
		}
	})
}

// TestShort cuts a list at every place: the text ends first, wherever that is.
func TestShort(t *testing.T) {
	list := ` [ {"a" : -10 , "b":{"c":["\\"]},"d":null,"e":false},{"f":"x","g":true, "h" : 0 } ] `
	var text Text
	for n := strings.IndexByte(list, '[') + 1; n <= strings.LastIndexByte(list, ']'); n++ {
		if _, found := scanned(&text, []byte(list[:n])); found != Short {
			t.Errorf("%q: %d, want %d", list[:n], found, Short)
		}
	}
}

// TestScan says which lists are read to their end.
func TestScan(t *testing.T) {
	want := []Found{End, End, End, End, Unsure, Unsure, End, Unsure, Unsure, Unsure, Short, End}
	var text Text
	for i, l := range lists {
		if _, found := scanned(&text, []byte(l)); found != want[i] {
			t.Errorf("%s: %d, want %d", l, found, want[i])
		}
	}
}
