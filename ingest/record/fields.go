package record

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Field is one value of a record, for those who want all of it.
type Field uint8

// The fields. Those up to TLSCipher are text, then come two that are true or
// false, then JSON texts.
const (
	EventID Field = iota
	EventVersion
	EventName
	EventSource
	EventType
	EventCategory
	Region
	Recipient // recipientAccountId as written
	SourceIP
	Agent
	ErrorCode
	ErrorMessage
	RequestID
	SharedEventID
	APIVersion
	VPCEndpoint
	IdentityType
	IdentityARN
	IdentityPrincipal
	IdentityAccount
	IdentityUser
	IdentityKey // accessKeyId
	IdentityInvokedBy
	IssuerType
	IssuerARN
	IssuerAccount
	IssuerUser
	IssuerPrincipal
	SessionMFA
	SessionCreated
	TLSVersion
	TLSCipher
	ReadOnly
	Management
	Request
	Response
	Additional
	ServiceDetails
	ResourceList

	Fields // how many there are
)

// Values are the fields of one record: text without quotes and with its escapes
// undone, JSON as it is written, nil where absent or null.
type Values [Fields][]byte

// Values fills v from the record that was last given to Head or ValidHead. What
// it holds is valid as long as the record.
func (d *Decoder) Values(v *Values) {
	h := &d.head
	*v = Values{
		EventID: plain(h.eventID), EventVersion: plain(h.version), EventName: plain(h.rawName), EventSource: plain(h.rawSource),
		EventType: plain(h.eventType), EventCategory: plain(h.rawCategory), Region: plain(h.rawRegion), Recipient: plain(h.rawAccount),
		SourceIP: plain(h.sourceIP), Agent: plain(h.userAgent), ErrorCode: plain(h.rawError), ErrorMessage: plain(h.errorMessage),
		RequestID: plain(h.requestID), SharedEventID: plain(h.sharedID), APIVersion: plain(h.apiVersion), VPCEndpoint: plain(h.endpoint),
		ReadOnly: present(h.readOnly), Management: present(h.management),
		Request: present(h.request), Response: present(h.response), Additional: present(h.additional),
		ServiceDetails: present(h.service), ResourceList: present(h.resources),
	}
	v.fill(h.identity, identityFields)
	v.fill(h.tls, tlsFields)
}

// inner is a member of an object, and the field that it fills, or the members
// of it that do.
type inner struct {
	name   string
	field  Field
	within []inner
}

var (
	identityFields = []inner{
		{name: "type", field: IdentityType}, {name: "arn", field: IdentityARN}, {name: "principalId", field: IdentityPrincipal},
		{name: "accountId", field: IdentityAccount}, {name: "userName", field: IdentityUser}, {name: "accessKeyId", field: IdentityKey},
		{name: "invokedBy", field: IdentityInvokedBy}, {name: "sessionContext", within: []inner{
			{name: "sessionIssuer", within: []inner{
				{name: "type", field: IssuerType}, {name: "arn", field: IssuerARN}, {name: "accountId", field: IssuerAccount},
				{name: "userName", field: IssuerUser}, {name: "principalId", field: IssuerPrincipal},
			}},
			{name: "attributes", within: []inner{{name: "mfaAuthenticated", field: SessionMFA}, {name: "creationDate", field: SessionCreated}}},
		}},
	}
	tlsFields = []inner{{name: "tlsVersion", field: TLSVersion}, {name: "cipherSuite", field: TLSCipher}}
)

// fill takes the members of an object that are fields.
func (v *Values) fill(object jsontext.Value, known []inner) {
	each(object, func(name []byte, value jsontext.Value) {
		for i := range known {
			switch k := &known[i]; {
			case k.name != string(name):
				continue
			case k.within != nil:
				v.fill(value, k.within)
			default:
				v[k.field] = plain(value)
			}
			return
		}
	})
}

// Resources hands out the resources of a record: ARN, type, account.
func (v *Values) Resources(hand func(arn, kind, account []byte)) {
	list := v[ResourceList]
	if len(list) == 0 || list[0] != '[' {
		return
	}
	for i := space(list, 1); i < len(list) && list[i] == '{'; {
		end := valueEnd(list, i)
		var arn, kind, account []byte
		each(list[i:end], func(name []byte, value jsontext.Value) {
			switch string(name) {
			case "ARN", "arn":
				arn = plain(value)
			case "type":
				kind = plain(value)
			case "accountId":
				account = plain(value)
			}
		})
		hand(arn, kind, account)
		if i = space(list, end); i < len(list) && list[i] == ',' {
			i = space(list, i+1)
		}
	}
}

// each hands out the members of a value, where it is an object.
func each(value jsontext.Value, member func(name []byte, value jsontext.Value)) {
	if len(value) == 0 || value[0] != '{' {
		return
	}
	_ = walk(value, func(name []byte, value jsontext.Value) error { // of valid JSON
		member(name, value)
		return nil
	})
}

// present is a value that is neither absent nor null.
func present(v jsontext.Value) []byte {
	if len(v) == 0 || v[0] == 'n' {
		return nil
	}
	return v
}

// plain is the text of a string, or a value of another type as it is written.
func plain(v jsontext.Value) []byte {
	switch {
	case len(v) == 0 || v[0] == 'n':
		return nil
	case v[0] != '"' || len(v) < 2:
		return v
	}
	if inner := v[1 : len(v)-1]; bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return inner
	}
	b, _ := jsontext.AppendUnquote(nil, v) // what cannot be undone stays with replacement characters
	return b
}
