package container

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"grantrail/ingest/custody"
)

const rec = `{"eventVersion":"1.11","eventName":"A"}`

func collect(t testing.TB, data []byte) ([]string, Result) {
	t.Helper()
	var items []string
	res, err := NewReader(nil).Read(bytes.NewReader(data), func(it Item) bool {
		items = append(items, fmt.Sprintf("%d %d %s", it.Class, it.Index, it.Raw))
		if plain := len(data) > 2 && data[0] != 0x1f; plain && it.Offset >= int64(len(data)) {
			t.Errorf("item %d stands behind the object's end: %d", it.Index, it.Offset)
		}
		return true
	})
	if err != nil {
		t.Fatalf("memory cannot fail: %v", err)
	}
	return items, res
}

// TestShapes: what an object holds is recognised by content, in pairs with a
// near miss.
func TestShapes(t *testing.T) {
	state := `{"detail-type":"EC2 Instance State-change Notification","source":"aws.ec2","detail":{"instance-id":"i-1","state":"stopped"}}`
	for _, c := range []struct {
		name, data string
		state      custody.State
		items      int
	}{
		{"log", `{"Records":[` + rec + `,` + rec + `]}`, custody.Read, 2},
		{"pretty", "{\n \"Records\": [\n  " + rec + "\n ]\n}\n", custody.Read, 1},
		{"other members", `{"a":[1],"Records":[` + rec + `],"b":{}}`, custody.Read, 1},
		{"escaped name", `{"\u0052ecords":[` + rec + `]}`, custody.Read, 1},
		{"empty log", `{"Records":[]}`, custody.Read, 0},
		{"records below", `{"x":{"Records":[` + rec + `]}}`, custody.Skipped, 0},
		{"records object", `{"Records":{}}`, custody.Unread, 0},
		{"two arrays", `{"Records":[` + rec + `],"Records":[` + rec + `]}`, custody.Partial, 1},
		{"state change", state, custody.Read, 1},
		{"back to back", state + state + "\n" + state, custody.Read, 3},
		{"other detail type", strings.Replace(state, "State-change", "Rebalance", 1), custody.Skipped, 0},
		{"log in a stream", state + `{"Records":[` + rec + `]}`, custody.Partial, 1},
		{"api call", `{"detail-type":"AWS API Call via CloudTrail","detail":` + rec + `}`, custody.Read, 1},
		{"digest", `{"awsAccountId":"1","digestS3Object":"x","logFiles":[]}`, custody.Read, 1},
		{"digest below", `{"x":{"digestS3Object":"x"}}`, custody.Skipped, 0},
		{"text", `hello`, custody.Skipped, 0},
		{"second log", `{"Records":[` + rec + `]}{"Records":[` + rec + `]}`, custody.Partial, 1},
		{"cut", `{"Records":[` + rec + `,{"a"`, custody.Partial, 1},
		{"cut at once", `{"Rec`, custody.Unread, 0},
		{"control in string", "{\"Records\":[" + rec + ",{\"a\":\"\n\"}]}", custody.Partial, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			items, res := collect(t, []byte(c.data))
			if res.State != c.state || len(items) != c.items || res.Items != c.items {
				t.Errorf("state %d, %d items, warnings %v; want state %d, %d items", res.State, len(items), res.Warnings, c.state, c.items)
			}
		})
	}
}

// TestTooLarge: a value over the limit ends the object and keeps what precedes
// it.
func TestTooLarge(t *testing.T) {
	data := `{"Records":[` + rec + `,{"x":"` + strings.Repeat("y", 2*maxValue) + `"}]}`
	items, res := collect(t, []byte(data))
	if len(items) != 1 || res.State != custody.Partial || res.Warnings[0].Kind != custody.KindRecordTooLarge {
		t.Errorf("%d items, %+v", len(items), res)
	}
}

