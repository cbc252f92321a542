package record

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// plainly are texts that a tree is sure of, and doubtful those that it must
// leave to the library, whatever that makes of them.
var (
	plainly = []string{
		`{}`, `[]`, `""`, `0`, `-1`, `null`, ` [ true , false ] `, `123456789012345`,
		"{\n\t\"b\" :\r\n1 , \"a\":[{\"d\":\"\",\"c\":{}}]}", `{"a":"\\\"\b\f\n\r\t","":{"":""}}`,
		`{"abcdefgh":1,"abcdefg":2,"abcdefghi":3,"abcdefgh0":4}`, `{"a":"straße 日本 😀"}`, "{\"a\":\"\u007f\u2028\"}",
		`{"readOnly":"true","x":{"readOnly":"false"},"y":"\"readOnly\":\"true\""}`, `{"readOnly":true}`, `{"readOnly":"maybe"}`,
		`{"a":1,"B":2,"b":3,"aa":4,"A":5}`, strings.Repeat(`[`, 100) + strings.Repeat(`]`, 100),
		many(fewNames, ""), many(500, ""),
	}
	doubtful = []string{
		``, ` `, `{`, `{"a"`, `{"a":}`, `{"a":1,}`, `{a:1}`, `[1,]`, `[1 2]`, `{"a":1}}`, `"a`, `"\`, `"\x"`, "\"\x01\"", `tru`, `nul`, `-`, `1.`, `1e`, `01`, `+1`, `.5`, `]`, `}`,
		`{"a":1,"a":2}`, `{"abcdefgh1":1,"abcdefgh1":2}`, `{"a":{"b":1,"b":2}}`, `[{"b":1,"b":2}]`, many(500, `,"k7":0`),
		`{"\u0061":1,"a":2}`, `{"\u0061":1}`, `{"é":1,"e":2}`, "{\"\xff\":1,\"\xfe\":2}", "{\"a\":\"\xff\"}", `"\/"`, `"\ud800"`, `"\u00e9"`, `"\ud83d\ude00"`, `"\u12"`,
		`1.0`, `1e3`, `-0`, `0.1`, `-1.5E-7`, `1234567890123456`, `9007199254740993`, `1e999`, `[0,-0.0]`,
		strings.Repeat(`[`, 10001) + strings.Repeat(`]`, 10001), strings.Repeat(`{"a":`, 10001) + `1` + strings.Repeat(`}`, 10001),
	}
)

// many is an object of that many members, and more.
func many(n int, more string) string {
	var b strings.Builder
	b.WriteString(`{"k0":0`)
	for i := 1; i < n; i++ {
		b.WriteString(`,"k` + strings.Repeat("7", i%5) + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + `":1`)
	}
	return b.String() + `,"k7":1` + more + `}`
}

// TestTree: a tree is sure of what is plain, and of nothing that is not.
func TestTree(t *testing.T) {
	var tr tree
	for _, s := range plainly {
		if fingerprint([]byte(s)) != digest(libraryForm([]byte(s)), true) {
			t.Errorf("%s: another canonical form", s)
		}
		if !tr.read([]byte(s)) || !tr.sure {
			t.Errorf("%s: it is not sure", s)
		}
	}
	for _, s := range doubtful {
		if tr.read([]byte(s)) && tr.sure {
			t.Errorf("%s: it is sure", s)
		}
	}
}

// FuzzTree holds our own reading against the library's: the canonical form is
// the same, what is refused is refused in the same words, and values are the
// same. A tree that has read other texts before reads no other way.
func FuzzTree(f *testing.F) {
	for _, s := range append(append(valid, plainly...), doubtful...) {
		if len(s) < 1<<10 { // a large one takes the fuzzer's time
			f.Add([]byte(s))
		}
	}
	var tr tree
	var c canonical
	f.Fuzz(func(t *testing.T, raw []byte) {
		want := digest(libraryForm(raw), true)
		if got := fingerprint(raw); got != want {
			t.Fatalf("%q: canonical form %q, want %q", raw, new(canonical).of(raw), libraryForm(raw))
		}
		if got := c.fingerprint(&tr, tr.read(raw)); got != want {
			t.Fatalf("%q: another fingerprint by a tree that was used", raw)
		}
		var v any
		wrong := json.Unmarshal(raw, &v, jsontext.AllowInvalidUTF8(true))
		if large := (*json.SemanticError)(nil); errors.As(wrong, &large) {
			return // a number that no float holds
		}
		var whole jsontext.Value
		wrong = json.Unmarshal(raw, &whole, jsontext.AllowInvalidUTF8(true))
		n, err := treeOf(raw)
		if (err == nil) != (wrong == nil) || err != nil && err.Error() != wrong.Error() {
			t.Fatalf("%q: %v, want %v", raw, err, wrong)
		}
		if err == nil && !reflect.DeepEqual(n.value(t), v) {
			t.Fatalf("%q: %v, want %v", raw, n.value(t), v)
		}
	})
}

// of is the canonical form.
func (c *canonical) of(raw []byte) string {
	var t tree
	t.read(raw)
	c.value(&t, 0)
	return string(c.text)
}

// value is the value as the library has it.
func (n node) value(t *testing.T) any {
	t.Helper()
	switch n.of.items[n.at].kind {
	case '{':
		v := map[string]any{}
		for at, end := n.inside(); at < end; at = n.behind(at) {
			k := string(n.name(at))
			v[k] = n.member(at).value(t)
			if got := n.named(k); got != n.member(at) {
				t.Fatalf("%q leads to another member", k)
			}
		}
		return v
	case '[':
		v := []any{}
		for _, e := range n.list() {
			v = append(v, e.value(t))
		}
		return v
	case '"':
		return n.string()
	case '0':
		f, ok := n.number()
		if !ok {
			t.Fatal("no number")
		}
		return f
	case 't', 'f':
		return n.is('t')
	}
	return nil
}
