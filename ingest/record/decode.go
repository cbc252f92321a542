package record

import (
	"bytes"
	"crypto/sha256"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// Event decodes the rest of the record whose head was read last. It returns
// nil where the event cannot matter, and a [*Refusal] where a member that is
// needed says a name twice.
func (d *Decoder) Event(raw []byte) (*Event, error) {
	h := &d.head
	kind := interest[call{h.Source, h.Name}]
	if kind == None {
		return nil, nil
	}
	message := loose(h.errorMessage)
	if message != "" && h.errorCode == "" && kind != Change {
		return nil, &Refusal{custody.KindRecordField, "record has an errorMessage and no errorCode: it does not say whether the call succeeded"}
	}
	if kind == DataKey && h.errorCode == "" && h.errorMessage == nil && withoutVolume(h.request) && withoutVolume(h.identity) {
		return nil, nil
	}
	p, err := h.parts()
	if err != nil {
		return nil, &Refusal{custody.KindRecordNames, err.Error()}
	}
	e := &Event{
		Kind: kind, ID: loose(h.eventID), Time: h.Time, Name: h.Name, Source: h.Source,
		Region: h.Region, Account: h.Account,
		Request:  strings.ToLower(firstOf(loose(h.requestID), p.response.text("requestId"))), // EC2 answers with it too
		SharedID: loose(h.sharedID), SourceIP: loose(h.sourceIP), Agent: loose(h.userAgent),
		ErrorCode: h.errorCode, ErrorMessage: message,
		Replaces: strings.ToLower(p.addendum.text("originalEventID")),
		Identity: p.identity.identity(),
	}
	p.fill(e)
	if !e.matters(loose(h.eventType)) {
		return nil, nil
	}
	e.Content = Fingerprint(raw)
	return e, nil
}

// Fingerprint identifies a record's content whatever its layout: the first 16
// bytes of the SHA-256 of its canonical form (RFC 8785), so that a
// pretty-printed copy equals the compact one. A readOnly written as text, as
// lookup-events does, is the same as the boolean of the log file.
func Fingerprint(raw []byte) [16]byte {
	v := jsontext.Value(append([]byte(nil), raw...))
	if v.Canonicalize(jsontext.AllowInvalidUTF8(true)) != nil {
		v = raw
	}
	if bytes.Contains(v, []byte(`"readOnly":"`)) {
		for _, text := range []string{"true", "false"} {
			// Inside a string the quotes would be escaped: this is a member.
			v = bytes.ReplaceAll(v, []byte(`"readOnly":"`+text+`"`), []byte(`"readOnly":`+text))
		}
	}
	sum := sha256.Sum256(v)
	return [16]byte(sum[:16])
}

// parts are the members of a record, loosely decoded.
type parts struct {
	identity, request, response, additional, service, resources, addendum node
}

func (h *Head) parts() (p parts, err error) {
	for _, m := range []struct {
		raw  jsontext.Value
		into *node
	}{
		{h.identity, &p.identity}, {h.request, &p.request}, {h.response, &p.response},
		{h.additional, &p.additional}, {h.service, &p.service}, {h.resources, &p.resources},
		{h.addendum, &p.addendum},
	} {
		if *m.into, err = parse(m.raw); err != nil {
			return p, err
		}
	}
	return p, nil
}

// identity flattens userIdentity. AWS service events have no type and no arn.
func (n node) identity() Identity {
	id := Identity{
		Type: n.text("type"), ARN: n.text("arn"), PrincipalID: n.text("principalId"),
		Account: n.text("accountId"), UserName: n.text("userName"),
		Issuer: n.text("sessionContext", "sessionIssuer", "arn"), InvokedBy: n.text("invokedBy"),
	}
	if id.UserName == "" {
		id.UserName = n.text("sessionContext", "sessionIssuer", "userName")
	}
	return id
}

// fill decodes what this kind of call carries.
func (p parts) fill(e *Event) {
	switch e.Kind {
	case Launch, Halt:
		p.instances(e)
	case Grant, DataKey:
		p.key(e)
	case Storage:
		p.storage(e)
	case Change:
		p.change(e)
	case Cleanup:
		p.cleanup(e)
	case Interruption:
		for _, n := range p.service.list("instanceIdSet") {
			e.addInstance(n.v, "")
		}
	}
}

// matters drops what shares a name with something that can matter and cannot.
func (e *Event) matters(eventType string) bool {
	switch e.Kind {
	case Cleanup:
		return eventType == "AwsServiceEvent"
	case DataKey:
		if e.ErrorCode != "" || e.Grantee != "" {
			return true
		}
		return e.Name != "Decrypt" && len(e.Volumes) > 0
	}
	return true
}

func (e *Event) addInstance(id any, state string) {
	s, _ := id.(string)
	if s = strings.ToLower(strings.TrimSpace(s)); s == "" {
		return
	}
	e.Instances = append(e.Instances, s)
	e.States = append(e.States, state)
}
