package record

import (
	"bytes"
	"hash/maphash"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/scan"
)

// Outlines finds the fields of records, and remembers where they stand in values
// that were met lately: most records are of few callers, and say the same of them,
// letter for letter; and what else is nested in them has few forms. It is not safe
// for concurrent use.
type Outlines struct {
	identities [1 << 10]outline
	tls        [1 << 8]outline
	forms      forms
	found      Found
	scanned    *scan.Members // of the record at hand; nil where there are escapes in it
}

// maxOutline bounds the text of a value that is remembered.
const maxOutline = 2 << 10

// kind is where a value stands that is remembered.
type kind uint8

const (
	identityValue kind = iota
	tlsValue
	resourcesValue

	kinds
)

// outline is a value, and what of it is a field.
type outline struct {
	text   []byte // empty where none is remembered
	parts  []part
	hashes uint64 // of the fields
}

type part struct {
	field    Field
	from, to uint16
}

// NewOutlines makes Outlines.
func NewOutlines() *Outlines { return &Outlines{} }

// Values are the fields of the record that was last given to d: text without quotes
// and with its escapes undone, JSON as it is written. They are valid until the next
// call, and as long as the record.
func (o *Outlines) Values(d *Decoder, raw []byte) *Found {
	v, f := d.head.values(), &o.found
	f.reset(raw)
	for i := range Fields {
		f.Set(i, v[i])
	}
	o.known(d.head.identity, identityValue)
	o.known(d.head.tls, tlsValue)
	o.known(v[ResourceList], resourcesValue)
	f.print()
	return f
}

// known takes a value that a parser has read.
func (o *Outlines) known(value []byte, as kind) {
	if len(value) == 0 {
		return
	}
	met, from := o.slot(value, as), int(o.found.place(value).From)
	if !o.recalled(met, value, from, as) {
		o.read(value, as)
		o.remember(met, value, from, as)
	}
}

// Members are the fields of a record that no parser has read, of which the scan
// found the members, with our [Vocabulary]; or false where a parser is to be asked:
// a value of it is no JSON, or it says a name in two spellings. The record is valid
// UTF-8. A name is known as it is written, without escapes. They are valid as those
// of Values are.
func (o *Outlines) Members(raw []byte, m *scan.Members) (*Found, bool) {
	o.found.reset(raw)
	if o.scanned = m; bytes.IndexByte(raw, '\\') >= 0 {
		o.scanned = nil
	}
	filled := uint64(0)
	for said := m.Said; said != 0; said &= said - 1 {
		which := field(bits.TrailingZeros64(said)) //nolint:gosec // at most 63
		f := columns[which]
		if filled |= 1 << f; !o.member(f, m.Value(raw, int(which))) {
			return nil, false
		}
	}
	for i := range m.Others {
		other := &m.Others[i]
		f := spelled(raw[other.Name:other.NameEnd])
		if f != noField && filled>>f&1 == 1 || !o.member(f, raw[other.Value:other.End]) {
			return nil, false
		}
		filled |= 1 << f
	}
	o.found.print()
	return &o.found, true
}

// member takes a value that is to fill a field, and reports whether it is JSON.
func (o *Outlines) member(of Field, value []byte) bool {
	f, from := &o.found, cap(o.found.raw)-cap(value)
	switch of {
	case identityObject:
		return o.unread(of, value, from, identityValue)
	case tlsObject:
		return o.unread(of, value, from, tlsValue)
	case ResourceList:
		return o.unread(of, value, from, resourcesValue)
	}
	if value[0] == '"' && of < ReadOnly && (o.scanned != nil || simple(value[1:len(value)-1])) {
		f.Spans[of] = spanOf(from+1, len(value)-2)
		return true
	}
	if !o.isJSON(of, value, from) {
		return false
	}
	switch {
	case value[0] == 'n' || of >= Fields: // null is nothing said
	case of < ReadOnly:
		f.Set(of, plain(value))
	default:
		f.Spans[of] = spanOf(from, len(value))
	}
	return true
}

// unread takes the fields of a value that no parser has read, and reports whether
// it is JSON.
func (o *Outlines) unread(of Field, value []byte, from int, as kind) bool {
	if value[0] == 'n' { // null, as the scan has seen
		return true
	}
	met := o.slot(value, as)
	if o.recalled(met, value, from, as) {
		return true
	}
	if !o.isJSON(of, value, from) {
		return false
	}
	if !o.forms.found(&o.found) {
		o.read(value, as)
		o.forms.label(&o.found, as)
	}
	o.remember(met, value, from, as)
	return true
}

