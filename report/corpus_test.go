package report

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

// corpus is what strangers write. Each text tries to become something else in
// one of the formats, or to hide.
var corpus = map[string]string{
	"pipe":                "a | b | c",
	"backslash pipe":      `a\|b\\|c\\\|d`,
	"trailing backslash":  `a\`,
	"backticks":           "` `` ``` ```` ~~~",
	"edge backticks":      "`a`",
	"only backticks":      "``",
	"fence":               "```\n\n# owned\n\n```json",
	"link":                "x](http://evil.example) [y](http://evil.example)",
	"reference":           "[x]: http://evil.example 'x'",
	"image":               "![x](http://evil.example/x.png)",
	"autolink":            "<http://evil.example> http://evil.example www.evil.example ftp://evil.example",
	"e-mail":              "a@b.example <mailto:a@b.example> a.b@c-d.example",
	"mention":             "@octocat #1 GH-1 octocat/repo#1",
	"script":              "<script>alert(1)</script>",
	"onerror":             `<img src=x onerror="alert(1)">`,
	"anchor":              `"><a href="javascript:alert(1)">x</a><!--`,
	"entities":            "&lt;script&gt; &#x3c;b&#x3e; &amp;",
	"emphasis":            "**a** _b_ ~~c~~ :smile:",
	"line feed":           "a\nb\n\n# c\n- d\n1. e\n> f",
	"carriage return":     "a\rb\r\nc",
	"table":               "a\n| x | y |\n| --- | --- |\n| 1 | 2 |",
	"setext":              "a\n===\nb\n---",
	"list":                "1. a",
	"list paren":          "1) a",
	"ANSI":                "\x1b[31mred\x1b[0m\x1b]8;;http://evil.example\x07x\x1b]8;;\x07",
	"C1":                  "\u009b31m\u0085",
	"DEL":                 "a\x7fb",
	"NUL":                 "a\x00b",
	"bidi":                "a\u202egpj.exe\u2066b\u2069\u061c\u200e\u200f",
	"zero width":          "a\u200bb\u2060c\ufeffd\u00ade",
	"line separator":      "a\u2028b\u2029c",
	"tags":                "a\U000e0041\U000e007fb\u3164c\ufe0f",
	"replacement":         "a\ufffdb",
	"invalid UTF-8":       "a\xffb\xc3\x28\xed\xa0\x80",
	"formula":             `=cmd|' /C calc'!A0`,
	"plus":                "+1+1",
	"minus":               "-1+1",
	"at":                  "@SUM(1)",
	"spaced formula":      "  \t =1+1",
	"quoted formula":      `"=1+1"`,
	"apostrophe formula":  "'=1+1",
	"tab":                 "\t=1+1",
	"full width":          "＝1+1",
	"hidden formula":      "\u200b\ufeff=1+1",
	"semicolon formula":   "a;=1+1;\t@x",
	"leading spaces":      "   a   ",
	"only spaces":         "   ",
	"no-break space":      "\u00a0=1+1",
	"long":                strings.Repeat("x|`", 4_000),
	"long backticks":      strings.Repeat("`", 10_000),
	"plain":               "plain",
	"sentence":            "No policy of arn:aws:iam::1:role/x, the caller's, allows kms:CreateGrant. 3 of 5 on 2026-03-02.",
	"looks like our code": "` **confirmed** | x | `",
}

// infested is c with s in place of every string that is not empty, and the
// policies filled with s as well.
func infested(c *incident.Case, s string) *incident.Case {
	schema := c.Schema
	v := reflect.ValueOf(c).Elem()
	infest(v, s)
	c.Schema = schema
	return c
}

func infest(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Pointer:
		if !v.IsNil() {
			infest(v.Elem(), s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				infest(v.Field(i), s)
			}
		}
	case reflect.Slice:
		infestSlice(v, s)
	case reflect.Map:
		if v.Len() > 0 {
			v.Set(reflect.ValueOf(map[string]int{s: 1}))
		}
	}
}

