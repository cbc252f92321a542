package container

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
)

// EventBridge detail types, as
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html,
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html,
// https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html and
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html name them.
const (
	stateChangeType  = "EC2 Instance State-change Notification"
	volumeEventType  = "EBS Volume Notification"
	configChangeType = "Config Configuration Item Change"
	viaCloudTrail    = " via CloudTrail" // "AWS API Call…", "AWS Service Event…", "AWS Console Sign In…"
)

// maxDepth is how deep evidence is looked for in envelopes: a subscription
// batch or an EventBridge event, in SNS, in SQS, in Lambda's list. What lies
// deeper is not recognised.
const maxDepth = 8

// classify looks at a whole value that began at the given offset, and hands
// out the evidence in it. Depth 0 is the top of a stream, which alone can hold
// a log file; in envelopes Records is a list of evidence like any other.
func (r *Reader) classify(raw []byte, start int64, depth int) shape {
	f, ok := faceOf(raw)
	if !ok || depth > maxDepth {
		return unknown
	}
	switch {
	case f.DigestObject != nil:
		r.give(Digest, raw, start)
		return digest
	case f.isRecord(r.index > 0):
		r.give(Record, raw, start)
	case f.isLookup():
		r.lookup(&f, raw, start)
	case f.DetailType != nil:
		return r.event(&f, raw, start, depth)
	case f.isConfigItem():
		r.give(ConfigItem, raw, start)
	case f.Instances.Kind() == '[':
		r.give(Reservation, raw, start)
	case depth == 0 && f.Records != nil && !f.carries():
		return logFile
	default:
		return r.unwrap(&f, start, depth+1)
	}
	return evidence
}

// lookup hands out the record that lookup-events carries as text. An event
// that lost it is handed out as it is, to be refused.
func (r *Reader) lookup(f *face, raw []byte, start int64) {
	if inner := textOf(f.LookupEvent); inner != "" {
		raw = []byte(inner)
	}
	r.give(Record, raw, start)
}

// event takes an EventBridge event.
func (r *Reader) event(f *face, raw []byte, start int64, depth int) shape {
	kind := textOf(f.DetailType)
	switch lost := f.Detail.Kind() != '{'; {
	case lost && strings.HasSuffix(kind, viaCloudTrail):
		r.give(Record, []byte(cmp.Or(string(f.Detail), "null")), start) // to be refused
	case lost || kind == "":
		return unknown
	case kind == stateChangeType:
		r.give(StateChange, raw, start)
	case kind == volumeEventType:
		r.give(VolumeEvent, raw, start)
	case kind == configChangeType:
		return r.classify(f.Detail, start, depth+1)
	case strings.HasSuffix(kind, viaCloudTrail):
		r.give(Record, f.Detail, start)
	default:
		return unknown
	}
	return evidence
}

// unwrap looks for evidence inside a message. A message without any is
// unknown, and left to the caller.
func (r *Reader) unwrap(f *face, start int64, depth int) shape {
	before := r.index
	switch {
	case f.isNotification():
		r.carried(f.Message, start, depth)
	case f.Sns.Kind() == '{':
		var sns face
		if s, ok := faceOf(f.Sns); ok {
			sns = s
		}
		r.carried(sns.Message, start, depth)
	case f.Body != nil:
		r.carried(f.Body, start, depth)
	case f.LowerBody != nil:
		r.carried(f.LowerBody, start, depth)
	case f.LogText != nil && f.Timestamp != nil:
		r.carried(f.LogText, start, depth)
	case f.ConfigItem.Kind() == '{':
		r.classify(f.ConfigItem, start, depth)
	case f.EventJSON != nil:
		r.carried(f.EventJSON, start, depth)
	case f.LowerEventJSON != nil:
		r.carried(f.LowerEventJSON, start, depth)
	case f.AWSLogs.Kind() == '{':
		r.packed(f.AWSLogs, start, depth)
	default:
		r.nested(f, start, depth)
	}
	if r.index == before {
		return unknown
	}
	return evidence
}

// carried looks for evidence in text that a message carries. Text that was a record
// and is no JSON, as where what carries it cut it off, is damage, and not the message
// of somebody else.
func (r *Reader) carried(text jsontext.Value, start int64, depth int) {
	raw := []byte(strings.TrimSpace(textOf(text)))
	if wasRecord(raw[:min(len(raw), headSize)]) &&
		!jsontext.Value(raw).IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) {
		r.degrade(custody.Partial)
		r.warn(custody.KindJSONSyntax, "a message at inflated offset %d carries what was a CloudTrail record and is no JSON", start)
		return
	}
	r.inner(raw, start, depth)
}

// wasRecord reports whether a text begins as CloudTrail records do, however early it ends.
func wasRecord(head []byte) bool {
	return len(head) > 0 && (head[0] == '{' || head[0] == '[') &&
		bytes.Contains(head, []byte(`"eventVersion"`)) && !bytes.Contains(head, []byte(`"aws:`))
}

// inner looks for evidence in a value or an array of values out of an
// envelope.
func (r *Reader) inner(raw []byte, start int64, depth int) {
	if len(raw) == 0 {
		return
	}
	if raw[0] == '[' {
		r.elements(raw, start, depth)
		return
	}
	r.classify(raw, start, depth)
}

// nested looks for evidence in the lists of a value out of an envelope, or of
// a further value of a stream.
func (r *Reader) nested(f *face, start int64, depth int) {
	if textOf(f.MessageType) == "CONTROL_MESSAGE" {
		return
	}
	var rows []jsontext.Value
	if f.QueryRows != nil && json.Unmarshal(f.QueryRows, &rows, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) == nil {
		for _, columns := range rows {
			r.inner(columns, start, depth)
		}
		return
	}
	for _, list := range []jsontext.Value{
		f.Records, f.Events, f.LowerEvents, f.LogEvents, f.ConfigItems, f.Reservations, f.Messages,
	} {
		if list.Kind() == '[' {
			r.elements(list, start, depth)
			return
		}
	}
}

// elements hands out the evidence among the elements of an array. Once there
// is some, the others are counted.
func (r *Reader) elements(raw []byte, start int64, depth int) {
	var values []jsontext.Value
	if json.Unmarshal(raw, &values, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
		return
	}
	before, others := r.index, 0
	for _, v := range values {
		if r.classify(v, start, depth) == unknown {
			others++
		}
	}
	if r.index > before {
		r.foreign += others
	}
}

// packed takes what CloudWatch Logs hands to Lambda: a batch, compressed and
// in base64.
func (r *Reader) packed(logs jsontext.Value, start int64, depth int) {
	var p struct {
		Data string `json:"data"`
	}
	if json.Unmarshal(logs, &p) != nil || p.Data == "" {
		return
	}
	plain, err := unpack(p.Data)
	if err != nil {
		r.degrade(custody.Partial)
		r.warn(custody.KindGzipCorrupt, "a batch of CloudWatch Logs at inflated offset %d cannot be unpacked: %v", start, err)
		return
	}
	r.inner(plain, start, depth)
}

// unpack undoes base64 and gzip, up to maxValue.
func unpack(data string) ([]byte, error) {
	z := inflate.NewReader()
	z.Reset(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data)))
	plain, err := io.ReadAll(io.LimitReader(z, maxValue+1))
	switch {
	case err != nil:
		return nil, err
	case !z.Gzipped():
		return nil, errors.New("it is not gzip")
	case len(plain) > maxValue:
		return nil, errTooLong
	}
	return plain, nil
}
