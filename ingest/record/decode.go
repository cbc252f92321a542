package record

import (
	"cmp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// Event decodes the rest of the record whose head was read last. It returns
// nil where the event cannot matter, and a [*Refusal] where a member that is
// needed says a name twice.
func (d *Decoder) Event(raw []byte) (*Event, error) {
	h := &d.head
	if h.kind == None {
		return nil, nil
	}
	message := loose(h.errorMessage)
	if message != "" && h.errorCode == "" && h.kind != Change {
		return nil, &Refusal{custody.KindRecordField, "record has an errorMessage and no errorCode: it does not say whether the call succeeded"}
	}
	if h.kind == DataKey && h.errorCode == "" && h.errorMessage == nil && withoutVolume(h.request) && withoutVolume(h.identity) {
		return nil, nil
	}
	return d.event(message, d.whole || d.tree.read(raw))
}

// event is the event of the record that the tree was given to read.
func (d *Decoder) event(message string, read bool) (*Event, error) {
	h := &d.head
	p, err := d.parts(read)
	if err != nil {
		return nil, &Refusal{custody.KindRecordNames, err.Error()}
	}
	e := &Event{
		Kind: h.kind, ID: loose(h.eventID), Time: h.Time, Name: h.Name, Source: h.Source,
		Region: h.Region, Account: h.Account,
		Request:  strings.ToLower(cmp.Or(loose(h.requestID), p.response.text("requestId"))), // EC2 answers with it too
		SharedID: loose(h.sharedID), SourceIP: loose(h.sourceIP), Agent: loose(h.userAgent),
		ErrorCode: h.errorCode, ErrorMessage: message,
		Replaces: strings.ToLower(p.addendum.text("originalEventID")),
		Identity: p.identity.identity(),
	}
	p.fill(e)
	if !e.matters(loose(h.eventType)) {
		return nil, nil
	}
	e.Content = d.canonical.fingerprint(&d.tree, read)
	return e, nil
}

// parts are the members of a record, loosely decoded.
type parts struct {
	identity, request, response, additional, service, resources, addendum node
}

// parts are those of the record at hand, which the tree was given to read.
func (d *Decoder) parts(read bool) (parts, error) {
	if read && d.tree.sure {
		return d.tree.parts(), nil
	}
	return d.head.parts()
}

// parts are those of a record, each read by itself.
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

// parts are those of a record that is read whole. The names are those of
// [Decoder.member].
func (t *tree) parts() (p parts) {
	root := node{t, 0}
	for at, end := root.inside(); at < end; at = root.behind(at) {
		var into *node
		switch string(root.name(at)) {
		case "userIdentity":
			into = &p.identity
		case "requestParameters", "RequestParameters":
			into = &p.request
		case "responseElements", "ResponseElements":
			into = &p.response
		case "additionalEventData":
			into = &p.additional
		case "serviceEventDetails", "ServiceEventDetails":
			into = &p.service
		case "resources":
			into = &p.resources
		case "addendum":
			into = &p.addendum
		default:
			continue
		}
		*into = root.member(at).unpacked()
	}
	return p
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
			e.addInstance(n.string(), "")
		}
	}
}

// matters drops what shares a name with something that can matter and cannot.
func (e *Event) matters(eventType string) bool {
	switch e.Kind {
	case None:
		return false
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

func (e *Event) addInstance(id, state string) {
	if id = strings.ToLower(strings.TrimSpace(id)); id == "" {
		return
	}
	e.Instances = append(e.Instances, id)
	e.States = append(e.States, state)
}
