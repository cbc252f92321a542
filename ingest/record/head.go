package record

import (
	"bytes"
	"errors"
	"fmt"
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

	errorCode string
	facts

	eventID, requestID, sharedID jsontext.Value
	errorMessage, eventType      jsontext.Value
	sourceIP, userAgent          jsontext.Value

	// What only tables of all records want.
	rawName, rawSource, rawRegion, rawAccount, rawError jsontext.Value
	rawCategory, version, apiVersion, endpoint, tls     jsontext.Value
	readOnly, management                                jsontext.Value
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
	head   Head
	seen   [][]byte          // names of the record at hand
	many   map[string]bool   // the same, where there are many
	listed int               // of them, how many
	words  map[string]string // values that repeat over records

	// Of records that may matter.
	tree      tree
	whole     bool // the tree has read the record at hand, and is sure of it
	canonical canonical

	// Of records that are only counted.
	brief  Head
	last   [placing]string
	recent [placing]recent
	calls  [slots]known
	day    struct {
		text string
		unix int64 // its first second
	}
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
	d.head, d.whole = Head{}, false
	d.forget()
	if len(raw) == 0 || raw[0] != '{' {
		return nil, &Refusal{custody.KindRecordType, "record is " + article(raw) + ", not an object"}
	}
	if err := d.members(raw); IsForeign(err) {
		return nil, err
	} else if err != nil {
		return &d.head, err
	}
	return d.placed()
}

// placed is the head, once its members are read.
func (d *Decoder) placed() (*Head, error) {
	d.head.facts = factsOf(d.head.Source, d.head.Name)
	return &d.head, d.head.check()
}

// maxRead is the largest record that is read by us. What CloudTrail writes is much
// smaller, and of the smallest values a record can have very many.
const maxRead = 1 << 20

// Read is Head for a record that no parser has read. It reads all of it, and
// reports false where it is not sure of something: a parser is to be asked.
func (d *Decoder) Read(raw []byte) (h *Head, sure bool, err error) {
	d.head = Head{}
	if d.whole = len(raw) <= maxRead && d.tree.read(raw) && d.tree.sure && raw[0] == '{'; !d.whole {
		return nil, false, nil
	}
	var fault error
	root := node{&d.tree, 0}
	for at, end := root.inside(); at < end; at = root.behind(at) {
		name, value := d.tree.inner(at), d.tree.whole(at+1)
		if isForeignMember(name, value) {
			return nil, true, errForeign
		}
		if err := d.member(name, value); err != nil && fault == nil {
			fault = err
		}
	}
	if fault != nil {
		return &d.head, true, fault
	}
	h, err = d.placed()
	return h, true, err
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
		if isForeignMember(name, value) {
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

// fewMembers is up to how many names are looked through one after another. A record
// has some twenty, most of a length of their own.
const fewMembers = 64

// twice reports whether the record at hand has said a name before.
func (d *Decoder) twice(name []byte) bool {
	if len(d.seen) > fewMembers {
		if d.many == nil {
			d.many = map[string]bool{}
		}
		for ; d.listed < len(d.seen); d.listed++ {
			d.many[string(d.seen[d.listed])] = true
		}
		return d.many[string(name)]
	}
	for _, known := range d.seen {
		if len(known) == len(name) && bytes.Equal(known, name) {
			return true
		}
	}
	return false
}

// forget begins a record, which has said nothing yet.
func (d *Decoder) forget() {
	if d.seen = d.seen[:0]; d.listed > 0 {
		clear(d.many)
		d.listed = 0
	}
}

// isForeignMember knows the messages that AWS delivers under the same word,
// Records: eventSource "aws:s3" and its like (S3, DynamoDB, Kinesis, SQS, SES),
// EventSource "aws:sns", and CloudFront's cf.
func isForeignMember(name []byte, v jsontext.Value) bool {
	switch string(name) {
	case "eventSource", "EventSource":
		if bytes.IndexByte(v, '\\') >= 0 {
			return strings.HasPrefix(strings.ToLower(loose(v)), "aws:")
		}
		return len(v) > 5 && v[4] == ':' && strings.EqualFold(string(v[:5]), `"aws:`)
	case "receiptHandle", "Sns":
		return true
	case "cf":
		return v.Kind() == '{'
	}
	return false
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
