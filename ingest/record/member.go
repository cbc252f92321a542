package record

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// member takes one top-level member. The case of the first letter is not
// trusted: some service events capitalise RequestParameters. What only an event
// that is kept needs stays raw.
func (d *Decoder) member(name []byte, v jsontext.Value) error {
	h := &d.head
	switch string(name) { // without a copy of the name
	case "eventTime":
		if d.instant(&h.Time, v) {
			return nil
		}
		return h.time(v)
	case "eventName":
		h.rawName = v
		return d.text("eventName", v, &h.Name)
	case "eventSource":
		h.rawSource = v
		return d.text("eventSource", v, &h.Source)
	case "awsRegion":
		h.rawRegion = v
		return d.text("awsRegion", v, &h.Region)
	case "recipientAccountId":
		h.rawAccount = v
		return d.text("recipientAccountId", v, &h.Account)
	case "errorCode":
		// Absent means that the call succeeded: anything else than a string
		// must not be taken for it.
		h.rawError = v
		return d.text("errorCode", v, &h.errorCode)
	case "eventCategory":
		h.rawCategory = v
		if v.Kind() == '"' {
			h.Category = d.word(v)
		}
	case "eventID", "eventId", "EventId":
		h.eventID = v
	case "requestID", "requestId":
		h.requestID = v
	case "sharedEventID":
		h.sharedID = v
	case "eventType":
		h.eventType = v
	case "errorMessage":
		h.errorMessage = v
	case "sourceIPAddress":
		h.sourceIP = v
	case "userAgent":
		h.userAgent = v
	case "userIdentity":
		h.identity = v
	case "requestParameters", "RequestParameters":
		h.request = v
	case "responseElements", "ResponseElements":
		h.response = v
	case "additionalEventData":
		h.additional = v
	case "serviceEventDetails", "ServiceEventDetails":
		h.service = v
	case "resources":
		h.resources = v
	case "addendum":
		h.addendum = v
	case "eventVersion":
		h.version = v
	case "apiVersion":
		h.apiVersion = v
	case "vpcEndpointId":
		h.endpoint = v
	case "tlsDetails":
		h.tls = v
	case "readOnly":
		h.readOnly = v
	case "managementEvent":
		h.management = v
	}
	return nil
}

// word is the text of a JSON string, one copy for all records that say it.
func (d *Decoder) word(v jsontext.Value) string {
	if len(v) > maxWord || len(v) < 2 {
		return loose(v)
	}
	if w, ok := d.words[string(v)]; ok {
		return w
	}
	w := loose(v)
	if len(d.words) < maxWords {
		d.words[string(v)] = w
	}
	return w
}

// text takes a member that must be a string. Null is the same as absent.
func (d *Decoder) text(key string, v jsontext.Value, into *string) error {
	switch v.Kind() {
	case '"':
		*into = d.word(v)
	case 'n':
	case '0':
		// An account id written as a number has lost its leading zeros.
		if key == "recipientAccountId" {
			*into = fmt.Sprintf("%012s", v)
			return nil
		}
		fallthrough
	default:
		return &Refusal{custody.KindRecordType, fmt.Sprintf("%s is %s, not a string", key, article(v))}
	}
	return nil
}

// loose is the text of a JSON string, and "" of anything else.
func loose(v jsontext.Value) string {
	if v.Kind() != '"' || len(v) < 2 {
		return ""
	}
	if inner := v[1 : len(v)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil && len(b) == 0 {
		return ""
	}
	return string(b)
}

// The years in which CloudTrail can have written a record: the service began
// in 2013, and a time past this century is a damaged one.
const (
	firstYear = 2013
	lastYear  = 2099
)

// time takes eventTime: RFC 3339, fractions of a second allowed, as
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html says it.
func (h *Head) time(v jsontext.Value) error {
	if v.Kind() == 'n' {
		return nil
	}
	s := loose(v)
	if v.Kind() != '"' {
		return &Refusal{custody.KindRecordType, "eventTime is " + article(v) + ", not a string"}
	}
	if s == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return &Refusal{custody.KindRecordTime, fmt.Sprintf("eventTime %q is not a time", clip(s))}
	}
	if t = t.UTC(); t.Year() < firstYear || t.Year() > lastYear {
		return &Refusal{custody.KindRecordTime, fmt.Sprintf("eventTime %q is impossible", clip(s))}
	}
	h.Time = t
	return nil
}
