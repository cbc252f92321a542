package record

import (
	"bytes"
	"time"

	"grantrail/ingest/scan"
)

// Scanned is Head for a record that no parser has read, of which the scan found
// the members, with our [Vocabulary]. It reports whether it is sure: that the
// record is whole, in its place and of a call that cannot matter. Of anything
// else a parser is to be asked. Only what counts a record in its place is in the
// Head.
func (d *Decoder) Scanned(raw []byte, m *scan.Members) (*Head, bool) {
	const needed = 1<<eventTime | 1<<eventName | 1<<eventSource | 1<<awsRegion | 1<<account
	if m.Said&needed != needed || m.Twice || !d.others(raw, m.Others) {
		return nil, false
	}
	h := &d.brief // nothing but what is set here is ever set in it
	source := m.Value(raw, int(eventSource))
	if isForeignMember([]byte("eventSource"), source) {
		return nil, false
	}
	h.Category = ""
	ok := d.instant(&h.Time, m.Value(raw, int(eventTime))) &&
		d.recall(&h.Name, eventName, m.Value(raw, int(eventName))) &&
		d.recall(&h.Source, eventSource, source) &&
		d.recall(&h.Region, awsRegion, m.Value(raw, int(awsRegion))) &&
		d.recall(&h.Account, account, m.Value(raw, int(account))) &&
		(m.Said&(1<<category) == 0 || d.recall(&h.Category, category, m.Value(raw, int(category))))
	if !ok {
		return nil, false
	}
	h.facts = d.facts(h)
	switch h.kind {
	case None:
		return h, true
	case DataKey:
		return h, m.Said&(1<<errorCode|1<<errorMessage) == 0 && noVolume(raw, m)
	}
	return nil, false
}

// others reports whether members with names that are not of the vocabulary
// surely change nothing.
func (d *Decoder) others(raw []byte, others []scan.Member) bool {
	d.seen = d.seen[:0]
	for i := range others {
		m := &others[i]
		name := raw[m.Name:m.NameEnd]
		if !simple(name) || isForeignMember(name, raw[m.Value:m.End]) || len(name) <= maxName && d.twice(name) {
			return false
		}
		d.seen = append(d.seen, name)
	}
	return true
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

// slots is how many words are remembered of a kind: as many as slot tells apart.
const slots = 1 << slotBits

const slotBits = 10

// recent are words that were said lately in a field.
type recent [slots]string

// slot is where a word is remembered, which has three letters at least: words
// are told apart by their length and a few of them.
func slot[T string | []byte](word T) uint32 {
	n := len(word)
	few := uint32(word[n-1]) | uint32(word[n/2])<<8 | uint32(word[n-3])<<16 | uint32(n)<<24 //nolint:gosec // a few bits
	return few * 0x9e3779b1 >> (32 - slotBits) % slots
}

// recall gives the text of a value that is a plain string of some letters: ASCII,
// and nothing in it escaped.
func (d *Decoder) recall(to *string, f field, v []byte) bool {
	n := len(v)
	if n < 5 || v[0] != '"' {
		return false
	}
	word := v[1 : n-1]
	last := &d.last[f]
	if *last != string(word) {
		at := &d.recent[f][slot(word)]
		if *at != string(word) {
			if n > maxWord || !simple(v) {
				return false
			}
			*at = d.word(v)
		}
		*last = *at
	}
	*to = *last
	return true
}

// facts is what there is to say of a call, mostly as it was said lately.
func (d *Decoder) facts(h *Head) facts {
	if len(h.Name) < 3 {
		return factsOf(h.Source, h.Name)
	}
	at := &d.calls[slot(h.Name)]
	if at.name != h.Name || at.source != h.Source {
		at.name, at.source, at.facts = h.Name, h.Source, factsOf(h.Source, h.Name)
	}
	return at.facts
}

// noVolume reports whether a record of a call that succeeded surely names
// neither a volume nor the role of an instance's infrastructure, without which
// a data key is of no use: see [Event.matters]. Most calls of KMS are such, for
// objects and secrets. Both stand in what was asked, and by whom.
func noVolume(raw []byte, m *scan.Members) bool {
	for _, f := range [...]field{requestParameters, userIdentity} {
		if m.Said&(1<<f) != 0 && !withoutVolume(m.Value(raw, int(f))) {
			return false
		}
	}
	for i := range m.Others { // which may be another spelling of them
		if !withoutVolume(raw[m.Others[i].Value:m.Others[i].End]) {
			return false
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

// instant reads the time that records say, in the one form that CloudTrail
// writes: "2026-03-02T10:20:31Z".
func (d *Decoder) instant(to *time.Time, v []byte) bool {
	const form = `"2006-01-02T15:04:05Z"`
	if len(v) != len(form) || v[14] != ':' || v[17] != ':' || v[11] != 'T' || v[20] != 'Z' {
		return false
	}
	day := v[1:11]
	if string(day) != d.day.text {
		t, err := time.Parse(time.DateOnly, string(day))
		if err != nil || t.Year() < firstYear || t.Year() > lastYear {
			return false
		}
		d.day.text, d.day.unix = string(day), t.Unix()
	}
	hour, minute, second := two(v[12:]), two(v[15:]), two(v[18:])
	if hour > 23 || minute > 59 || second > 59 {
		return false
	}
	*to = time.Unix(d.day.unix+int64(hour*3600+minute*60+second), 0).UTC()
	return true
}

// two is a number of two digits, or a large one.
func two(v []byte) int {
	a, b := int(v[0])-'0', int(v[1])-'0'
	if a < 0 || a > 9 || b < 0 || b > 9 {
		return 1 << 20
	}
	return a*10 + b
}
