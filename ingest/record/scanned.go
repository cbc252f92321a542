package record

import (
	"bytes"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/scan"
)

// Scanned is Head for a record that no parser has read, of which the scan found
// the members. It reports whether it is sure: that the record is whole, in its
// place and of a call that cannot matter. Of anything else a parser is to be
// asked. Only what counts a record in its place is in the Head.
func (d *Decoder) Scanned(raw []byte, members []scan.Member) (*Head, bool) {
	h := &d.head
	*h = Head{}
	var said uint64
	d.seen = d.seen[:0]
	for i := range members {
		m := &members[i]
		if m.Which == scan.Other {
			name := raw[m.Name:m.NameEnd]
			if !simple(name) || isForeignMember(name, raw[m.Value:m.End]) || len(name) <= maxName && d.twice(name) {
				return nil, false
			}
			d.seen = append(d.seen, name)
			continue
		}
		f := field(m.Which) //nolint:gosec // of our own vocabulary
		if said&(1<<f) != 0 {
			return nil, false
		}
		said |= 1 << f
		if f >= placing {
			continue
		}
		value := raw[m.Value:m.End]
		if f == eventTime {
			var ok bool
			if h.Time, ok = d.instant(value); !ok {
				return nil, false
			}
			continue
		}
		word, ok := d.recall(f, value)
		if !ok {
			return nil, false
		}
		switch f {
		case eventName:
			h.Name = word
		case eventSource:
			if isForeignMember([]byte("eventSource"), value) {
				return nil, false
			}
			h.Source = word
		case awsRegion:
			h.Region = word
		case account:
			h.Account = word
		case category:
			h.Category = word
		}
	}
	const needed = 1<<eventTime | 1<<eventName | 1<<eventSource | 1<<awsRegion | 1<<account
	if said&needed != needed || h.Name == "" || h.Source == "" || h.Account == "" {
		return nil, false
	}
	switch d.kind(h) {
	case None:
		return h, true
	case DataKey:
		return h, said&(1<<errorCode|1<<errorMessage) == 0 && noVolume(raw, members)
	}
	return nil, false
}

// field is a name that records say, by its place in the vocabulary.
type field uint8

// placing are the fields that place a record: those before it.
const placing = errorCode

const (
	eventTime field = iota
	eventName
	eventSource
	awsRegion
	account
	category
	errorCode
	eventVersion
	userIdentity
	sourceIPAddress
	userAgent
	requestParameters
	responseElements
	requestID
	eventID
	readOnly
	eventType
	managementEvent
	errorMessage
	additionalEventData
	resources
	tlsDetails
	sharedEventID
	apiVersion
	vpcEndpointID
	serviceEventDetails
	sessionCredential
)

// Vocabulary are the names that nearly all records say, as [scan.NewText] wants
// them for what is given to [Decoder.Scanned].
var Vocabulary = []string{
	eventTime:           "eventTime",
	eventName:           "eventName",
	eventSource:         "eventSource",
	awsRegion:           "awsRegion",
	account:             "recipientAccountId",
	category:            "eventCategory",
	errorCode:           "errorCode",
	eventVersion:        "eventVersion",
	userIdentity:        "userIdentity",
	sourceIPAddress:     "sourceIPAddress",
	userAgent:           "userAgent",
	requestParameters:   "requestParameters",
	responseElements:    "responseElements",
	requestID:           "requestID",
	eventID:             "eventID",
	readOnly:            "readOnly",
	eventType:           "eventType",
	managementEvent:     "managementEvent",
	errorMessage:        "errorMessage",
	additionalEventData: "additionalEventData",
	resources:           "resources",
	tlsDetails:          "tlsDetails",
	sharedEventID:       "sharedEventID",
	apiVersion:          "apiVersion",
	vpcEndpointID:       "vpcEndpointId",
	serviceEventDetails: "serviceEventDetails",
	sessionCredential:   "sessionCredentialFromConsole",
}

// slots is how many words are remembered of a kind.
const slots = 256

// recent are words that were said lately in a field.
type recent [slots]string

// slot is where a word is remembered, which has three letters at least: words
// are told apart by their length and a few of them.
func slot[T string | []byte](word T) int {
	n := len(word)
	return (n*37 + int(word[n-1])*5 + int(word[n/2])*11 + int(word[n-3])*3) % slots
}

// recall is the text of a value that is a plain string: ASCII, and nothing in
// it escaped.
func (d *Decoder) recall(f field, v []byte) (string, bool) {
	n := len(v)
	if n < 5 || v[0] != '"' {
		return "", false
	}
	word := v[1 : n-1]
	last := &d.last[f]
	if *last == string(word) {
		return *last, true
	}
	at := &d.recent[f][slot(word)]
	if *at == string(word) {
		*last = *at
		return *at, true
	}
	if n > maxWord || !simple(v) {
		return "", false
	}
	*at = d.word(v)
	return *at, true
}

// kind is the part that a call plays.
func (d *Decoder) kind(h *Head) Kind {
	at := &d.calls[slot(h.Name)]
	if at.name != h.Name || at.source != h.Source {
		at.name, at.source = h.Name, h.Source
		at.kind = interest[call{h.Source, h.Name}]
	}
	return at.kind
}

// noVolume reports whether a record of a call that succeeded surely names
// neither a volume nor the role of an instance's infrastructure, without which
// a data key is of no use: see [Event.matters]. Most calls of KMS are such, for
// objects and secrets. Both stand in what was asked, and by whom.
func noVolume(raw []byte, members []scan.Member) bool {
	for i := range members {
		switch m := &members[i]; m.Which {
		case int32(requestParameters), int32(userIdentity), scan.Other: // which may be another spelling of them
			if !withoutVolume(raw[m.Value:m.End]) {
				return false
			}
		}
	}
	return true
}

// withoutVolume looks for "vol-" and "2-i" in any spelling. Text that is not
// ASCII, or escaped, may say anything.
func withoutVolume(raw []byte) bool {
	if !simple(raw) {
		return false
	}
	for i := 3; i+1 < len(raw); i++ {
		n := bytes.IndexByte(raw[i:], '-')
		if n < 0 || i+n+1 >= len(raw) {
			return true
		}
		i += n
		before, behind := raw[i-1]|0x20, raw[i+1]|0x20
		if before == 'l' && raw[i-2]|0x20 == 'o' && raw[i-3]|0x20 == 'v' || raw[i-1] == '2' && behind == 'i' {
			return false
		}
	}
	return true
}

// instant is the time that records say, in the one form that CloudTrail writes:
// "2026-03-02T10:20:31Z".
func (d *Decoder) instant(v jsontext.Value) (time.Time, bool) {
	const form = `"2006-01-02T15:04:05Z"`
	if len(v) != len(form) || v[14] != ':' || v[17] != ':' || v[11] != 'T' || v[20] != 'Z' {
		return time.Time{}, false
	}
	day := v[1:11]
	if string(day) != d.day.text {
		t, err := time.Parse(time.DateOnly, string(day))
		if err != nil || t.Year() < firstYear || t.Year() > lastYear {
			return time.Time{}, false
		}
		d.day.text, d.day.unix = string(day), t.Unix()
	}
	hour, minute, second := two(v[12:]), two(v[15:]), two(v[18:])
	if hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Unix(d.day.unix+int64(hour*3600+minute*60+second), 0).UTC(), true
}

// two is a number of two digits, or a large one.
func two(v []byte) int {
	a, b := int(v[0])-'0', int(v[1])-'0'
	if a < 0 || a > 9 || b < 0 || b > 9 {
		return 1 << 20
	}
	return a*10 + b
}
