package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// Head is what every record must say to be counted in its place, decoded from
// the top level only. The raw members are slices of the record.
type Head struct {
	Time     time.Time
	Name     string
	Source   string
	Region   string
	Account  string // recipientAccountId, else userIdentity.accountId
	Category string

	identity   jsontext.Value
	request    jsontext.Value
	response   jsontext.Value
	additional jsontext.Value
	service    jsontext.Value
	resources  jsontext.Value
	addendum   jsontext.Value

	eventID, requestID, sharedID string
	errorCode, errorMessage      string
	sourceIP, userAgent          string
	eventType                    string
}

// Refusal says why a record cannot be used. The object goes on.
type Refusal struct {
	Kind   custody.Kind
	Detail string
}

func (r *Refusal) Error() string { return r.Detail }

// Foreign marks something in a Records array that is no CloudTrail record: an
// S3, SNS, SQS or similar message, which says Records as well.
var errForeign = errors.New("not a CloudTrail record")

// IsForeign reports whether err says that the record is of another service's
// messages.
func IsForeign(err error) bool { return errors.Is(err, errForeign) }

// maxName is the longest member name remembered for the check of names said
// twice; longer ones are not names that the reader knows.
const maxName = 64

// Decoder decodes records one after another. Its buffers are reused; it is not
// safe for concurrent use.
type Decoder struct {
	buf  bytes.Buffer
	dec  jsontext.Decoder
	head Head
	seen map[string]struct{}
}

// NewDecoder makes a Decoder.
func NewDecoder() *Decoder { return &Decoder{seen: make(map[string]struct{}, 32)} }

// Head decodes the top level of one record. It returns a [*Refusal] for a
// record that cannot be placed, beside as much of the head as was read, and an
// error that [IsForeign] knows for another service's message. The Head is valid until the next call, and its
// raw members as long as raw.
func (d *Decoder) Head(raw []byte) (*Head, error) {
	d.head = Head{}
	clear(d.seen)
	if len(raw) == 0 || raw[0] != '{' {
		return nil, &Refusal{custody.KindRecordType, "record is " + article(raw) + ", not an object"}
	}
	d.buf = *bytes.NewBuffer(raw) // the decoder reads a Buffer in place
	d.dec.Reset(&d.buf, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if _, err := d.dec.ReadToken(); err != nil {
		return nil, &Refusal{custody.KindJSONSyntax, err.Error()}
	}
	if err := d.members(); IsForeign(err) {
		return nil, err
	} else if err != nil {
		return &d.head, err
	}
	return &d.head, d.head.check()
}

// members walks the top-level members. A message of another service is known
// by a marker that CloudTrail never writes.
func (d *Decoder) members() error {
	var fault error
	for d.dec.PeekKind() != '}' {
		name, err := d.dec.ReadToken()
		if err != nil {
			return syntax(err)
		}
		key := name.String()
		if len(key) <= maxName {
			if _, twice := d.seen[key]; twice && fault == nil {
				fault = &Refusal{custody.KindRecordNames, fmt.Sprintf("%q is said twice in one record", key)}
			}
			d.seen[key] = struct{}{}
		}
		value, err := d.dec.ReadValue()
		if err != nil {
			return syntax(err)
		}
		if isForeignMember(key, value) {
			return errForeign
		}
		if err := d.head.member(key, value); err != nil && fault == nil {
			fault = err
		}
	}
	return fault
}

func syntax(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &Refusal{custody.KindJSONSyntax, err.Error()}
}

// isForeignMember knows the messages that AWS delivers under the same word,
// Records: eventSource "aws:s3" and its like (S3, DynamoDB, Kinesis, SQS, SES),
// EventSource "aws:sns", and CloudFront's cf.
func isForeignMember(key string, v jsontext.Value) bool {
	switch key {
	case "eventSource", "EventSource":
		return len(v) > 5 && strings.EqualFold(string(v[:5]), `"aws:`)
	case "receiptHandle", "Sns":
		return true
	case "cf":
		return v.Kind() == '{'
	}
	return false
}

// member takes one top-level member. The case of the first letter is not
// trusted: some service events capitalise RequestParameters.
func (h *Head) member(key string, v jsontext.Value) error {
	switch key {
	case "eventTime":
		return h.time(v)
	case "eventName":
		return text(key, v, &h.Name)
	case "eventSource":
		return text(key, v, &h.Source)
	case "awsRegion":
		return text(key, v, &h.Region)
	case "recipientAccountId":
		return text(key, v, &h.Account)
	case "eventCategory":
		loose(v, &h.Category)
	case "eventID", "eventId", "EventId":
		loose(v, &h.eventID)
	case "requestID", "requestId":
		loose(v, &h.requestID)
	case "sharedEventID":
		loose(v, &h.sharedID)
	case "eventType":
		loose(v, &h.eventType)
	case "errorCode":
		// Absent means that the call succeeded: anything else than a string
		// must not be taken for it.
		return text(key, v, &h.errorCode)
	case "errorMessage":
		loose(v, &h.errorMessage)
	case "sourceIPAddress":
		loose(v, &h.sourceIP)
	case "userAgent":
		loose(v, &h.userAgent)
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
	}
	return nil
}

// text takes a member that must be a string. Null is the same as absent.
func text(key string, v jsontext.Value, into *string) error {
	switch v.Kind() {
	case '"':
		loose(v, into)
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

// loose takes a string, and leaves anything else as absent.
func loose(v jsontext.Value, into *string) {
	if v.Kind() == '"' {
		b, err := jsontext.AppendUnquote(nil, v)
		if err != nil && len(b) == 0 {
			return
		}
		*into = string(b)
	}
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
	var s string
	if loose(v, &s); v.Kind() != '"' {
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

// check refuses a head that cannot be placed, and fills the account from the
// identity where an old record has no recipient.
func (h *Head) check() error {
	for _, need := range []struct {
		name    string
		missing bool
	}{
		{"eventTime", h.Time.IsZero()},
		{"eventName", h.Name == ""},
		{"eventSource", h.Source == ""},
	} {
		if need.missing {
			return &Refusal{custody.KindRecordField, "record has no " + need.name}
		}
	}
	if h.Account == "" {
		h.Account = identityAccount(h.identity)
	}
	return nil
}

// identityAccount finds accountId in a raw identity; records before event
// version 1.02 have no recipientAccountId.
func identityAccount(identity jsontext.Value) string {
	n, err := parse(identity)
	if err != nil {
		return ""
	}
	return n.text("accountId")
}

const clipAt = 80

// clip shortens a stranger's string for a message.
func clip(s string) string {
	if len(s) <= clipAt {
		return s
	}
	return strings.ToValidUTF8(s[:clipAt], "") + "…"
}

// article names the JSON type of a value.
func article(v jsontext.Value) string {
	switch v.Kind() {
	case 'n':
		return "null"
	case 't', 'f':
		return "a boolean"
	case '"':
		return "a string"
	case '0':
		return "a number"
	case '[':
		return "an array"
	case '{':
		return "an object"
	}
	return "no JSON value"
}
