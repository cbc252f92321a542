package container

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// face is the members by which a value is recognised. Their spelling counts:
// message, Message and body are three services.
type face struct {
	// CloudTrail record, digest, lookup-events
	EventVersion jsontext.Value `json:"eventVersion"`
	EventName    jsontext.Value `json:"eventName"`
	EventSource  jsontext.Value `json:"eventSource"`
	DigestObject jsontext.Value `json:"digestS3Object"`
	LookupEvent  jsontext.Value `json:"CloudTrailEvent"`
	LookupID     jsontext.Value `json:"EventId"`
	LookupName   jsontext.Value `json:"EventName"`

	// EventBridge
	DetailType jsontext.Value `json:"detail-type"`
	Detail     jsontext.Value `json:"detail"`

	// AWS Config
	CaptureTime  jsontext.Value `json:"configurationItemCaptureTime"`
	ResourceType jsontext.Value `json:"resourceType"`
	ConfigItem   jsontext.Value `json:"configurationItem"`

	// describe-instances: a reservation
	Instances jsontext.Value `json:"Instances"`

	// Envelopes
	Type      jsontext.Value `json:"Type"`
	Message   jsontext.Value `json:"Message"` // SNS
	Sns       jsontext.Value `json:"Sns"`     // SNS, as Lambda has it
	Body      jsontext.Value `json:"Body"`    // SQS
	LowerBody jsontext.Value `json:"body"`    // SQS, as Lambda has it
	LogText   jsontext.Value `json:"message"` // CloudWatch Logs event
	Timestamp jsontext.Value `json:"timestamp"`
	AWSLogs   jsontext.Value `json:"awslogs"`

	// CloudTrail Lake: a row with the column of that name
	EventJSON      jsontext.Value `json:"eventJson"`
	LowerEventJSON jsontext.Value `json:"eventjson"`

	// Lists
	MessageType  jsontext.Value `json:"messageType"`
	Records      jsontext.Value `json:"Records"`
	Events       jsontext.Value `json:"Events"`
	LowerEvents  jsontext.Value `json:"events"`
	LogEvents    jsontext.Value `json:"logEvents"`
	ConfigItems  jsontext.Value `json:"configurationItems"`
	Reservations jsontext.Value `json:"Reservations"`
	Messages     jsontext.Value `json:"Messages"`
	QueryRows    jsontext.Value `json:"QueryResultRows"` // of CloudTrail Lake, each a list of columns
}

func faceOf(raw []byte) (f face, ok bool) {
	if len(raw) == 0 || raw[0] != '{' {
		return f, false
	}
	err := json.Unmarshal(raw, &f, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	return f, err == nil
}

// isRecord knows a CloudTrail record. S3 and its like write the same members,
// with a source that CloudTrail never writes. In the company of evidence one
// of the two names is enough: what lost the other is for the decoder to refuse,
// and not to be passed over.
func (f *face) isRecord(company bool) bool {
	if strings.HasPrefix(strings.ToLower(textOf(f.EventSource)), "aws:") {
		return false
	}
	version, name := f.EventVersion != nil, f.EventName != nil
	return version && name || company && (version || name)
}

// isLookup knows an event of lookup-events, even where it lost its record.
func (f *face) isLookup() bool {
	return f.LookupEvent != nil || f.LookupID != nil && f.LookupName != nil
}

// isConfigItem knows a configuration item of AWS Config.
func (f *face) isConfigItem() bool { return f.CaptureTime != nil && f.ResourceType != nil }

// isNotification knows an SNS message as a subscriber has it.
func (f *face) isNotification() bool {
	return f.Message.Kind() == '"' && textOf(f.Type) == "Notification"
}

// isMessage knows an element of what SQS and SNS hand to Lambda.
func (f *face) isMessage() bool { return f.LowerBody != nil || f.Sns != nil }

// carries knows a list of such messages from a log file: there is nothing else
// in it.
func (f *face) carries() bool {
	var all []jsontext.Value
	if json.Unmarshal(f.Records, &all, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
		return false
	}
	for _, raw := range all {
		if one, ok := faceOf(raw); !ok || one.isRecord(false) || !one.isMessage() {
			return false
		}
	}
	return len(all) > 0
}

// textOf is the text of a JSON string, and "" of anything else.
func textOf(v jsontext.Value) string {
	if v.Kind() != '"' {
		return ""
	}
	b, err := jsontext.AppendUnquote(nil, v)
	if err != nil && len(b) == 0 {
		return ""
	}
	return string(b)
}
