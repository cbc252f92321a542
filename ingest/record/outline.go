package record

import (
	"bytes"
	"hash/maphash"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/scan"
)

// Outlines finds Values as [Decoder.Values] does, and remembers where the fields
// stand in identities and TLS details that were met lately: most records are of
// few callers, and say the same of them, letter for letter. It is not safe for
// concurrent use.
type Outlines struct {
	seed   maphash.Seed
	met    [outlines]outline
	values Values
}

const (
	// outlines is how many objects are remembered.
	outlines = 256
	// maxOutline bounds the text of one.
	maxOutline = 2 << 10
)

// outline is an object, and what of it is a field.
type outline struct {
	known *inner // the first of the members that were looked for
	text  []byte
	parts []part
}

type part struct {
	field    Field
	from, to uint16
}

// NewOutlines makes Outlines.
func NewOutlines() *Outlines { return &Outlines{seed: maphash.MakeSeed()} }

// Values are the fields of the record that was last given to d. They are valid
// until the next call, and as long as the record.
func (o *Outlines) Values(d *Decoder) *Values {
	v := &o.values
	d.head.values(v)
	o.object(v, d.head.identity, identityFields)
	o.object(v, d.head.tls, tlsFields)
	return v
}

// Members are the fields of a record that no parser has read, of which the scan
// found the members, with our [Vocabulary]; or false where a value of it is no
// JSON. A name is known as it is written, without escapes. They are valid as those
// of Values are.
func (o *Outlines) Members(raw []byte, m *scan.Members) (*Values, bool) {
	v := &o.values
	*v = Values{}
	for said := m.Said; said != 0; said &= said - 1 {
		which := field(bits.TrailingZeros64(said)) //nolint:gosec // at most 63
		if !o.member(v, columns[which], m.Value(raw, int(which))) {
			return nil, false
		}
	}
	for i := range m.Others {
		other := &m.Others[i]
		if !o.member(v, spelled(raw[other.Name:other.NameEnd]), raw[other.Value:other.End]) {
			return nil, false
		}
	}
	return v, true
}

// member takes a value that is to fill a field, and reports whether it is JSON.
func (o *Outlines) member(v *Values, f Field, value []byte) bool {
	switch f {
	case identityObject:
		return o.unread(v, value, identityFields)
	case tlsObject:
		return o.unread(v, value, tlsFields)
	}
	if !isJSON(value) {
		return false
	}
	switch {
	case f < ReadOnly:
		v[f] = plain(value)
	case f < Fields:
		v[f] = present(value)
	}
	return true
}

// unread takes the members of a value that no parser has read, and reports whether
// it is JSON.
func (o *Outlines) unread(v *Values, value []byte, known []inner) bool {
	if o.recalled(v, value, known) {
		return true
	}
	if !isJSON(value) {
		return false
	}
	o.learnt(v, value, known)
	return true
}

// isJSON reports whether what the scan took for a value is one. Of what is neither
// nested nor has escapes the scan has seen to it.
func isJSON(value jsontext.Value) bool {
	switch value[0] {
	case '"':
		if bytes.IndexByte(value, '\\') < 0 {
			return true
		}
	case '{', '[':
	default:
		return true
	}
	return value.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// object takes the members of a value that are fields, where it is an object.
func (o *Outlines) object(v *Values, value []byte, known []inner) {
	if len(value) > 0 && !o.recalled(v, value, known) {
		o.learnt(v, value, known)
	}
}

// slot is where an object is remembered; nil where it is too large.
func (o *Outlines) slot(value []byte) *outline {
	if len(value) > maxOutline {
		return nil
	}
	return &o.met[maphash.Bytes(o.seed, value)%outlines]
}

// recalled takes the fields of an object that was met lately.
func (o *Outlines) recalled(v *Values, value []byte, known []inner) bool {
	met := o.slot(value)
	if met == nil || met.known != &known[0] || string(met.text) != string(value) {
		return false
	}
	for _, p := range met.parts {
		v[p.field] = value[p.from:p.to]
	}
	return true
}

// learnt takes the fields of a value that is an object, and remembers where they
// stand.
func (o *Outlines) learnt(v *Values, value []byte, known []inner) {
	if value[0] != '{' {
		return
	}
	v.members(value, 0, known)
	if met := o.slot(value); met != nil {
		met.known, met.text, met.parts = nil, append(met.text[:0], value...), met.parts[:0]
		if met.take(v, value, known) {
			met.known = &known[0]
		}
	}
}

// take notes where the fields stand in the object. It reports false where one
// does not stand there: its escapes were undone.
func (o *outline) take(v *Values, object []byte, known []inner) bool {
	for i := range known {
		k := &known[i]
		if k.within != nil {
			if !o.take(v, object, k.within) {
				return false
			}
			continue
		}
		value := v[k.field]
		if value == nil {
			continue
		}
		from := cap(object) - cap(value)
		if from < 0 || from+len(value) > len(object) || len(value) > 0 && &object[from] != &value[0] {
			return false
		}
		o.parts = append(o.parts, part{k.field, uint16(from), uint16(from + len(value))}) //nolint:gosec // at most maxOutline
	}
	return true
}

// The objects that fields are in.
const (
	identityObject = Fields + iota
	tlsObject
	noField // of any other name
)

// columns are what the names of the vocabulary fill.
var columns = [...]Field{
	eventTime:           noField, // which places a record, and is read as a time
	eventName:           EventName,
	eventSource:         EventSource,
	awsRegion:           Region,
	account:             Recipient,
	category:            EventCategory,
	errorCode:           ErrorCode,
	eventVersion:        EventVersion,
	userIdentity:        identityObject,
	sourceIPAddress:     SourceIP,
	userAgent:           Agent,
	requestParameters:   Request,
	responseElements:    Response,
	requestID:           RequestID,
	eventID:             EventID,
	readOnly:            ReadOnly,
	eventType:           EventType,
	managementEvent:     Management,
	errorMessage:        ErrorMessage,
	additionalEventData: Additional,
	resources:           ResourceList,
	tlsDetails:          tlsObject,
	sharedEventID:       SharedEventID,
	apiVersion:          APIVersion,
	vpcEndpointID:       VPCEndpoint,
	serviceEventDetails: ServiceDetails,
	sessionCredential:   noField,
}

// spelled is what other spellings fill, which [Decoder.ValidHead] knows too.
func spelled(name []byte) Field {
	switch string(name) {
	case "eventId", "EventId":
		return EventID
	case "requestId":
		return RequestID
	case "RequestParameters":
		return Request
	case "ResponseElements":
		return Response
	case "ServiceEventDetails":
		return ServiceDetails
	}
	return noField
}
