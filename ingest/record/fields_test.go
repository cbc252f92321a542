package record

import "testing"

// TestValues: every field has a place in a record, and what is null, absent or
// elsewhere has none.
func TestValues(t *testing.T) {
	full := `{"eventVersion":"0","userIdentity":{"type":"1","arn":"2","principalId":"3","accountId":"4","userName":"5","accessKeyId":"6","invokedBy":"7",
		"sessionContext":{"sessionIssuer":{"type":"8","arn":"9","accountId":"10","userName":"11","principalId":"12"},"attributes":{"mfaAuthenticated":"13","creationDate":"14"}}},
		"eventTime":"2026-03-02T10:20:30Z","eventSource":"15","eventName":"16","awsRegion":"17","sourceIPAddress":"18","userAgent":"a\"\u00fcb","errorCode":"19","errorMessage":"20",
		"requestParameters":{"x":[1, 2]},"responseElements":null,"additionalEventData":[],"requestID":"21","eventID":"22","readOnly":true,"resources":[{"ARN":"r1","accountId":"r2","type":"r3"},{"type":"r4"}],
		"eventType":"23","managementEvent":false,"recipientAccountId":"24","eventCategory":"25","sharedEventID":"26","apiVersion":"27","vpcEndpointId":"28","serviceEventDetails":{"s":1},
		"tlsDetails":{"tlsVersion":"29","cipherSuite":"30","other":{"tlsVersion":"decoy"}}}`
	want := map[Field]string{
		EventVersion: "0", IdentityType: "1", IdentityARN: "2", IdentityPrincipal: "3", IdentityAccount: "4", IdentityUser: "5", IdentityKey: "6", IdentityInvokedBy: "7",
		IssuerType: "8", IssuerARN: "9", IssuerAccount: "10", IssuerUser: "11", IssuerPrincipal: "12", SessionMFA: "13", SessionCreated: "14",
		EventSource: "15", EventName: "16", Region: "17", SourceIP: "18", Agent: `a"üb`, ErrorCode: "19", ErrorMessage: "20",
		Request: `{"x":[1, 2]}`, Additional: "[]", RequestID: "21", EventID: "22", ReadOnly: "true", EventType: "23", Management: "false", Recipient: "24",
		EventCategory: "25", SharedEventID: "26", APIVersion: "27", VPCEndpoint: "28", ServiceDetails: `{"s":1}`, TLSVersion: "29", TLSCipher: "30",
		ResourceList: `[{"ARN":"r1","accountId":"r2","type":"r3"},{"type":"r4"}]`,
	}
	v := values(t, full)
	for f := range Fields {
		if text, ok := want[f]; (v[f] != nil) != ok || string(v[f]) != text {
			t.Errorf("field %d is %q, want %q", f, v[f], text)
		}
	}
	var resources string
	f := found(t, full)
	for _, r := range f.Resources {
		resources += string(f.text(r[0])) + "," + string(f.text(r[1])) + "," + string(f.text(r[2])) + ";"
	}
	if resources != "r1,r3,r2;,r4,;" {
		t.Errorf("resources are %q", resources)
	}
	// Null, of another type, or one level off.
	other := `{"eventTime":"2026-03-02T10:20:30Z","eventSource":"s","eventName":"n","userIdentity":{"type":null,"sessionIssuer":{"arn":"x"}},"tlsDetails":"x","resources":{"ARN":"x"},"requestID":7}`
	v = values(t, other)
	for f := range Fields {
		switch f {
		case EventSource, EventName:
		case RequestID:
			if string(v[f]) != "7" {
				t.Errorf("a number is %q", v[f])
			}
		case ResourceList:
			if len(found(t, other).Resources) > 0 {
				t.Error("an object is taken for a list")
			}
		default:
			if v[f] != nil {
				t.Errorf("field %d is %q, want none", f, v[f])
			}
		}
	}
}

// values are the fields of a record, found without remembering anything.
func values(t *testing.T, raw string) *[Fields][]byte {
	t.Helper()
	d := NewDecoder()
	if _, err := d.Head([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	v := d.head.values()
	for _, of := range []struct {
		value []byte
		known []inner
	}{{d.head.identity, identityFields}, {d.head.tls, tlsFields}} {
		if len(of.value) > 0 && of.value[0] == '{' {
			members(v[:], of.value, 0, of.known)
		}
	}
	return &v
}

func found(t *testing.T, raw string) *Found {
	t.Helper()
	d := NewDecoder()
	if _, err := d.Head([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	return NewOutlines().Values(d, []byte(raw))
}
