package record

import (
	"hash/maphash"

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
// found the members. A name is known as it is written, without escapes. They are
// valid as those of Values are.
func (o *Outlines) Members(raw []byte, members []scan.Member) *Values {
	v := &o.values
	*v = Values{}
	for _, m := range members {
		value := raw[m.Value:m.End]
		switch f := fieldNamed(raw[m.Name:m.NameEnd]); {
		case f < ReadOnly:
			v[f] = plain(value)
		case f < Fields:
			v[f] = present(value)
		case f == identityObject:
			o.object(v, value, identityFields)
		case f == tlsObject:
			o.object(v, value, tlsFields)
		}
	}
	return v
}

// object takes the members of a value that are fields, where it is an object.
func (o *Outlines) object(v *Values, value []byte, known []inner) {
	if len(value) == 0 || value[0] != '{' {
		return
	}
	if len(value) > maxOutline {
		v.members(value, 0, known)
		return
	}
	met := &o.met[maphash.Bytes(o.seed, value)%outlines]
	if met.known == &known[0] && string(met.text) == string(value) {
		for _, p := range met.parts {
			v[p.field] = value[p.from:p.to]
		}
		return
	}
	v.members(value, 0, known)
	met.known, met.text, met.parts = nil, append(met.text[:0], value...), met.parts[:0]
	if met.take(v, value, known) {
		met.known = &known[0]
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

// fieldNamed is what a top-level member fills, by the names that
// [Decoder.ValidHead] knows: told apart by length and first letter, and then
// compared once.
func fieldNamed(name []byte) Field {
	f, want := noField, ""
	switch len(name) {
	case 7:
		f, want = EventID, "eventID"
		if string(name) == "eventId" || string(name) == "EventId" {
			return EventID
		}
	case 8:
		f, want = ReadOnly, "readOnly"
	case 9:
		switch name[0] {
		case 'e':
			switch name[5] {
			case 'N':
				f, want = EventName, "eventName"
			case 'T':
				f, want = EventType, "eventType"
			}
			if name[1] == 'r' {
				f, want = ErrorCode, "errorCode"
			}
		case 'a':
			f, want = Region, "awsRegion"
		case 'r':
			if f, want = RequestID, "requestID"; string(name) == "requestId" {
				return RequestID
			}
			if name[2] == 's' {
				f, want = ResourceList, "resources"
			}
		case 'u':
			f, want = Agent, "userAgent"
		}
	case 10:
		switch name[0] {
		case 'a':
			f, want = APIVersion, "apiVersion"
		case 't':
			f, want = tlsObject, "tlsDetails"
		}
	case 11:
		f, want = EventSource, "eventSource"
	case 12:
		switch name[0] {
		case 'e':
			if f, want = EventVersion, "eventVersion"; name[1] == 'r' {
				f, want = ErrorMessage, "errorMessage"
			}
		case 'u':
			f, want = identityObject, "userIdentity"
		}
	case 13:
		switch name[0] {
		case 'e':
			f, want = EventCategory, "eventCategory"
		case 's':
			f, want = SharedEventID, "sharedEventID"
		case 'v':
			f, want = VPCEndpoint, "vpcEndpointId"
		}
	case 15:
		switch name[0] {
		case 's':
			f, want = SourceIP, "sourceIPAddress"
		case 'm':
			f, want = Management, "managementEvent"
		}
	case 16:
		if f, want = Response, "responseElements"; name[0] == 'R' {
			want = "ResponseElements"
		}
	case 17:
		if f, want = Request, "requestParameters"; name[0] == 'R' {
			want = "RequestParameters"
		}
	case 18:
		f, want = Recipient, "recipientAccountId"
	case 19:
		switch name[0] {
		case 'a':
			f, want = Additional, "additionalEventData"
		case 's':
			f, want = ServiceDetails, "serviceEventDetails"
		case 'S':
			f, want = ServiceDetails, "ServiceEventDetails"
		}
	}
	if want != string(name) {
		return noField
	}
	return f
}
