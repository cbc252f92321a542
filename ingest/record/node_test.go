package record

import (
	"strings"
	"testing"
)

// TestNode: a node answers to a name in any case, to the exact one first, and
// to no other.
func TestNode(t *testing.T) {
	for _, c := range []struct{ text, name, want string }{
		{`{"arn":"a"}`, "arn", "a"},
		{`{"ARN":"a"}`, "arn", "a"},
		{`{"ARN":"a","arn":"b"}`, "arn", "b"},
		{`{"arN":"a","ARn":"b","Arn":"c"}`, "arn", "b"}, // the smallest spelling
		{`{"a\u0072n":"a"}`, "arn", "a"},
		{`{"\u212aey":"a"}`, "key", "a"}, // the Kelvin sign is a K
		{`{"arns":"a","ar":"b","":"c"}`, "arn", ""},
		{`{"arn":1}`, "arn", ""},
		{`{"arn":null}`, "arn", ""},
		{`["arn"]`, "arn", ""},
		{`"{\"arn\":\"a\"}"`, "arn", "a"}, // the text of an object
		{`"{\"arn\":"`, "arn", ""},
		{`null`, "arn", ""},
		{``, "arn", ""},
	} {
		n, err := parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := n.text(c.name); got != c.want {
			t.Errorf("%s: %s is %q, want %q", c.text, c.name, got, c.want)
		}
	}
}

// TestFind: the nearest is found, and of equals the first by name, whatever the
// order they stand in.
func TestFind(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"z":{"id":"far"},"id":"near"}`, "near"},
		{`{"b":{"id":"second"},"a":{"id":"first"}}`, "first"},
		{`{"b":{"id":"second"},"":{"id":"first"},"a":{}}`, "first"},
		{`{"a":{"b":{"id":"deep"}}}`, "deep"},
		{`{"a":[{"id":"in a list"}],"b":"id"}`, ""},
	} {
		n, err := parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := n.find("id"); got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestNumbersOfAnySize: a number that no machine type holds is a number; a record
// is not refused for it.
func TestNumbersOfAnySize(t *testing.T) {
	for _, number := range []string{"1" + strings.Repeat("0", 5000), "-1e999", "1E+400"} {
		if _, err := parse([]byte(`{"a":` + number + `}`)); err != nil {
			t.Errorf("%.10s: %v", number, err)
		}
	}
	for _, raw := range []string{`{"a":01}`, `{"a":1,"a":1e999}`, `{"a":1e999}x`} {
		if _, err := parse([]byte(raw)); err == nil {
			t.Errorf("%s: taken as a value", raw)
		}
	}
}