// isJSON reports whether what the scan took for a value of a field, which begins at
// from, is one. Of what is neither nested nor has escapes the scan has seen to it.
func (o *Outlines) isJSON(of Field, value jsontext.Value, from int) bool {
	o.forms.of = nil
	switch value[0] {
	case '"':
		if o.scanned != nil || bytes.IndexByte(value, '\\') < 0 {
			return true
		}
	case '{', '[':
	default:
		return true
	}
	sure := false
	if o.scanned != nil {
		sure = o.forms.sure(o.forms.place(of, o.found.Value(EventName)), value, o.scanned, from)
	} else {
		sure = surely(value, nil, from)
	}
	return sure || value.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// slot is where a value is remembered; nil where it is too large, or a list of
// resources, which seldom is the same as another.
func (o *Outlines) slot(value []byte, as kind) *outline {
	if len(value) > maxOutline || as == resourcesValue {
		return nil
	}
	of := maphash.Bytes(seed, value)
	if as == identityValue {
		return &o.identities[of%uint64(len(o.identities))]
	}
	return &o.tls[of%uint64(len(o.tls))]
}

// recalled takes the fields of a value that was met lately.
func (o *Outlines) recalled(met *outline, value []byte, from int, as kind) bool {
	if met == nil || string(met.text) != string(value) {
		return false
	}
	f, at := &o.found, uint32(from) //nolint:gosec // in a record
	f.remembered[as] = met.hashes
	for _, p := range met.parts {
		f.Spans[p.field] = Span{at + uint32(p.from), at + uint32(p.to)}
	}
	return true
}

// read takes the fields in a value.
func (o *Outlines) read(value []byte, as kind) {
	f, fields := &o.found, &fieldsOf[as]
	if as == resourcesValue {
		if value[0] == '[' {
			f.list(value)
		}
		return
	}
	var v [TLSCipher + 1][]byte
	if value[0] == '{' {
		members(v[:], value, 0, fields.known)
	}
	for i := fields.first; i <= fields.last; i++ {
		f.Set(i, v[i])
	}
}

// remember sums up what the fields of a value say, and notes where they stand.
func (o *Outlines) remember(met *outline, value []byte, from int, as kind) {
	f, fields := &o.found, &fieldsOf[as]
	if as == resourcesValue {
		f.Spans[ResourceList] = spanOf(from, len(value))
	}
	f.remembered[as] = f.hashes(fields.first, fields.last)
	if met == nil {
		return
	}
	met.hashes, met.text, met.parts = f.remembered[as], append(met.text[:0], value...), met.parts[:0]
	for i := fields.first; i <= fields.last; i++ {
		if s := f.Spans[i]; !s.None() && !met.note(from, i, s) {
			met.text = met.text[:0]
			return
		}
	}
}

// fieldsOf are the fields in a value that is remembered.
var fieldsOf = [kinds]struct {
	known       []inner
	first, last Field
}{
	identityValue:  {identityFields, IdentityType, SessionCreated},
	tlsValue:       {tlsFields, TLSVersion, TLSCipher},
	resourcesValue: {nil, ResourceList, ResourceList},
}

// list takes the resources of a list of them.
func (f *Found) list(list []byte) {
	for i := space(list, 1); i < len(list) && list[i] == '{'; {
		var v [resourceAccount + 1][]byte
		i = members(v[:], list, i, resourceFields)
		f.Resource(v[resourceARN], v[resourceType], v[resourceAccount])
		if i = space(list, i); i < len(list) && list[i] == ',' {
			i = space(list, i+1)
		}
	}
}

// note notes where a field stands in the value. It reports false where it does not
// stand there: its escapes were undone.
func (m *outline) note(at int, f Field, s Span) bool {
	from, to := int(s.From)-at, int(s.To)-at
	if s.From == s.To { // wherever nothing stands
		from, to = 0, 0
	}
	if from < 0 || to > len(m.text) {
		return false
	}
	m.parts = append(m.parts, part{f, uint16(from), uint16(to)}) //nolint:gosec // at most maxOutline
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
