package container

import (
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// EventBridge detail types, as
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html,
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html and
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html name them.
const (
	stateChangeType = "EC2 Instance State-change Notification"
	volumeEventType = "EBS Volume Notification"
	viaCloudTrail   = " via CloudTrail" // "AWS API Call…", "AWS Service Event…", "AWS Console Sign In…"
)

// classify looks at a whole small object that began at the given offset, and
// hands it out where it is evidence.
func (r *Reader) classify(raw []byte, start int64) shape {
	var e struct {
		DetailType   any            `json:"detail-type"`
		Detail       jsontext.Value `json:"detail"`
		DigestObject any            `json:"digestS3Object"`
		Records      any            `json:"Records"`
	}
	if json.Unmarshal(raw, &e, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
		return unknown
	}
	if e.DigestObject != nil {
		r.give(Digest, raw, start)
		return digest
	}
	if e.Records != nil {
		return logFile
	}
	kind, _ := e.DetailType.(string)
	if e.Detail.Kind() != '{' || kind == "" {
		return unknown
	}
	switch {
	case kind == stateChangeType:
		r.give(StateChange, raw, start)
	case kind == volumeEventType:
		r.give(VolumeEvent, raw, start)
	case strings.HasSuffix(kind, viaCloudTrail):
		r.give(Record, e.Detail, start)
	default:
		r.foreign++
	}
	return eventBridge
}

// stream reads the further values of an EventBridge stream. Values of another
// kind are counted and passed over; a log file among them is not a stream's
// content, and is not taken as evidence.
func (r *Reader) stream() error {
	for r.dec.PeekKind() != jsontext.KindInvalid {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		switch r.classify(raw, r.offset()-int64(len(raw))) {
		case unknown:
			r.foreign++
		case logFile:
			r.degrade(custody.Partial)
			r.warn(custody.KindTrailingJSON, "a log file stands inside a stream of events, at inflated offset %d; it is not taken as evidence", r.offset())
		}
		r.limit.left = MaxValue
	}
	if _, err := r.dec.ReadToken(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return r.endOfStream()
}

// endOfStream says what of the stream was of no use.
func (r *Reader) endOfStream() error {
	if r.index == 0 {
		return errNotEvidence
	}
	if r.foreign > 0 {
		r.warn(custody.KindNotEvidence, "%d other values stand among the events and are not EC2 or CloudTrail events", r.foreign)
	}
	return nil
}
