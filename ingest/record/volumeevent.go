package record

import (
	"strings"

	"grantrail/ingest/custody"
)

// VolumeFailed decodes an EventBridge EBS Volume Notification:
//
//	{"id","account","time","region","resources":["arn:…:volume/vol-…"],
//	 "detail":{"event":"attachVolume","result":"failed","cause":"arn:…:key/… is disabled.","request-id"}}
//
// as https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
// gives it. It returns nil for anything that did not fail.
func VolumeFailed(raw []byte) (*Event, error) {
	n, err := parse(raw)
	if err != nil {
		return nil, &Refusal{custody.KindRecordNames, err.Error()}
	}
	if n.text("detail", "result") != "failed" {
		return nil, nil
	}
	at, ok := moment(n.get("time"))
	if !ok {
		return nil, &Refusal{custody.KindRecordTime, "volume event without a possible time"}
	}
	e := &Event{
		Kind: VolumeEvent, ID: n.text("id"), Time: at, Name: n.text("detail", "event"), Source: n.text("source"),
		Region: n.text("region"), Account: n.text("account"), Request: strings.ToLower(n.text("detail", "request-id")),
		ErrorMessage: n.text("detail", "cause"), Content: fingerprint(raw),
	}
	if first, _, _ := strings.Cut(e.ErrorMessage, " "); strings.HasPrefix(first, "arn:") && strings.Contains(first, ":key/") {
		e.Key = first
	}
	for _, r := range n.list("resources") {
		if _, id, ok := strings.Cut(r.string(), ":volume/"); ok {
			e.Volumes = append(e.Volumes, strings.ToLower(id))
		}
	}
	if len(e.Volumes) == 0 {
		return nil, &Refusal{custody.KindRecordField, "volume event without a volume"}
	}
	return e, nil
}
