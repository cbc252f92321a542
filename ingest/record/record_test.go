package record

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"grantrail/ingest/custody"
)

const whole = `"eventTime":"2026-03-02T10:20:30Z","eventName":"StartInstances","eventSource":"ec2.amazonaws.com","awsRegion":"eu-west-1","recipientAccountId":"111122223333"`

// TestRefused: a record that cannot be placed is refused for its own reason,
// and its near miss is not.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		kind      custody.Kind // "" is accepted
	}{
		{"whole", `{` + whole + `}`, ""},
		{"number", `42`, custody.KindRecordType},
		{"null", `null`, custody.KindRecordType},
		{"array", `[]`, custody.KindRecordType},
		{"empty", `{}`, custody.KindRecordField},
		{"no time", `{"eventName":"A","eventSource":"b"}`, custody.KindRecordField},
		{"null time", `{"eventTime":null,"eventName":"A","eventSource":"b"}`, custody.KindRecordField},
		{"no name", `{"eventTime":"2026-03-02T10:20:30Z","eventSource":"b"}`, custody.KindRecordField},
		{"no source", `{"eventTime":"2026-03-02T10:20:30Z","eventName":"A"}`, custody.KindRecordField},
		{"time is a number", `{"eventTime":1772446831,"eventName":"A","eventSource":"b"}`, custody.KindRecordType},
		{"name is an object", `{"eventTime":"2026-03-02T10:20:30Z","eventName":{},"eventSource":"b"}`, custody.KindRecordType},
		{"no such day", `{"eventTime":"2026-02-30T10:20:30Z","eventName":"A","eventSource":"b"}`, custody.KindRecordTime},
		{"before the service", `{"eventTime":"1970-01-01T00:00:00Z","eventName":"A","eventSource":"b"}`, custody.KindRecordTime},
		{"far future", `{"eventTime":"9999-01-01T00:00:00Z","eventName":"A","eventSource":"b"}`, custody.KindRecordTime},
		{"fraction", `{"eventTime":"2026-03-02T10:20:30.123Z","eventName":"A","eventSource":"b"}`, ""},
		{"offset", `{"eventTime":"2026-03-02T11:20:30+01:00","eventName":"A","eventSource":"b"}`, ""},
		{"name twice", `{` + whole + `,"eventName":"StopInstances"}`, custody.KindRecordNames},
		{"escaped name twice", `{` + whole + `,"event\u004eame":"StopInstances"}`, custody.KindRecordNames},
		{"unknown twice", `{` + whole + `,"x":1,"x":2}`, custody.KindRecordNames},
		{"same name below", `{` + whole + `,"requestParameters":{"eventName":"x"}}`, ""},
		{"error code is an object", `{` + whole + `,"errorCode":{"x":1}}`, custody.KindRecordType},
		{"error code is null", `{` + whole + `,"errorCode":null}`, ""},
		{"message without a code", `{` + whole + `,"errorMessage":"User: x is not authorized"}`, custody.KindRecordField},
		{"twice below", `{` + whole + `,"requestParameters":{"a":1,"a":2}}`, custody.KindRecordNames},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDecoder()
			_, err := d.Head([]byte(c.raw))
			if err == nil {
				_, err = d.Event([]byte(c.raw))
			}
			var got *Refusal
			if errors.As(err, &got); (got == nil) != (c.kind == "") || got != nil && got.Kind != c.kind {
				t.Errorf("got %v, want kind %q", err, c.kind)
			}
		})
	}
}

// TestForeign: messages that also say Records are known, and a CloudTrail
// record about such a service is not taken for one.
func TestForeign(t *testing.T) {
	for raw, foreign := range map[string]bool{
		`{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-03-02T10:20:30Z","eventName":"ObjectCreated:Put"}`: true,
		`{"EventSource":"aws:sns","Sns":{}}`:                 true,
		`{"messageId":"1","receiptHandle":"x","body":"{}"}`:  true,
		`{"cf":{"config":{}}}`:                               true,
		`{` + whole + `,"requestParameters":{"s":"aws:s3"}}`: false,
	} {
		if _, err := NewDecoder().Head([]byte(raw)); IsForeign(err) != foreign {
			t.Errorf("%s: foreign is %v", raw, !foreign)
		}
	}
}

