package record

import (
	"fmt"
	"testing"

	"grantrail/ingest/scan"
	"grantrail/ingest/trailtest"
)

// TestOutlines: however the fields are found, and whatever was met before, they
// are the same.
func TestOutlines(t *testing.T) {
	identity := `{"type":"Role","arn":"a%d","sessionContext":{"sessionIssuer":{"arn":"b","userName":null},"attributes":{"creationDate":"c"}}}`
	records := []string{
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{"type":"a\u0062c","arn":7},"tlsDetails":{"tlsVersion":"t"}}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{"tlsVersion":"t"},"tlsDetails":{"tlsVersion":"t"}}`, // one text, in both places
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{"tlsVersion":"t"},"tlsDetails":{"type":"x"},"eventId":"i","RequestParameters":{},"ResponseElements":[1],"ServiceEventDetails":{"a":1},"requestId":"r"}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{"type":"x"},"tlsDetails":null,"EventId":"j","eventname":"decoy","awsregion":"decoy","resource":1}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{},"tlsDetails":{},"errorCode":"","errorMessage":"é","readOnly":null}`,
	}
	for n := range 2 * outlines {
		records = append(records, fmt.Sprintf(`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":`+identity+`,"requestID":"%d"}`, n%(outlines+3), n))
	}
	records = append(records, records...)
	text := trailtest.Bulk{Seed: 1}.Text(50)
	for _, m := range elements(t, text) {
		records = append(records, string(m))
	}
	d, o, s := NewDecoder(), NewOutlines(), scan.NewText(Vocabulary)
	for _, raw := range records {
		want := values(t, raw)
		if _, err := d.Head([]byte(raw)); err != nil {
			t.Fatal(err)
		}
		same(t, "by a decoder", o.Values(d), want)
		s.Reset([]byte(raw))
		members, _, found := s.Record(0)
		if found != scan.Record {
			t.Fatalf("%s: %d", raw, found)
		}
		got, valid := o.Members([]byte(raw), members)
		if !valid {
			t.Fatalf("%s: no JSON", raw)
		}
		same(t, "by its members", got, want)
	}
}

// TestMembersInvalid: a value that the scan takes for one and a parser does not
// fills nothing, and neither does one that looks like it later.
func TestMembersInvalid(t *testing.T) {
	o, s := NewOutlines(), scan.NewText(Vocabulary)
	for range 2 {
		for _, raw := range []string{
			`{"eventName":"n","userIdentity":{"type":x}}`, `{"eventName":"n","userIdentity":["a" "b"]}`, `{"eventName":"n","tlsDetails":{"tlsVersion":"\x"}}`,
			`{"eventName":"\u00zz"}`, `{"eventName":"n","requestParameters":{"a":1,}}`, `{"eventName":"n","x":{"a":tru}}`,
		} {
			s.Reset([]byte(raw))
			members, _, found := s.Record(0)
			if found != scan.Record {
				t.Fatalf("%s: %d", raw, found)
			}
			if v, valid := o.Members([]byte(raw), members); valid {
				t.Errorf("%s: taken, %q", raw, v[EventName])
			}
		}
	}
}

// elements are the records of a log file.
func elements(t *testing.T, text []byte) (raws [][]byte) {
	t.Helper()
	s := scan.NewText(Vocabulary)
	s.Reset(text)
	for i := len(`{"Records":[`); ; {
		_, end, found := s.Record(i)
		if found != scan.Record {
			t.Fatalf("%d at %d", found, i)
		}
		raws = append(raws, text[i:end])
		if i, found = s.Behind(end); found == scan.End {
			return raws
		}
	}
}

func same(t *testing.T, how string, got, want *Values) {
	t.Helper()
	for f := range Fields {
		if (got[f] == nil) != (want[f] == nil) || string(got[f]) != string(want[f]) {
			t.Errorf("field %d is %q %s, want %q", f, got[f], how, want[f])
		}
	}
}
