package record

import (
	"fmt"
	"strings"
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
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","resources":[{"ARN":"a","type":"t"},{"accountId":"\u0061"}],"ResponseElements":{"a":1}}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","resources":[{"ARN":"a"}, {"arn":"b","type":""},{}],"responseElements":{"ARN":"a"}}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","resources":{"ARN":"a"},"responseElements":[{"ARN":"a"}]}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","resources":[{"ARN":"a"}],"responseElements":[{"ARN":"a"}]}`, // one text, in both places
		`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{},"tlsDetails":{},"errorCode":"","errorMessage":"é","readOnly":null}`,
	}
	for n := range 2 << 10 {
		records = append(records, fmt.Sprintf(`{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":`+identity+`,"requestID":"%d"}`, n%(1<<10+3), n))
	}
	records = append(records, records...)
	text := trailtest.Bulk{Seed: 1}.Text(50)
	for _, m := range elements(t, text) {
		records = append(records, string(m))
	}
	d, o, s, prints := NewDecoder(), NewOutlines(), scan.NewText(Vocabulary), map[uint64][Fields]string{}
	for _, raw := range records {
		want := values(t, raw)
		whole := []byte(raw)
		if _, err := d.Head(whole); err != nil {
			t.Fatal(err)
		}
		read := said(o.Values(d, whole))
		if read.values != *flat(want) {
			t.Errorf("%s: %q by a decoder, want %q", raw, read.values, *flat(want))
		}
		s.Reset([]byte(raw), scan.AnyBytes)
		members, _, found := s.Record(0)
		if found != scan.Record {
			t.Fatalf("%s: %d", raw, found)
		}
		got, valid := o.Members([]byte(raw), members)
		if !valid {
			t.Fatalf("%s: no JSON", raw)
		}
		if by, fresh := said(got), said(NewOutlines().Values(d, whole)); by != read || by != fresh {
			t.Errorf("%s: %+v by its members, %+v by a decoder, %+v by one that has met nothing", raw, by, read, fresh)
		}
		if of, has := prints[got.Print]; has && of != read.values {
			t.Errorf("%s: taken for another record", raw)
		}
		prints[got.Print] = read.values
	}
}

// TestPrint: records that differ in one field alone, whichever, are told apart, by
// their members and by a parser.
func TestPrint(t *testing.T) {
	const all = `{"eventTime":"2026-03-02T10:20:30Z","eventSource":"#","eventName":"#","userIdentity":{"type":"#","arn":"#","principalId":"#","accountId":"#","userName":"#","accessKeyId":"#","invokedBy":"#",` +
		`"sessionContext":{"sessionIssuer":{"type":"#","arn":"#","accountId":"#","userName":"#","principalId":"#"},"attributes":{"mfaAuthenticated":"#","creationDate":"#"}}},` +
		`"tlsDetails":{"tlsVersion":"#","cipherSuite":"#"},"eventID":"#","eventVersion":"#","eventType":"#","eventCategory":"#","awsRegion":"#","recipientAccountId":"#","sourceIPAddress":"#","userAgent":"#",` +
		`"errorCode":"#","errorMessage":"#","requestID":"#","sharedEventID":"#","apiVersion":"#","vpcEndpointId":"#","readOnly":"#","managementEvent":"#",` +
		`"requestParameters":{"a":"#"},"responseElements":{"a":"#"},"additionalEventData":{"a":"#"},"serviceEventDetails":{"a":"#"},"resources":[{"ARN":"#"}]}`
	if n := strings.Count(all, "#"); n != int(Fields) {
		t.Fatalf("the record has %d fields, want %d", n, Fields)
	}
	parts := strings.Split(all, "#")
	o, d, s, prints := NewOutlines(), NewDecoder(), scan.NewText(Vocabulary), map[uint64]int{}
	for other := range parts { // but for the last, which differs in none
		var b strings.Builder
		for i, part := range parts {
			if b.WriteString(part); i < len(parts)-1 {
				fmt.Fprintf(&b, "value%d %t", i, i == other)
			}
		}
		raw := []byte(b.String())
		s.Reset(raw, scan.Plain)
		m, _, found := s.Record(0)
		if found != scan.Record {
			t.Fatal(found)
		}
		f, valid := o.Members(raw, m)
		for i := range Fields {
			if !valid || f.Value(i) == nil {
				t.Fatalf("field %d is not said", i)
			}
		}
		if as, met := prints[f.Print]; met {
			t.Errorf("another value %d is taken for another value %d", other, as)
		}
		prints[f.Print] = other
		by := f.Print
		if _, err := d.Head(raw); err != nil {
			t.Fatal(err)
		}
		if of := o.Values(d, raw).Print; of != by {
			t.Errorf("value %d: a parser sees another", other)
		}
	}
}

// saying is what is found of a record, whatever way.
type saying struct {
	values    [Fields]string
	resources string
	print     uint64
}

func said(f *Found) (s saying) {
	for i := range Fields {
		if v := f.Value(i); v != nil {
			s.values[i] = "=" + string(v)
		}
	}
	for _, r := range f.Resources {
		s.resources += fmt.Sprintf("%q %q %q;", f.text(r[0]), f.text(r[1]), f.text(r[2]))
	}
	s.print = f.Print
	return s
}

// flat is the same of values.
func flat(v *[Fields][]byte) *[Fields]string {
	var said [Fields]string
	for f := range Fields {
		if v[f] != nil {
			said[f] = "=" + string(v[f])
		}
	}
	return &said
}

// TestMembersInvalid: a value that the scan takes for one and a parser does not
// fills nothing, and neither does one that looks like it later. Which of two
// spellings counts is left to a parser too.
func TestMembersInvalid(t *testing.T) {
	o, s := NewOutlines(), scan.NewText(Vocabulary)
	for range 2 {
		for _, raw := range []string{
			`{"eventName":"n","userIdentity":{"type":x}}`, `{"eventName":"n","userIdentity":["a" "b"]}`, `{"eventName":"n","tlsDetails":{"tlsVersion":"\x"}}`,
			`{"eventName":"\u00zz"}`, `{"eventName":"n","requestParameters":{"a":1,}}`, `{"eventName":"n","x":{"a":tru}}`,
			`{"eventName":"n","responseElements":{"a":1,}}`, `{"eventName":"n","resources":[{"ARN":"a"},]}`, `{"responseElements":null,"ResponseElements":{}}`, `{"eventId":"a","EventId":"b"}`,
		} {
			s.Reset([]byte(raw), scan.AnyBytes)
			members, _, found := s.Record(0)
			if found != scan.Record {
				t.Fatalf("%s: %d", raw, found)
			}
			if v, valid := o.Members([]byte(raw), members); valid {
				t.Errorf("%s: taken, %q", raw, v.Value(EventName))
			}
		}
	}
}

// elements are the records of a log file.
func elements(t testing.TB, text []byte) (raws [][]byte) {
	t.Helper()
	s := scan.NewText(Vocabulary)
	s.Reset(text, scan.AnyBytes)
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