// TestTolerated: the spellings that CloudTrail really uses give the same
// event.
func TestTolerated(t *testing.T) {
	const want = "i-0aaa1111bbbb2222c"
	for name, parameters := range map[string]string{
		"items":         `"responseElements":{"instancesSet":{"items":[{"instanceId":"i-0aaa1111bbbb2222c"}]}}`,
		"plain array":   `"responseElements":{"instancesSet":[{"instanceId":"i-0aaa1111bbbb2222c"}]}`,
		"upper case":    `"responseElements":{"instancesSet":{"items":[{"instanceId":"I-0AAA1111BBBB2222C"}]}}`,
		"capital":       `"ResponseElements":{"InstancesSet":{"Items":[{"InstanceId":"i-0aaa1111bbbb2222c"}]}}`,
		"omitted":       `"responseElements":{"omitted":"true","originalSize":1000000},"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0aaa1111bbbb2222c"}]}}`,
		"null response": `"responseElements":null,"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-0aaa1111bbbb2222c"}]}}`,
		"as text":       `"responseElements":"{\"instancesSet\":{\"items\":[{\"instanceId\":\"i-0aaa1111bbbb2222c\"}]}}"`,
	} {
		raw := []byte(`{` + whole + `,"userIdentity":{"accountId":"111122223333"},"eventID":7,` + parameters + `}`)
		d := NewDecoder()
		if _, err := d.Head(raw); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e, err := d.Event(raw)
		if err != nil || len(e.Instances) != 1 || e.Instances[0] != want {
			t.Errorf("%s: got %+v, %v", name, e, err)
		}
	}
}

// TestFingerprint: layout does not make another event, content does.
func TestFingerprint(t *testing.T) {
	compact := fingerprint([]byte(`{"a":1,"b":[true,"x"]}`))
	if compact != fingerprint([]byte("{\n  \"b\": [ true, \"\\u0078\" ],\n  \"a\": 1.0 }")) {
		t.Error("a pretty copy with other key order differs")
	}
	if compact == fingerprint([]byte(`{"a":1,"b":[true,"y"]}`)) {
		t.Error("other content does not differ")
	}
}

// FuzzRecord: whatever the bytes, a record is decoded or refused, and the
// decoder goes on.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{` + whole + `,"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"}]}}}`))
	f.Add([]byte(`{"eventTime":"2026-03-02T10:20:30Z","eventName":"CreateGrant","eventSource":"kms.amazonaws.com","errorCode":"AccessDenied","requestParameters":{"constraints":{"encryptionContextSubset":{"aws:ebs:id":"vol-1"}}}}`))
	f.Add([]byte(`{"eventName":{}}`))
	good := []byte(`{` + whole + `}`)
	d := NewDecoder()
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := d.Head(raw); err == nil {
			if _, err := d.Event(raw); err != nil {
				var refusal *Refusal
				if !errors.As(err, &refusal) {
					t.Fatalf("an error that is no refusal: %v", err)
				}
			}
		}
		if _, err := d.Head(good); err != nil {
			t.Fatalf("the decoder is spoilt: %v", err)
		}
	})
}

// FuzzReads: what is read at one go is the same by the library: the head, the
// refusal, and the event.
func FuzzReads(f *testing.F) {
	for _, s := range []string{
		`{` + whole + `,"requestParameters":{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":null}]}}}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventName":"CreateGrant","eventSource":"kms.amazonaws.com","errorCode":"AccessDenied","RequestParameters":{"Constraints":{"encryptionContextSubset":{"aws:ebs:id":"vol-1","aws:rds:id":"x"}}},"resources":[{"arn":"arn:aws:kms:eu-west-1:1:key/K"}]}`,
		`{"eventTime":"2026-03-02T10:20:30.5+01:00","eventName":"CreateVolume","eventSource":"ec2.amazonaws.com","responseElements":{"CreateVolumeResponse":{"volumeId":"vol-1","":"x"}},"requestParameters":"{\"kmsKeyId\":\"k\"}"}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventName":"BidEvictedEvent","eventSource":"ec2.amazonaws.com","serviceEventDetails":{"instanceIdSet":["i-1"]},"addendum":{"originalEventID":"E"}}`,
		`{"eventTime":"2026-03-02T10:20:30Z","eventName":"Decrypt","eventSource":"kms.amazonaws.com","userIdentity":{"principalId":"1:aws:ec2-infrastructure:i-0a"}}`,
		`{"eventTime":1,"eventName":[],"eventSource":"aws:s3"}`, `{"Sns":1,"eventTime":2}`, `{}`,
	} {
		f.Add([]byte(s))
	}
	fast, slow := NewDecoder(), NewDecoder()
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, sure, err := fast.Read(raw)
		if !sure {
			return
		}
		want, wrong := slow.Head(raw)
		if fmt.Sprint(err) != fmt.Sprint(wrong) || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %+v, %v\nwant %+v, %v", raw, got, err, want, wrong)
		}
		if err != nil || want.kind == None {
			return
		}
		e, err := fast.Event(raw)
		slow.tree = tree{raw: raw}
		asked, wrong := slow.event(loose(want.errorMessage), false)
		if e == nil {
			return // it may be dropped unread
		}
		if err != nil || wrong != nil || !reflect.DeepEqual(e, asked) {
			t.Fatalf("%q: %+v, %v\nwant %+v, %v", raw, e, err, asked, wrong)
		}
	})
}
