package record

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// StateChanged decodes an EventBridge EC2 Instance State-change Notification:
//
//	{"id","detail-type","account","time","region","detail":{"instance-id","state"}}
//
// as https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html
// gives it. Delivery is at least once: the envelope's id tells copies apart.
func StateChanged(raw []byte) (*Event, error) {
	n, err := parse(raw)
	if err != nil {
		return nil, &Refusal{custody.KindRecordNames, err.Error()}
	}
	h := Head{Name: n.text("detail-type"), Source: n.text("source")}
	if err := h.time(stringValue(n.text("time"))); err != nil {
		return nil, err
	}
	e := &Event{
		Kind: StateChange, ID: n.text("id"), Time: h.Time, Name: h.Name, Source: h.Source,
		Region: n.text("region"), Account: n.text("account"), Content: fingerprint(raw),
	}
	e.addInstance(n.text("detail", "instance-id"), strings.ToLower(n.text("detail", "state")))
	if e.Time.IsZero() || len(e.Instances) == 0 || e.States[0] == "" {
		return nil, &Refusal{custody.KindRecordField, "state change without time, instance or state"}
	}
	return e, nil
}

func stringValue(s string) jsontext.Value {
	v, err := jsontext.AppendQuote(nil, s)
	if err != nil {
		return nil
	}
	return v
}
