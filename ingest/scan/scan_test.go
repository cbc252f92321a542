package scan

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// bytewise is find, one byte after another.
func bytewise(text []byte, n int, out *marks, c *carry) {
	for i := range n {
		out.quotes[i], out.opens[i], out.closes[i] = 0, 0, 0
		for k, b := range text[i*64 : i*64+64] {
			bit, escaped := uint64(1)<<k, c.escaped != 0
			c.escaped = 0
			if b == '\\' && !escaped {
				c.escaped = 1
			}
			switch {
			case b == '"' && !escaped:
				out.quotes[i] |= bit
				c.inString = ^c.inString
			case c.inString != 0:
				if b < ' ' {
					c.control = 1
				}
			case b == '[', b == '{':
				out.opens[i] |= bit
			case b == ']', b == '}':
				out.closes[i] |= bit
			}
		}
	}
}

// TestFind holds the ways to find bytes against looking at one after another, in
// text of any bytes, some blocks at a time.
func TestFind(t *testing.T) {
	type way = func(text []byte, n int, out *marks, c *carry)
	ways := others()
	if ways == nil {
		ways = map[string]way{}
	}
	// Each kind of text in plain Go, and the first byte that it has, and how many.
	kinds := map[string]struct {
		kind        Bytes
		first, many uint
	}{"any": {AnyBytes, 0, 256}, "ASCII": {ASCII, 0, 128}, "plain": {Plain, ' ', 128 - ' '}}
	for way, of := range kinds {
		ways[way] = func(text []byte, n int, out *marks, c *carry) {
			findAnywhere(text, n, out, c, of.kind)
			toldApart(text, n, out)
		}
	}
	ways["here"] = func(text []byte, n int, out *marks, c *carry) {
		find(text, n, out, c, known(text[:n*64]))
		toldApart(text, n, out)
	}
	for way, find := range ways {
		chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
		text := make([]byte, 64*5)
		for round := range 20_000 {
			var want, got marks
			var ofWant, ofGot carry
			for range 2 {
				for i := range text {
					text[i] = byte(chance.UintN(256))
					if of := kinds[way]; of.many > 0 {
						text[i] = byte(of.first + uint(text[i])%of.many) //nolint:gosec // a byte
					}
					if chance.IntN(1+round%5) > 0 {
						text[i] = "\"\\[]{}xyzXYZ^_|~ "[chance.IntN(17)]
					}
				}
				n := chance.IntN(6)
				bytewise(text, n, &want, &ofWant)
				find(text, n, &got, &ofGot)
				if ofGot.control != 0 {
					ofGot.control = 1
				}
				if got != want || ofGot != ofWant {
					t.Fatalf("%s: %q:\ngot  %x %v\nwant %x %v", way, text[:n*64], got, ofGot, want, ofWant)
				}
			}
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
		var names, values []string
		inner := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
		_, _ = inner.ReadToken()
		for inner.PeekKind() != '}' {
			v, err := inner.ReadValue()
			if err != nil {
				return out
			}
			if text := string(bytes.Trim(v, " \n\r\t")); len(names) == len(values) {
				names = append(names, text)
			} else {
				values = append(values, text)
			}
		}
		said := []string{string(raw)}
		for i := range values {
			if known := slices.Contains(vocabulary, strings.Trim(names[i], `"`)); !known || !slices.Contains(names[i+1:], names[i]) {
				said = append(said, names[i], values[i])
			}
		}
		out = append(out, strings.Join(said, "\x00"))
	}
	return out
}

var vocabulary = []string{"a", "c", "eventName", "recipientAccountId", "sessionCredentialFromConsole"}

// told are the names and values of members, in their order. Of a name that is
// said twice only the last one is.
func told(raw []byte, m *Members) []string {
	others := slices.Clone(m.Others)
	for i, name := range vocabulary {
		if m.Said&(1<<i) == 0 {
			continue
		}
		at := m.values[i]
		if nested := raw[at.Value] == '{' || raw[at.Value] == '['; !m.Twice && m.Nested>>i&1 == 1 != nested {
			return []string{"another kind of value"}
		}
		begin := bytes.LastIndex(raw[:at.Value], []byte(`"`+name+`"`)) + 1
		others = append(others, Member{int32(begin), int32(begin + len(name)), at})
		if string(m.Value(raw, i)) != string(raw[at.Value:at.End]) {
			return []string{"another value"}
		}
	}
	if !quoted(raw, m) {
		return []string{"another quote"}
	}
	slices.SortFunc(others, func(a, b Member) int { return int(a.Name - b.Name) })
	var out []string
	for _, o := range others {
		out = append(out, `"`+string(raw[o.Name:o.NameEnd])+`"`, string(raw[o.Value:o.End]))
	}
	return out
}

// quoted reports whether what a record says of its quotes is right, from every place
// on.
func quoted(raw []byte, m *Members) bool {
	for i, want := range quotesOf(raw) {
		if got := m.Quote(i); got != want && got >= 0 {
			return false
		}
	}
	return true
}

// quotesOf are the first quotes from every place on, up to the last.
func quotesOf(raw []byte) []int {
	want := make([]int, len(raw))
	next, inString, escaped := 0, false, false
	for i, c := range raw {
		if c == '"' && !escaped {
			for ; next <= i; next++ {
				want[next] = i
			}
			inString = !inString
		}
		escaped = inString && c == '\\' && !escaped
	}
	return want[:next]
}

func scanned(t *Text, list []byte) (out []string, found Found) {
	t.Reset(list, known(list))
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
		out = append(out, strings.Join(append([]string{string(raw)}, told(raw, got)...), "\x00"))
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
	`[{"eventName":"A","recipientAccountId":"1"},{"eventName":"B","recipientAccountId":"2","a":{}},{"eventName":"C","a":1,"recipientAccountIdd":"3"},{"eventNam\"e":"D"}]`,
	"[" + strings.Repeat(`{"eventName": "A","recipientAccountId": {"x":[1,2]},"a": true,"c": null,"d":"e"},`, 3) + "\n" + `{"eventName":"A","recipientAccountId":falsy}]`,
	"[" + strings.Repeat(`{"eventName":"A","recipientAccountId":"`+strings.Repeat("1", 99)+`"}  ,  `, 30) + `{"eventName":"A","eventName":"B" "C"}]`,
	`[{"eventName":  "A","a":	"b"},{"eventName":  "A","a":	"b"},{"eventName":
"A","a":  {}}]`,
	`[{"sessionCredentialFromConsole":"x","sessionCredentialFromConsole":"y"},{"c":1,"a":2},{"c":1,"c":2},{"c":1,"a":2,"` + strings.Repeat("long", 40) + `":3}]`,
}

// FuzzScan holds the scan against a parser: where the parser reads a list to
// its end, what the scan gives is what the parser gives, from the first on, and
// all of it unless the scan has doubts; and text cut short is never more.
func FuzzScan(f *testing.F) {
	for _, l := range lists {
		f.Add([]byte(l))
	}
	text := NewText(vocabulary)
	f.Fuzz(func(t *testing.T, list []byte) {
		got, found := scanned(text, list)
		if again, same := scanned(text, list); same != found || !slices.Equal(again, got) {
			t.Fatalf("read again: %d records and %d, want %d and %d", len(again), same, len(got), found)
		}
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

// TestShort cuts lists at every place: the text ends first, wherever that is.
func TestShort(t *testing.T) {
	usual := `{"eventName":"A","recipientAccountId":"` + strings.Repeat("1", 70) + `","a":{"b":[` + strings.Repeat(`"c",`, 40) + `1]},"c":true}`
	for _, list := range []string{
		` [ {"a" : -10 , "b":{"c":["\\"]},"d":null,"e":false},{"f":"x","g":true, "h" : 0 } ] `,
		"[" + strings.Repeat(usual+",", 30) + usual + "]",
		"[" + strings.Repeat(strings.ReplaceAll(usual, `":`, `": `)+",\n ", 5) + usual + "]",
	} {
		text := NewText(vocabulary)
		for n := strings.IndexByte(list, '[') + 1; n <= strings.LastIndexByte(list, ']'); n++ {
			if _, found := scanned(text, []byte(list[:n])); found != Short {
				t.Errorf("%q: %d, want %d", list[:n], found, Short)
			}
		}
	}
}

// TestQuote: where there is enough text behind a record, its quotes are known in its
// last stretch; and those of a text before are none of it.
func TestQuote(t *testing.T) {
	var long []byte
	for i := range 100 {
		long = fmt.Appendf(long, `,{"eventName":"A","a":{"b":"\\\"%s"},"c":"d"}`, strings.Repeat("x", 5*stride*i))
	}
	long[0] = '['
	few := []byte("[" + strings.Repeat(`{"a":1,"c":2},`, 20))
	text := NewText(vocabulary)
	for range 2 {
		for _, of := range []struct {
			list  []byte
			known int // of its last bytes
		}{{few, 0}, {long, (stride - 1) * 64}} {
			list, known := of.list, of.known
			text.Reset(append(list, strings.Repeat(" ", 2*64*stride)...), AnyBytes)
			for i := 1; i < len(list); {
				m, end, found := text.Record(i)
				if found != Record {
					break
				}
				raw := list[i:end]
				for at, want := range quotesOf(raw) {
					if got := m.Quote(at); got != want && (got >= 0 || at+known >= len(raw)) {
						t.Fatalf("at %d of the %d bytes at %d: %d, want %d", at, len(raw), i, got, want)
					}
				}
				i = end + 1
			}
		}
	}
}

// TestScan says which lists are read to their end.
func TestScan(t *testing.T) {
	want := []Found{End, End, End, End, Unsure, Unsure, End, Unsure, Unsure, Unsure, Short, End, End, Unsure, Unsure, End, End}
	text := NewText(vocabulary)
	for i, l := range lists {
		if _, found := scanned(text, []byte(l)); found != want[i] {
			t.Errorf("%s: %d, want %d", l, found, want[i])
		}
	}
}

// TestNames: a name that differs from an expected one in a single byte, wherever
// that is, is another one.
func TestNames(t *testing.T) {
	known := []string{"eventID", "eventName", "eventVersion", "userIdentity", "responseElements", "requestParameters", "additionalEventData", "sessionCredentialFromConsole"}
	text := NewText(known)
	for which, name := range known {
		record := func(name string) []byte {
			return []byte(`{"` + name + `":"x","` + strings.Repeat("padding", 9) + `":1}]`)
		}
		for _, changed := range append(mutations(name), name, name) { // and the name itself, once it is expected
			text.Reset(record(changed), AnyBytes)
			m, _, found := text.Record(0)
			if found != Record || (m.Said == 1<<which) != (changed == name) || (len(m.Others) == 1) != (changed == name) {
				t.Errorf("%s for %s: %d, %b, %d others", changed, name, found, m.Said, len(m.Others))
			}
		}
	}
}

// mutations are the name first, so that it is expected, and then all that differ
// from it in one byte by one of some bits, or in length.
func mutations(name string) []string {
	out := []string{name, name[1:], name + "s"}
	for i := range name {
		for _, bit := range []byte{1, 2, 8, 16} {
			b := []byte(name)
			if b[i] ^= bit; b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
				out = append(out, string(b))
			}
		}
	}
	return out
}

// known is what is said of a text that somebody has looked at.
func known(text []byte) Bytes {
	said := Plain
	for _, b := range text {
		switch {
		case b >= 0x80:
			return AnyBytes
		case b < ' ':
			said = ASCII
		}
	}
	return said
}

// toldApart puts the brackets that are not told apart where they belong, as those
// are taken that look at them.
func toldApart(text []byte, n int, out *marks) {
	for i := range n {
		all := out.opens[i] | out.closes[i]
		out.opens[i], out.closes[i] = 0, 0
		for k, b := range text[i*64 : i*64+64] {
			switch bit := uint64(1) << k; {
			case all&bit == 0:
			case b == '{' || b == '[':
				out.opens[i] |= bit
			case b == '}' || b == ']':
				out.closes[i] |= bit
			}
		}
	}
}
