package container

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/klauspost/compress/gzip"
)

// told is all that reading an object says.
type told struct {
	items  []string
	result string
	parsed bool
}

// tell reads an object. Sure says of the nth record that no parser has read
// whether it is taken as it is.
func tell(t *testing.T, r *Reader, object []byte, sure func(n int) bool) (out told) {
	t.Helper()
	asked := 0
	got, err := r.Read(bytes.NewReader(object), func(it Item) bool {
		if it.Members != nil {
			if asked++; !sure(asked) {
				return false
			}
		}
		out.items = append(out.items, fmt.Sprint(it.Class, it.Index, it.Offset, it.Length, it.Nested, string(it.Raw)))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	out.parsed, got.Parsed = got.Parsed, false
	out.result = fmt.Sprintf("%+v %d", got, r.Inflated())
	return out
}

func gzipped(t *testing.T, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, text := range members {
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func always(int) bool  { return true }
func never(int) bool   { return false }
func other(n int) bool { return n%2 == 0 }

// TestScannedAsParsed reads objects by the scan and by the parser: what is said
// of them is the same to the byte, and where the scan was not sure is told.
func TestScannedAsParsed(t *testing.T) {
	many := strings.Repeat(`{"eventName":"A","x":{"y":[1,2,{"z":"}]\\\""}]},"b":true,"c":null,"d":-120},`, 40_000)
	for _, c := range []struct {
		name   string
		text   []string
		parsed bool
	}{
		{"plain", []string{`{"Records":[{"a":1},{"b":"x"}]}`}, false},
		{"spaced", []string{" { \"Records\" :\n[ {\"a\" : 1 } , {\"b\":[ ]} ] } \n"}, false},
		{"empty", []string{`{"Records":[]}`}, false},
		{"two members", []string{`{"Records":[{"a":1},{"b"`, `:"x"}]}`}, false},
		{"large", []string{`{"Records":[` + many + `{"last":"x"}]}`}, false},
		{"large and cut", []string{`{"Records":[` + many + `{"last":"x`}, true},
		{"large and broken", []string{`{"Records":[` + many + `{"last";1}]}`}, true},
		{"large, members behind", []string{`{"Records":[` + many + `{"last":1}],"more":[1]}`}, true},
		{"cut behind a record", []string{`{"Records":[{"a":1}`}, true},
		{"cut behind a comma", []string{`{"Records":[{"a":1},`}, true},
		{"comma too much", []string{`{"Records":[{"a":1},]}`}, true},
		{"comma missing", []string{`{"Records":[{"a":1} {"b":2}]}`}, true},
		{"no record", []string{`{"Records":[{"a":1},7,{"b":2}]}`}, true},
		{"nothing in it", []string{`{"Records":[{"a":1},{},{"b":2}]}`}, true},
		{"a fraction", []string{`{"Records":[{"a":1.5},{"b":2}]}`}, true},
		{"a second list", []string{`{"Records":[{"a":1}],"Records":[{"b":1}]}`}, true},
		{"something behind", []string{`{"Records":[{"a":1}]}{"Records":[{"b":1}]}`}, true},
		{"a member behind", []string{`{"Records":[{"a":1}]}`, `{"Records":[{"b":1}]}`}, true},
		{"a control character", []string{"{\"Records\":[{\"a\":1},{\"b\":\"\x01\"}]}"}, true},
		{"messages", []string{`{"Records":[{"body":"{\"eventVersion\":\"1\",\"eventName\":\"A\",\"eventSource\":\"b\"}"}]}`}, false},
		{"a message behind", []string{`{"Records":[{"a":1},{"body":"{\"eventVersion\":\"1\",\"eventName\":\"A\",\"eventSource\":\"b\"}"}]}`}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			object := gzipped(t, c.text...)
			fast, slow := NewReader([]string{"eventName", "a", "b"}), NewReader([]string{"eventName", "a", "b"})
			slow.Meter(func(int) error { return nil }) // what is metered is parsed
			want := tell(t, slow, object, never)
			for name, sure := range map[string]func(int) bool{"always": always, "never": never, "every other": other} {
				got := tell(t, fast, object, sure)
				if fmt.Sprint(got.items) != fmt.Sprint(want.items) || got.result != want.result {
					t.Errorf("%s: %d items, %s\nwant %d items, %s", name, len(got.items), got.result, len(want.items), want.result)
				}
				if got.parsed != c.parsed {
					t.Errorf("%s: parsed %t, want %t", name, got.parsed, c.parsed)
				}
			}
			fast.StreamOnly()
			if got := tell(t, fast, object, always); fmt.Sprint(got.items) != fmt.Sprint(want.items) || got.result != want.result {
				t.Errorf("streamed: %d items, %s\nwant %d items, %s", len(got.items), got.result, len(want.items), want.result)
			}
		})
	}
}

// FuzzScanned reads text by the scan and by the parser. Of JSON they say the
// same. Of anything else the scan gives no item less, and where every record
// is parsed, none more.
func FuzzScanned(f *testing.F) {
	for _, s := range []string{
		`{"Records":[{"a":1},{"b":"x"}]}`, " {\n\"Records\": [ {\"a\":[{}],\"a\":null} ] }\n", `{"Records":[{"a":"\\"},{"body":"{}"}]}`,
		`{"Records":[{"a":1.5}],"x":2}`, `{"Records":[{"a":{"b":tru}},{"c":"\u00zz"}]}`,
	} {
		f.Add([]byte(s))
	}
	fast, slow := NewReader([]string{"eventName", "a", "b"}), NewReader([]string{"eventName", "a", "b"})
	slow.Meter(func(int) error { return nil })
	f.Fuzz(func(t *testing.T, text []byte) {
		object := gzipped(t, string(text))
		want := tell(t, slow, object, never)
		strict, got := tell(t, fast, object, never), tell(t, fast, object, always)
		for _, told := range []*told{&want, &strict, &got} {
			// How the parser words a fault hangs on how much it had read.
			told.result, _, _ = strings.Cut(told.result, " jsontext: ")
		}
		if fmt.Sprint(strict.items) != fmt.Sprint(want.items) || strict.result != want.result {
			t.Fatalf("parsed record by record: %q\n%s\nwant %q\n%s", strict.items, strict.result, want.items, want.result)
		}
		if len(got.items) < len(want.items) {
			t.Fatalf("%d items, and the parser has %d", len(got.items), len(want.items))
		}
		if jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) &&
			(fmt.Sprint(got.items) != fmt.Sprint(want.items) || got.result != want.result) {
			t.Fatalf("%q\n%s\nwant %q\n%s", got.items, got.result, want.items, want.result)
		}
	})
}

// TestAlone reads damaged objects by a new reader, and by one that has read large
// and damaged ones before: what is said, and how far each is read, is the same.
func TestAlone(t *testing.T) {
	record := `{"eventName":"A","x":{"y":[1,2,{"z":"}]\\\""}]},"b":true,"c":null,"d":-120},`
	giant := gzipped(t, `{"Records":[{"a":"`+strings.Repeat("x", 3<<20)+`"}]}`)
	used := NewReader([]string{"eventName"})
	for i := range 40 {
		text := []byte(`{"Records":[` + strings.Repeat(record, 20_000) + `{"last":"x"}]}`)
		at := (i*7919*len(text)/40 + i) % len(text)
		text[at] = "\x01\\\"{}[],x"[i%9]
		object := gzipped(t, string(text))
		if i%5 == 4 {
			object = object[:at%len(object)]
		}
		alone := NewReader([]string{"eventName"})
		want := tell(t, alone, object, always)
		tell(t, used, giant, always)
		if got := tell(t, used, object, always); got.result != want.result || len(got.items) != len(want.items) || used.Stored() != alone.Stored() {
			t.Fatalf("%d: %d items, %d stored, %s\nwant %d, %d, %s", i, len(got.items), used.Stored(), got.result, len(want.items), alone.Stored(), want.result)
		}
	}
}