func infestSlice(v reflect.Value, s string) {
	if raw, ok := v.Interface().(json.RawMessage); ok {
		if raw != nil {
			quoted, _ := json.Marshal(map[string]string{"Resource": s})
			v.SetBytes(quoted)
		}
		return
	}
	for i := range v.Len() {
		infest(v.Index(i), s)
	}
}

// eachInfested calls f for every text of the corpus.
func eachInfested(f func(name string, benign, hostile *incident.Case, s string)) {
	for name, s := range corpus {
		f(name, infested(crowdedCase(), "plain"), infested(crowdedCase(), s), s)
	}
}

// crowdedCase is the rich case with something in every field there is.
func crowdedCase() *incident.Case {
	c, clean := richCase(), cleanCase()
	c.Asked.Regions, c.Asked.Principals = []string{region}, []string{"*"}
	c.Asked.Keys, c.Asked.Instances = []string{opsKey}, []string{"i-1"}
	swept := sweptCase()
	c.Suppressions, c.Changes = swept.Suppressions, swept.Changes
	c.Changes.Unchanged = []string{"gt-0"}
	c.Incidents = append(c.Incidents, swept.Incidents[1])
	c.Custody.Integrity = clean.Custody.Integrity
	c.Custody.LeftOut = []custody.LeftOut{{Prefix: "s3://b/p/", Why: "another region"}}
	in := &c.Incidents[0]
	in.Remedy.KeyPolicyStatement = json.RawMessage(`{}`)
	in.Attempts[0].Instances[0].Stop.StateReason = ptr("Client.InternalError")
	in.Attempts[0].Denials[0].Volume, in.Attempts[0].Denials[0].VolumeFrom = ptr("vol-1"), ptr("record")
	in.Attempts[0].By, c.Incidents[1].Key.Inferred = ptr("arn:aws:iam::111122223333:role/r"), ptr(opsKey)
	return c
}

// The hostile tests are worth what crowdedCase covers: a field of text added
// to the case must be added there.
func TestCrowdedCaseHasEveryText(t *testing.T) {
	const mark = "MARK"
	found := make(map[string]bool)
	texts(reflect.ValueOf(infested(crowdedCase(), mark)), "", found)
	want := make(map[string]bool)
	textTypes(reflect.TypeFor[incident.Case](), "", want, make(map[reflect.Type]bool))
	for field := range want {
		if !found[field] && field != "Case.Schema" {
			t.Errorf("%s is empty in the crowded case", field)
		}
	}
	if len(want) < 50 {
		t.Errorf("only %d fields of text found", len(want))
	}
}

// texts collects the struct fields below v that hold some text.
func texts(v reflect.Value, field string, found map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), field, found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), v.Type().Name()+"."+v.Type().Field(i).Name, found)
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() && v.Len() > 0 {
			found[field] = true
			return
		}
		for i := range v.Len() {
			texts(v.Index(i), field, found)
		}
	case reflect.String, reflect.Map:
		found[field] = found[field] || v.Len() > 0
	}
}

// textTypes collects the struct fields below typ that can hold text.
func textTypes(typ reflect.Type, field string, found map[string]bool, done map[reflect.Type]bool) {
	switch typ.Kind() {
	case reflect.Pointer:
		textTypes(typ.Elem(), field, found, done)
	case reflect.Struct:
		if done[typ] || typ == reflect.TypeFor[time.Time]() {
			return
		}
		done[typ] = true
		for i := range typ.NumField() {
			textTypes(typ.Field(i).Type, typ.Name()+"."+typ.Field(i).Name, found, done)
		}
	case reflect.Slice:
		if typ == reflect.TypeFor[json.RawMessage]() {
			found[field] = true
			return
		}
		textTypes(typ.Elem(), field, found, done)
	case reflect.String, reflect.Map:
		found[field] = true
	}
}