// TestOffsets: an item's offset is where its bytes stand in the object.
func TestOffsets(t *testing.T) {
	data := "\xef\xbb\xbf{ \"Records\" : [ " + rec + " ,\n" + rec + "] }"
	n := 0
	if _, err := NewReader(nil).Read(strings.NewReader(data), func(it Item) bool {
		n++
		if got := data[it.Offset : it.Offset+int64(len(it.Raw))]; got != string(it.Raw) {
			t.Errorf("item %d: at its offset stands %q", it.Index, got)
		}
		return true
	}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
}

func zip(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzRead: any bytes end in a state, an object that is not wholly read says
// why, and compression changes nothing.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		`{"Records":[` + rec + `]}`, `{"Records":null}`, `{"Records":[` + rec, `[]`, `{}`, "",
		`{"detail-type":"EC2 Instance State-change Notification","detail":{}}{}`, "\x1f\x8b\x08", "\xef\xbb\xbf{}",
		rec + "\n" + rec, "[" + rec + "]", line + rec + "\n", `{"Events":[` + lookup(rec) + `]}`, sns(rec), batch("DATA_MESSAGE", rec),
		packed(f, batch("DATA_MESSAGE", rec)), `{"configurationItems":[` + item + `]}`, `{"Records":[{"body":` + quote(sns(rec)) + `}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		items, res := collect(t, data)
		if res.State != custody.Read && len(res.Warnings) == 0 {
			t.Fatalf("state %d without a word", res.State)
		}
		if len(data) >= 2 && data[0] == 0x1f && data[1] == 0x8b {
			return // it is its own compression
		}
		zipped, zres := collect(t, zip(t, data))
		if fmt.Sprint(items) != fmt.Sprint(zipped) || res.State != zres.State {
			t.Fatalf("plain: %v %+v\ngzip: %v %+v", items, res, zipped, zres)
		}
	})
}

// TestCutMessage: a record that its envelope cut off is damage, also where another
// stands beside it; text of another service is not.
func TestCutMessage(t *testing.T) {
	for name, c := range map[string]struct {
		data  string
		state custody.State
		items int
	}{
		"log events":   {batch("DATA_MESSAGE", rec) + batch("DATA_MESSAGE", rec[:len(rec)-1]), custody.Partial, 1},
		"alone":        {batch("DATA_MESSAGE", rec[:len(rec)-1]), custody.Partial, 0},
		"notification": {sns(`{"Records":[` + rec), custody.Partial, 0},
		"of S3":        {sns(`{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3"`), custody.Skipped, 0},
		"words":        {batch("DATA_MESSAGE", "{eventVersion"), custody.Skipped, 0},
	} {
		items, res := collect(t, []byte(c.data))
		if res.State != c.state || len(items) != c.items || len(res.Warnings) == 0 {
			t.Errorf("%s: %d items, state %d, %v", name, len(items), res.State, res.Warnings)
		}
	}
}

// TestLostDetail: an EventBridge event that is of CloudTrail and has no record is
// handed out, to be refused.
func TestLostDetail(t *testing.T) {
	for _, detail := range []string{``, `,"detail":null`, `,"detail":"{}"`, `,"detail":[]`} {
		items, res := collect(t, []byte(`{"detail-type":"AWS API Call via CloudTrail","source":"aws.kms"`+detail+`}`))
		if len(items) != 1 || res.State != custody.Read {
			t.Errorf("%s: %d items, state %d", detail, len(items), res.State)
		}
	}
	if items, _ := collect(t, []byte(`{"detail-type":"Another","source":"aws.kms","detail":null}`)); len(items) != 0 {
		t.Errorf("of another type: %v", items)
	}
}

// TestSuspect: a log file whose name for its records is damaged is no known
// shape, and looks like what it was; a notification does not.
func TestSuspect(t *testing.T) {
	record := `{"eventVersion":"1.11","eventSource":"kms.amazonaws.com","eventTime":"x"}`
	for data, want := range map[string]bool{
		`{"Recordr":[` + record + `]}`:                                true,
		`x{"Records":[` + record + `]}`:                               true,
		"\xff\xfe{\x00":                                               true,
		`{"x":[{"eventVersion":"2.1","eventSource":"aws:s3"}]}`:       false,
		`{"body":"{\"eventSource\":\"kms\",\"eventVersion\":\"1\"}"}`: false,
		`{"eventSourceArn":"x"}`:                                      false,
		strings.ToLower(record):                                       true,
		"eventName,eventTime\nA,x":                                    true,
		"Event name;Event time\nA;x":                                  true,
		"\r\n\"eventName\"\t\"eventTime\"\n":                          true,
		"eventName of eventTime\n":                                    false,
		`# Licence`:                                                   false,
	} {
		if _, res := collect(t, []byte(data)); res.Suspect != want || res.State != custody.Skipped {
			t.Errorf("%q: suspect is %v, state %d", data, res.Suspect, res.State)
		}
	}
}
