package record

import (
	"bytes"
	"hash/maphash"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/scan"
)

// Found is what is found of a record: its fields, its resources, and a hash of
// what they say, the same in whatever order they say it. It is comparable with
// others of this process.
type Found struct {
	Values
	Resources []Resource
	Print     uint64

	remembered [kinds]uint64 // the parts of Print by values that are remembered
}

// Resource is an element of a record's resources; what it does not say is empty.
type Resource struct{ ARN, Type, Account []byte }

// Outlines finds the fields of records, as [Decoder.Values] does, and remembers
// where they stand in values that were met lately: most records are of few
// callers, and say the same of them, letter for letter, as they do of what was
// answered, and of what. It is not safe for concurrent use.
type Outlines struct {
	met   [outlines]outline
	found Found
}

const (
	// outlines is how many values are remembered.
	outlines = 1 << 10
	// maxOutline bounds the text of one.
	maxOutline = 2 << 10
)

// kind is where a value stands that is remembered.
type kind uint8

const (
	identityValue kind = iota
	tlsValue
	resourcesValue
	responseValue

	kinds
)

// outline is a value, and what of it is a field.
type outline struct {
	text   []byte // empty where none is remembered
	kind   kind
	parts  []part // of resources, three for each
	hashes uint64 // of the fields
}

type part struct {
	field    Field
	from, to uint16
}

// NewOutlines makes Outlines.
func NewOutlines() *Outlines { return &Outlines{} }

// seed makes the hashes of one process comparable with each other.
var seed = maphash.MakeSeed()

// Values are the fields of the record that was last given to d. They are valid
// until the next call, and as long as the record.
func (o *Outlines) Values(d *Decoder) *Found {
	o.reset()
	v := &o.found
	d.head.values(&v.Values)
	o.known(d.head.identity, identityValue)
	o.known(d.head.tls, tlsValue)
	o.known(v.Values[Response], responseValue)
	o.known(v.Values[ResourceList], resourcesValue)
	v.print()
	return v
}

func (o *Outlines) reset() {
	o.found = Found{Resources: o.found.Resources[:0]}
}

// known takes a value that a parser has read.
func (o *Outlines) known(value []byte, as kind) {
	if len(value) > 0 && !o.recalled(value, as) {
		o.learnt(value, as)
	}
}

// Members are the fields of a record that no parser has read, of which the scan
// found the members, with our [Vocabulary]; or false where a parser is to be asked:
// a value of it is no JSON, or it says a name in two spellings. A name is known as
// it is written, without escapes. They are valid as those of Values are.
func (o *Outlines) Members(raw []byte, m *scan.Members) (*Found, bool) {
	o.reset()
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

// print sums up what is not remembered.
func (f *Found) print() {
	for _, part := range f.remembered {
		f.Print += part
	}
	for i := range IdentityType {
		if f.Values[i] != nil {
			f.Print += hashOf(i, f.Values[i])
		}
	}
	for _, i := range [...]Field{ReadOnly, Management, Request, Additional, ServiceDetails} {
		if f.Values[i] != nil {
			f.Print += hashOf(i, f.Values[i])
		}
	}
}

// hashOf tells fields apart by what they say.
func hashOf(f Field, value []byte) uint64 {
	return maphash.Bytes(seed, value) * (2*uint64(f) + 1)
}

// member takes a value that is to fill a field, and reports whether it is JSON.
func (o *Outlines) member(f Field, value []byte) bool {
	switch f {
	case identityObject:
		return o.unread(value, identityValue)
	case tlsObject:
		return o.unread(value, tlsValue)
	case Response:
		return o.unread(value, responseValue)
	case ResourceList:
		return o.unread(value, resourcesValue)
	}
	v := &o.found.Values
	if f < ReadOnly && value[0] == '"' {
		if inner := value[1 : len(value)-1]; asWritten(inner) {
			v[f] = inner
			return true
		}
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

// unread takes the fields of a value that no parser has read, and reports whether
// it is JSON.
func (o *Outlines) unread(value []byte, as kind) bool {
	if value[0] == 'n' || o.recalled(value, as) { // null, as the scan has seen
		return true
	}
	if !isJSON(value) {
		return false
	}
	o.learnt(value, as)
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
	return surely(value) || value.IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// slot is where a value is remembered; nil where it is too large.
func (o *Outlines) slot(value []byte) *outline {
	if len(value) > maxOutline {
		return nil
	}
	return &o.met[maphash.Bytes(seed, value)%outlines]
}

// recalled takes the fields of a value that was met lately.
func (o *Outlines) recalled(value []byte, as kind) bool {
	met, f := o.slot(value), &o.found
	if met == nil || met.kind != as || string(met.text) != string(value) {
		return false
	}
	f.remembered[as] = met.hashes
	if as == resourcesValue {
		f.Values[ResourceList] = value
		for p := met.parts; len(p) >= 3; p = p[3:] {
			f.Resources = append(f.Resources, Resource{value[p[0].from:p[0].to], value[p[1].from:p[1].to], value[p[2].from:p[2].to]})
		}
		return true
	}
	for _, p := range met.parts {
		f.Values[p.field] = value[p.from:p.to]
	}
	return true
}

// learnt takes the fields of a value, and remembers where they stand.
func (o *Outlines) learnt(value []byte, as kind) {
	f, fields := &o.found, &fieldsOf[as]
	switch as {
	case responseValue:
		f.Values[Response] = present(value)
	case resourcesValue:
		if f.Values[ResourceList] = present(value); value[0] == '[' {
			f.list(value)
		}
	default:
		f.object(value, fields.known)
	}
	hashes := uint64(0)
	for i := fields.first; i <= fields.last; i++ {
		if f.Values[i] != nil {
			hashes += hashOf(i, f.Values[i])
		}
	}
	f.remembered[as] = hashes
	if met := o.slot(value); met != nil {
		met.kind, met.hashes, met.text, met.parts = as, hashes, append(met.text[:0], value...), met.parts[:0]
		if !met.take(f, value) {
			met.text = met.text[:0]
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
	responseValue:  {nil, Response, Response},
}

// take notes where the fields stand in the value. It reports false where one does
// not stand there: its escapes were undone.
func (m *outline) take(f *Found, value []byte) bool {
	if m.kind == resourcesValue {
		for _, r := range f.Resources {
			if !m.note(value, resourceARN, r.ARN) || !m.note(value, resourceType, r.Type) || !m.note(value, resourceAccount, r.Account) {
				return false
			}
		}
		return true
	}
	for i := fieldsOf[m.kind].first; i <= fieldsOf[m.kind].last; i++ {
		if f.Values[i] != nil && !m.note(value, i, f.Values[i]) {
			return false
		}
	}
	return true
}

func (m *outline) note(value []byte, f Field, of []byte) bool {
	from := 0
	if len(of) > 0 {
		if from = cap(value) - cap(of); from < 0 || from+len(of) > len(value) || &of[0] != &value[from] {
			return false
		}
	}
	m.parts = append(m.parts, part{f, uint16(from), uint16(from + len(of))}) //nolint:gosec // at most maxOutline
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
