package record

import (
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"

	"grantrail/ingest/custody"
)

// What AWS Config calls an instance and a volume.
const (
	instanceType = "AWS::EC2::Instance"
	volumeType   = "AWS::EC2::Volume"
)

// ConfigItemOf decodes a configuration item of AWS Config:
//
//	{"configurationItemCaptureTime","resourceType","resourceId","awsAccountId","awsRegion",
//	 "configuration":{"state":{"name"},"stateReason":{"code"},"stateTransitionReason",
//	  "blockDeviceMappings":[{"ebs":{"volumeId"}}]}}
//
// as https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html and
// https://github.com/awslabs/aws-config-resource-schema give it. History and
// snapshot spell ARN and arn; the API says accountId, and hands the
// configuration over as text. Of a volume the configuration is
//
//	{"volumeId","encrypted","kmsKeyId","attachments":[{"instanceId"}]}
//
// It returns nil for anything but the two, and for what is gone, whose
// configuration is null.
//
// An item has no id that holds over its copies, so its content is what it says
// here: history and notification of one item are the same event.
func ConfigItemOf(raw []byte) (*Event, error) {
	n, err := parse(raw)
	if err != nil {
		return nil, &Refusal{custody.KindRecordNames, err.Error()}
	}
	kind := n.text("resourceType")
	if kind != instanceType && kind != volumeType {
		return nil, nil
	}
	at, ok := moment(n.get("configurationItemCaptureTime"))
	if !ok {
		return nil, &Refusal{custody.KindRecordTime, "configuration item without a possible configurationItemCaptureTime"}
	}
	e := &Event{
		Time: at, Name: kind, Source: "config.amazonaws.com",
		Region: n.text("awsRegion"), Account: cmp.Or(n.text("awsAccountId"), n.text("accountId")),
	}
	c, id := n.get("configuration").opened(), n.text("resourceId")
	told := false
	if kind == instanceType {
		told, err = e.picture(c, id)
	} else {
		told = e.volumePicture(c, id)
	}
	if !told || err != nil {
		return nil, err
	}
	e.Content = e.said()
	return e, nil
}

// picture takes the configuration of an instance.
func (e *Event) picture(c node, id string) (bool, error) {
	state := c.text("state", "name")
	if state == "" {
		return false, nil
	}
	e.Kind, e.Volumes = ConfigItem, volumesOf(c)
	e.StateReason = cmp.Or(c.text("stateReason", "code"), transition(c.text("stateTransitionReason")))
	e.addInstance(cmp.Or(id, c.text("instanceId")), strings.ToLower(state))
	if len(e.Instances) == 0 {
		return false, &Refusal{custody.KindRecordField, "configuration item of an instance without its id"}
	}
	return true, nil
}

// volumePicture takes the configuration of a volume, where it says what the
// volume is attached to or encrypted with.
func (e *Event) volumePicture(c node, id string) bool {
	if id = strings.ToLower(cmp.Or(id, c.text("volumeId"))); id == "" {
		return false
	}
	e.Kind, e.Volumes, e.Key = VolumeItem, []string{id}, c.text("kmsKeyId")
	for _, a := range c.list("attachments") {
		e.addInstance(a.text("instanceId"), "")
	}
	return e.Key != "" || len(e.Instances) > 0
}

// volumesOf lists the volumes that an instance's picture names. Config writes
// the names in lower case, the command line in upper; get takes both.
func volumesOf(instance node) []string {
	var ids []string
	for _, n := range instance.list("blockDeviceMappings") {
		if id := n.text("ebs", "volumeId"); id != "" {
			ids = append(ids, strings.ToLower(id))
		}
	}
	return ids
}

// opened is the value that a text holds, or n itself.
func (n node) opened() node {
	if !n.is('"') {
		return n
	}
	inner, err := parse([]byte(n.string()))
	if err != nil {
		return node{}
	}
	return inner
}

// moment takes a time as text, or as the seconds since 1970 that the first
// version of the command line prints.
func moment(n node) (time.Time, bool) {
	var t time.Time
	if n.is('"') {
		var err error
		if t, err = time.Parse(time.RFC3339Nano, n.string()); err != nil {
			return t, false
		}
	} else if v, ok := n.number(); ok {
		whole, part := math.Modf(v)
		if math.Abs(whole) > math.MaxInt32*2 {
			return t, false
		}
		t = time.Unix(int64(whole), int64(part*1e3)*1e6) // milliseconds: a float holds no more
	}
	t = t.UTC()
	return t, t.Year() >= firstYear && t.Year() <= lastYear
}

// said is the content of an event that has no id and no one spelling: what it
// says, as it is decoded.
func (e *Event) said() [16]byte {
	words := []string{
		strconv.Itoa(int(e.Kind)), e.Account, e.Region, e.Time.Format(time.RFC3339Nano), e.StateReason, e.Key,
		strings.Join(e.Instances, ","), strings.Join(e.States, ","), strings.Join(e.Volumes, ","),
	}
	return fingerprint([]byte(strings.Join(words, "\x00")))
}
