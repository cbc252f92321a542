package trailtest

import (
	"strings"
)

// call is what sets one record apart from another; the envelope that all
// records share is put round it by [entry.record].
type call struct {
	source, name string
	kind         string // eventType; AwsApiCall if empty
	identity     object
	from         origin
	failure      failure
	request      any // requestParameters
	response     any // responseElements
	additional   any // additionalEventData
	readOnly     bool
	resources    list
	internal     bool   // forwarded inside AWS: shared event, internal endpoint, v3 ID
	details      object // serviceEventDetails
	data         bool   // a data event
}

// origin is where a call came from. Without a service it is a client on the
// network, and the record tells of its TLS.
type origin struct {
	address, agent string
	service        bool
}

type failure struct{ code, message string }

// requestID is empty where the field is to be left out.
func (e *entry) requestID() string {
	switch name := e.opt("request"); name {
	case "none":
		return ""
	case "":
		return uuid(4, "request of", e.seed)
	default:
		return expand("request", name)
	}
}

func (e *entry) eventID(c call) string {
	if id := e.opt("id"); id != "" {
		return expand("event", id)
	}
	version := byte(4)
	if c.internal {
		version = 3
	}
	return uuid(version, "event", c.name, e.seed)
}

// record is the call in full, with the fields in the service's own order.
func (e *entry) record(c call) element {
	r := object{
		{"eventVersion", "1.11"},
		{"userIdentity", c.identity},
		{"eventTime", stamp(e.at)},
		{"eventSource", c.source},
		{"eventName", c.name},
		{"awsRegion", e.region},
		{"sourceIPAddress", c.from.address},
		{"userAgent", c.from.agent},
	}
	if c.failure.code != "" {
		r = append(r, member{"errorCode", c.failure.code})
		if c.failure.message != "" {
			r = append(r, member{"errorMessage", c.failure.message})
		}
	}
	r = append(r, member{"requestParameters", c.request}, member{"responseElements", c.response})
	if c.additional != nil {
		r = append(r, member{"additionalEventData", c.additional})
	}
	if id := e.requestID(); id != "" {
		r = append(r, member{"requestID", id})
	}
	r = append(r, member{"eventID", e.eventID(c)}, member{"readOnly", c.readOnly})
	if c.resources != nil {
		r = append(r, member{"resources", c.resources})
	}
	return element{at: e.at, body: append(r, e.envelope(c)...)}
}

// envelope is the end of a record.
func (e *entry) envelope(c call) object {
	kind, category := "AwsApiCall", "Management"
	if c.kind != "" {
		kind = c.kind
	}
	if c.data {
		category = "Data"
	}
	r := object{{"eventType", kind}, {"managementEvent", !c.data}, {"recipientAccountId", e.account}}
	if c.internal {
		r = append(r, member{"sharedEventID", uuid(4, "shared event", c.name, e.seed)})
	}
	if c.details != nil {
		r = append(r, member{"serviceEventDetails", c.details})
	}
	if c.internal {
		r = append(r, member{"vpcEndpointId", "AWS Internal"}, member{"vpcEndpointAccountId", "AWS Internal"})
	}
	r = append(r, member{"eventCategory", category})
	if !c.from.service {
		host, _, _ := strings.Cut(c.source, ".")
		r = append(r, member{"tlsDetails", object{
			{"tlsVersion", "TLSv1.3"},
			{"cipherSuite", "TLS_AES_128_GCM_SHA256"},
			{"clientProvidedHostHeader", host + "." + e.region + ".amazonaws.com"},
		}})
	}
	return r
}

// client is the origin of a call from outside AWS, or from the service via.
func (e *entry) client(via string) origin {
	from := origin{address: e.optOr("ip", "203.0.113.7"), agent: e.optOr("agent", "aws-cli/2.30.0 md/Botocore#1.40.0")}
	if via != "" {
		return origin{address: via, agent: via, service: true}
	}
	return from
}
