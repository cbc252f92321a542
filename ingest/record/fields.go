package record

import (
	"bytes"
	"encoding/binary"
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

// values are the fields of the top level of a record, and no others: text without
// quotes and with its escapes undone, JSON as it is written, nil where absent or
// null. They are valid as long as the record.
func (h *Head) values() [Fields][]byte {
	return [Fields][]byte{
		EventID: plain(h.eventID), EventVersion: plain(h.version), EventName: plain(h.rawName), EventSource: plain(h.rawSource),
		EventType: plain(h.eventType), EventCategory: plain(h.rawCategory), Region: plain(h.rawRegion), Recipient: plain(h.rawAccount),
		SourceIP: plain(h.sourceIP), Agent: plain(h.userAgent), ErrorCode: plain(h.rawError), ErrorMessage: plain(h.errorMessage),
		RequestID: plain(h.requestID), SharedEventID: plain(h.sharedID), APIVersion: plain(h.apiVersion), VPCEndpoint: plain(h.endpoint),
		ReadOnly: present(h.readOnly), Management: present(h.management),
		Request: present(h.request), Response: present(h.response), Additional: present(h.additional),
		ServiceDetails: present(h.service), ResourceList: present(h.resources),
	}
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

// members takes the members of the object that begins at i, and of those inside
// it that are known, in one walk. It gives where the object ends, if it is JSON.
func members(v [][]byte, raw []byte, i int, known []inner) int {
	i = space(raw, i+1)
	for i < len(raw) && raw[i] == '"' {
		end := stringEnd(raw, i)
		k := named(known, raw[i:end])
		if i = space(raw, end); i >= len(raw) || raw[i] != ':' {
			return len(raw)
		}
		if i = space(raw, i+1); k != nil && k.within != nil && i < len(raw) && raw[i] == '{' {
			end = members(v, raw, i, k.within)
		} else {
			end = valueEnd(raw, i)
			if k != nil && k.within == nil {
				v[k.field] = plain(raw[i:end])
			}
		}
		if i = space(raw, end); i >= len(raw) || raw[i] != ',' {
			break
		}
		i = space(raw, i+1)
	}
	return min(i+1, len(raw))
}

// named is the member of a quoted name, or nil. A name that is known as it is
// written has no escapes.
func named(known []inner, quoted []byte) *inner {
	if len(quoted) < 2 {
		return nil
	}
	name := quoted[1 : len(quoted)-1]
	for escaped := false; ; escaped = true {
		for i := range known {
			if k := &known[i]; len(k.name) == len(name) && k.name == string(name) {
				return k
			}
		}
		if escaped || bytes.IndexByte(name, '\\') < 0 {
			return nil
		}
		name = nameOf(quoted)
	}
}

var resourceFields = []inner{{name: "ARN", field: resourceARN}, {name: "arn", field: resourceARN}, {name: "type", field: resourceType}, {name: "accountId", field: resourceAccount}}

// The fields of a resource, which stand for themselves.
const (
	resourceARN Field = iota
	resourceType
	resourceAccount
)

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
	inner := v[1 : len(v)-1]
	if simple(inner) || bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return inner
	}
	b, _ := jsontext.AppendUnquote(nil, v) // what cannot be undone stays with replacement characters
	return b
}

// simple reports whether text is ASCII without escapes, as nearly all is: what it
// says is what it spells. It looks at eight bytes at a time, at the last of them
// perhaps twice.
func simple(text []byte) bool {
	n := len(text)
	if n < 8 {
		for _, c := range text {
			if c >= utf8.RuneSelf || c == '\\' {
				return false
			}
		}
		return true
	}
	odd := oddIn(binary.LittleEndian.Uint64(text[n-8:]))
	for ; len(text) > 32; text = text[32:] {
		odd |= oddIn(binary.LittleEndian.Uint64(text)) | oddIn(binary.LittleEndian.Uint64(text[8:])) |
			oddIn(binary.LittleEndian.Uint64(text[16:])) | oddIn(binary.LittleEndian.Uint64(text[24:]))
	}
	for ; len(text) > 8; text = text[8:] {
		odd |= oddIn(binary.LittleEndian.Uint64(text))
	}
	return odd&0x8080808080808080 == 0
}

// oddIn has the highest bit set of a byte that is a backslash or not of ASCII,
// and perhaps of those behind it.
func oddIn(word uint64) uint64 {
	const ones = 0x0101010101010101
	slash := word ^ '\\'*ones // 0 where there is one
	return word | (slash-ones)&^slash
}
