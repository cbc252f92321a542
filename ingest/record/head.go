package record

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

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

	errorCode string

	eventID, requestID, sharedID jsontext.Value
	errorMessage, eventType      jsontext.Value
	sourceIP, userAgent          jsontext.Value
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
	head  Head
	seen  [][]byte          // names of the record at hand
	words map[string]string // values that repeat over records
}

// maxWords bounds the words remembered, and maxWord the length of one: names of
// calls, services, regions and accounts, and not a stranger's novel.
const (
	maxWords = 4096
	maxWord  = 64
)

// NewDecoder makes a Decoder.
func NewDecoder() *Decoder { return &Decoder{words: make(map[string]string)} }

// Head decodes the top level of one record. It returns a [*Refusal] for a
// record that cannot be placed, beside as much of the head as was read, and an
// error that [IsForeign] knows for another service's message. The Head is valid until the next call, and its
// raw members as long as raw.
func (d *Decoder) Head(raw []byte) (*Head, error) {
	if len(raw) > 0 && raw[0] == '{' && !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		d.head = Head{}
		return &d.head, &Refusal{custody.KindJSONSyntax, "record is no valid JSON"}
	}
	return d.ValidHead(raw)
}

// ValidHead is Head for a record that a JSON parser has read whole.
func (d *Decoder) ValidHead(raw []byte) (*Head, error) {
	d.head = Head{}
	d.seen = d.seen[:0]
	if len(raw) == 0 || raw[0] != '{' {
		return nil, &Refusal{custody.KindRecordType, "record is " + article(raw) + ", not an object"}
	}
	if err := d.members(raw); IsForeign(err) {
		return nil, err
	} else if err != nil {
		return &d.head, err
	}
	return &d.head, d.head.check()
}

// members walks the top-level members. A message of another service is known
// by a marker that CloudTrail never writes.
func (d *Decoder) members(raw []byte) error {
	var fault error
	err := walk(raw, func(name []byte, value jsontext.Value) error {
		if len(name) <= maxName {
			if d.twice(name) && fault == nil {
				fault = &Refusal{custody.KindRecordNames, fmt.Sprintf("%q is said twice in one record", name)}
			}
			d.seen = append(d.seen, name)
		}
		if isForeignMember(string(name), value) {
			return errForeign
		}
		if err := d.member(name, value); err != nil && fault == nil {
			fault = err
		}
		return nil
	})
	if errors.Is(err, errOutline) {
		return &Refusal{custody.KindJSONSyntax, err.Error()}
	}
	if err != nil {
		return err
	}
	return fault
}

// twice reports whether the record at hand has said a name before. A record
// has some twenty names, most of a length of their own.
func (d *Decoder) twice(name []byte) bool {
	for _, known := range d.seen {
		if len(known) == len(name) && bytes.Equal(known, name) {
			return true
		}
	}
	return false
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
// trusted: some service events capitalise RequestParameters. What only an event
// that is kept needs stays raw.
func (d *Decoder) member(name []byte, v jsontext.Value) error {
	h := &d.head
	switch key := string(name); key {
	case "eventTime":
		return h.time(v)
	case "eventName":
		return d.text(key, v, &h.Name)
	case "eventSource":
		return d.text(key, v, &h.Source)
	case "awsRegion":
		return d.text(key, v, &h.Region)
	case "recipientAccountId":
		return d.text(key, v, &h.Account)
	case "errorCode":
		// Absent means that the call succeeded: anything else than a string
		// must not be taken for it.
		return d.text(key, v, &h.errorCode)
	case "eventCategory":
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
