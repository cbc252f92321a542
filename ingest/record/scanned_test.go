package record

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/scan"
)

const dull = `"eventTime":"2026-03-02T10:20:31Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","recipientAccountId":"111122223333"`

// scannable are records, and whether they are surely only to be counted.
var scannable = []struct {
	name, text string
	sure       bool
}{
	{"a call that cannot matter", `{` + dull + `}`, true},
	{"another order", `{"recipientAccountId":"111122223333","awsRegion":"eu-west-1","eventName":"GetObject","eventSource":"s3.amazonaws.com","eventTime":"2026-03-02T10:20:31Z"}`, true},
	{"white space", "{ \"eventTime\" :\t\"2026-03-02T10:20:31Z\" ,\n\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\" , \"awsRegion\":\"eu-west-1\",\"recipientAccountId\":\"111122223333\" }", true},
	{"another name", `{` + dull + `,"insight":{"eventName":"CreateGrant"}}`, true},
	{"decoys", `{"requestParameters":{"detail":{"eventName":"CreateGrant","eventSource":"kms.amazonaws.com"},"text":"\"eventName\":\"CreateGrant\""},` + dull + `}`, true},
	{"decoys in a long value", `{"requestParameters":{"text":"` + strings.Repeat("long", 300) + `","detail":{"eventName":"CreateGrant"}},` + dull + `}`, true},
	{"a data key for an object", `{` + strings.ReplaceAll(strings.ReplaceAll(dull, "s3.", "kms."), "GetObject", "Decrypt") + `,"requestParameters":{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::b/k"}}}`, true},

	{"records between two quotes that are missing", swallowed("userIdentity"), false},
	{"the same, in a value of another name", swallowed("userIdentitee"), false},
	{"the same, with an escaped letter", strings.ReplaceAll(swallowed("userIdentity"), "eventName", `event\u004eame`), false},
	{"a call that can matter", `{` + strings.ReplaceAll(dull, `"s3.amazonaws.com","eventName":"GetObject"`, `"ec2.amazonaws.com","eventName":"StartInstances"`) + `}`, false},
	{"an escape in a name", `{` + strings.Replace(dull, "eventName", `event\u004eame`, 1) + `}`, false},
	{"an escape in the call", `{` + strings.Replace(dull, "GetObject", `GetObj\u0065ct`, 1) + `}`, false},
	{"an escape that makes it matter", `{` + strings.Replace(strings.Replace(dull, "s3.", "kms.", 1), "GetObject", `Create\u0047rant`, 1) + `}`, false},
	{"a name twice", `{` + dull + `,"eventName":"GetObject"}`, false},
	{"another name twice", `{` + dull + `,"x":1,"x":1}`, false},
	{"a name twice, once escaped", `{` + dull + `,"event\u004eame":"CreateGrant"}`, false},
	{"no region", `{` + strings.Replace(dull, `"awsRegion":"eu-west-1",`, "", 1) + `}`, false},
	{"no time", `{` + strings.Replace(dull, "2026-03-02T10:20:31Z", "2026-03-02", 1) + `}`, false},
	{"a time that is none", `{` + strings.Replace(dull, "10:20:31", "10:61:31", 1) + `}`, false},
	{"a time that is no text", `{` + strings.Replace(dull, `"2026-03-02T10:20:31Z"`, `{2026-03-02T10:20:31Z}`, 1) + `}`, false},
	{"an error that is a number", `{` + dull + `,"errorCode":5}`, false},
	{"an error", `{` + dull + `,"errorCode":"AccessDenied"}`, true},
	{"very many names", `{` + dull + manyNames() + `}`, false},
	{"very many names, one twice", `{` + dull + manyNames() + `,"n7":1}`, false},
	{"a name that is a number", `{` + strings.Replace(dull, `"GetObject"`, "1234567", 1) + `}`, false},
	{"another service's message", `{` + strings.Replace(dull, "s3.amazonaws.com", "aws:s3", 1) + `}`, false},
	{"a queue's message", `{` + dull + `,"receiptHandle":"x"}`, false},
	{"a data key for a volume", `{` + strings.ReplaceAll(strings.ReplaceAll(dull, "s3.", "kms."), "GetObject", "GenerateDataKey") + `,"requestParameters":{"encryptionContext":{"aws:ebs:id":"vol-0a"}}}`, false},
	{"the same, capitalised", `{` + strings.ReplaceAll(strings.ReplaceAll(dull, "s3.", "kms."), "GetObject", "GenerateDataKey") + `,"RequestParameters":{"encryptionContext":{"aws:ebs:id":"vol-0a"}}}`, false},
	{"the same, escaped", `{` + strings.ReplaceAll(strings.ReplaceAll(dull, "s3.", "kms."), "GetObject", "GenerateDataKey") + `,"requestParameters":{"encryptionContext":{"aws:ebs:id":"vol\u002d0a"}}}`, false},
	{"a data key that was refused", `{` + strings.ReplaceAll(strings.ReplaceAll(dull, "s3.", "kms."), "GetObject", "Decrypt") + `,"errorCode":"AccessDenied"}`, false},
	{"a data key of an instance", `{"userIdentity":{"arn":"arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-0a"},` + strings.ReplaceAll(strings.ReplaceAll(dull, "s3.", "kms."), "GetObject", "Decrypt") + `}`, false},
}

