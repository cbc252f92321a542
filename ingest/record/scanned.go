package record

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"time"

	"grantrail/ingest/scan"
)

// Scanned is Head for a record that no parser has read, of which the scan found
// the members, with our [Vocabulary]. It reports whether it is sure: that the
// record is one and whole, in its place and of a call that cannot matter. Of anything
// else a parser is to be asked. Only what counts a record in its place is in the
// Head.
func (d *Decoder) Scanned(raw []byte, m *scan.Members) (*Head, bool) {
	const needed = 1<<eventTime | 1<<eventName | 1<<eventSource | 1<<awsRegion | 1<<account
	if m.Said&needed != needed || m.Twice || len(m.Others) > fewMembers || !d.others(raw, m.Others) || !isOne(raw, m) {
		return nil, false
	}
	if m.Said&(1<<errorCode) != 0 {
		if code := m.Value(raw, int(errorCode)); code[0] != '"' && code[0] != 'n' { // it is no code
			return nil, false
		}
	}
	h := &d.brief // nothing but what is set here is ever set in it
	h.Category = ""
	ok := d.instant(&h.Time, m.Value(raw, int(eventTime))) &&
		d.call(h, m.Value(raw, int(eventName)), m.Value(raw, int(eventSource))) &&
		d.recall(&h.Region, awsRegion, m.Value(raw, int(awsRegion))) &&
		d.recall(&h.Account, account, m.Value(raw, int(account))) &&
		(m.Said&(1<<category) == 0 || d.recall(&h.Category, category, m.Value(raw, int(category))))
	if !ok {
		return nil, false
	}
	switch h.kind {
	case None:
		return h, true
	case DataKey:
		return h, m.Said&(1<<errorCode|1<<errorMessage) == 0 && noVolume(raw, m)
	}
	return nil, false
}

// maxUnread is how long a nested value can be that nobody looks into. Where a quote
// is missing, texts and what stands between them change places until another one is
// missing, and the scan, to which nested values are brackets that close, takes what
// is between for a part of the value: whole records, of which the shortest have some
// 500 bytes. Few values are longer; indented, they take twice as much.
const maxUnread = 1 << 10

// isOne reports whether the nested values of a record surely hold no other records.
func isOne(raw []byte, m *scan.Members) bool {
	most := maxUnread
	if len(raw) <= most {
		return true
	}
	if raw[1] <= ' ' {
		most *= 2
	}
	for nested := m.Nested; nested != 0; nested &= nested - 1 {
		if v := m.Value(raw, bits.TrailingZeros64(nested)); len(v) > most && mayHold(raw, m, v) {
			return false
		}
	}
	for i := range m.Others {
		if v := raw[m.Others[i].Value:m.Others[i].End]; len(v) > most && mayHold(raw, m, v) {
			return false
		}
	}
	return true
}

// mayHold reports whether a value of a record may hold others: it says the name of an
// event, as all records do, or what may be an escaped letter of it, and is not surely
// JSON.
func mayHold(raw []byte, m *scan.Members, value []byte) bool {
	if !bytes.Contains(value, []byte(`"eventName"`)) && !bytes.Contains(value, []byte(`\u00`)) {
		return false
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		m = nil
	}
	return !surely(value, m, cap(raw)-cap(value))
}

// others reports whether members with names that are not of the vocabulary
// surely change nothing.
func (d *Decoder) others(raw []byte, others []scan.Member) bool {
	d.forget()
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

// ends are the first and the last letters of a value of at least five, as one
// number: neighbours among the names of calls mostly share the one or the other.
func ends(v []byte) uint64 {
	n := len(v)
	if n < 8 {
		return uint64(binary.LittleEndian.Uint32(v)) | uint64(binary.LittleEndian.Uint32(v[n-4:]))<<32
	}
	return binary.LittleEndian.Uint64(v) + bits.RotateLeft64(binary.LittleEndian.Uint64(v[n-8:]), 21)
}

// slot is where something with such ends is remembered.
func slot(ends uint64) uint64 { return ends * 0x9e3779b97f4a7c15 >> (64 - slotBits) % slots }

// known is a call that was seen lately.
type known struct {
	name, source string
	facts
}

// call gives a call its name and source, and what there is to say of it, mostly
// as it was said lately.
func (d *Decoder) call(h *Head, name, source []byte) bool {
	if !isWord(name) || !isWord(source) {
		return false
	}
	at := &d.calls[slot(ends(name)^ends(source)>>1)]
	if at.name != string(name[1:len(name)-1]) || at.source != string(source[1:len(source)-1]) {
		if !verbatim(name) || !verbatim(source) || isForeignMember([]byte("eventSource"), source) {
			return false
		}
		at.name, at.source = d.word(name), d.word(source)
		at.facts = factsOf(at.source, at.name)
	}
	h.Name, h.Source, h.facts = at.name, at.source, at.facts
	return true
}

// recall gives the text of a value that is a plain word.
func (d *Decoder) recall(to *string, f field, v []byte) bool {
	if !isWord(v) {
		return false
	}
	text, last := v[1:len(v)-1], &d.last[f]
	if *last != string(text) {
		at := &d.recent[f][slot(ends(v))]
		if *at != string(text) {
			if !verbatim(v) {
				return false
			}
			*at = d.word(v)
		}
		*last = *at
	}
	*to = *last
	return true
}

// isWord reports whether a value is a string of some letters.
func isWord(v []byte) bool { return len(v) >= 5 && v[0] == '"' }

// verbatim reports whether a word is not too long to be remembered, ASCII, and
// nothing in it escaped: what it says is what it spells.
func verbatim(v []byte) bool { return len(v) <= maxWord && simple(v) }

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
	if len(v) != len(form) || v[0] != '"' || v[21] != '"' || v[14] != ':' || v[17] != ':' || v[11] != 'T' || v[20] != 'Z' {
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