// swallowed is three records, of which the first lacks a quote that ends a text, and
// the last one that begins it: to the scan they are one.
func swallowed(name string) string {
	whole := `{"` + name + `":{"mfa":"false"},` + dull + `}`
	return strings.Replace(whole, `false"`, `false`, 1) + "," + strings.Replace(whole, "GetObject", strings.Repeat("long", 250), 1) + "," + strings.Replace(whole, `"false`, `false`, 1)
}

func manyNames() string {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, `,"n%d":1`, i)
	}
	return b.String()
}

// TestManyNames: a name said twice is met among very many too, in little time.
func TestManyNames(t *testing.T) {
	d := NewDecoder()
	for range 2 {
		if _, err := d.ValidHead([]byte(`{` + dull + manyNames() + `}`)); err != nil {
			t.Error(err)
		}
		for _, twice := range []string{"n7", "n99999", "eventName"} {
			if _, err := d.ValidHead([]byte(`{` + dull + manyNames() + `,"` + twice + `":"x"}`)); err == nil || !strings.Contains(err.Error(), "said twice") {
				t.Errorf("%s: %v", twice, err)
			}
		}
	}
}

// sure gives the head of a record by the scan, or false where it is not sure.
func sure(t *scan.Text, d *Decoder, record string) (Head, bool) {
	list := []byte(`[` + record + `]`)
	t.Reset(list, scan.AnyBytes)
	members, end, found := t.Record(t.Space(1))
	if found != scan.Record {
		return Head{}, false
	}
	h, ok := d.Scanned(list[t.Space(1):end], members)
	if !ok {
		return Head{}, false
	}
	return *h, true
}

// TestScanned: the scan is sure of what is only counted, and of nothing else.
func TestScanned(t *testing.T) {
	text, d := scan.NewText(Vocabulary), NewDecoder()
	for range 2 { // with and without words to recall
		for _, c := range scannable {
			if _, got := sure(text, d, c.text); got != c.sure {
				t.Errorf("%s: %t", c.name, got)
			}
		}
	}
}

// FuzzScanned: of what the scan is sure, the parser says the same, and drops it
// as well. Nothing that the parser keeps or refuses is only counted.
func FuzzScanned(f *testing.F) {
	for _, c := range scannable {
		if len(c.text) < 1<<10 {
			f.Add(c.text)
		}
	}
	text, fast, slow := scan.NewText(Vocabulary), NewDecoder(), NewDecoder()
	f.Fuzz(func(t *testing.T, record string) {
		got, ok := sure(text, fast, record)
		if !ok || !jsontext.Value(record).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
			return
		}
		raw := []byte(strings.Trim(record, " \t\r\n"))
		want, err := slow.ValidHead(raw)
		if err != nil {
			t.Fatalf("the parser says: %v", err)
		}
		if !got.Time.Equal(want.Time) || got.Name != want.Name || got.Source != want.Source || got.Region != want.Region ||
			got.Account != want.Account || got.Category != want.Category || got.facts != want.facts {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
		if event, err := slow.Event(raw); event != nil || err != nil {
			t.Fatalf("the parser keeps or refuses it: %+v, %v", event, err)
		}
	})
}
