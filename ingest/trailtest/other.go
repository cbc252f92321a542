package trailtest

import (
	"fmt"
	"time"
)

// stateChange is what EventBridge itself says of an instance. It gives no
// reason.
func (e *entry) stateChange() []element {
	var made []element
	state := e.need("is")
	e.state(state)
	for _, id := range e.needMany("instance") {
		made = append(made, element{at: e.at, own: true, body: object{
			{"version", "0"},
			{"id", uuid(4, "state change", e.seed, id)},
			{"detail-type", "EC2 Instance State-change Notification"},
			{"source", "aws.ec2"},
			{"account", e.account},
			{"time", stamp(e.at)},
			{"region", e.region},
			{"resources", list{e.arn("ec2", "instance/"+id)}},
			{"detail", object{{"instance-id", id}, {"state", state}}},
		}})
	}
	return made
}

// event is any other call, for the description to fill in.
func (e *entry) event() []element {
	c := e.caller()
	name, source := e.need("name"), e.need("source")
	readOnly := e.flag("readonly")
	made := e.change(source, name, c, nil, nil)
	made.readOnly = readOnly
	return []element{e.record(made)}
}

// noise is n records that have nothing to do with launches.
func (e *entry) noise() []element {
	n := e.number("n", 10)
	every, err := time.ParseDuration(e.optOr("every", "30s"))
	if err != nil {
		e.fail("every= is not a duration")
		return nil
	}
	if e.options["by"] == "" { // not the default caller: noise is someone else
		e.options["by"] = "role/service/inventory/collector"
	}
	if e.opt("request") != "" || e.opt("id") != "" {
		e.fail("request= and id= would make n records one")
	}
	c := e.caller()
	var made []element
	for i := range n {
		one := *e
		one.at = e.at.Add(time.Duration(i) * every)
		one.seed = fmt.Sprint(e.seed, "\x00", i)
		call := hum[i%len(hum)]
		call.identity, call.from = one.identity(c, "", false), one.client("")
		made = append(made, one.record(call))
	}
	return made
}

// hum is the noise, in turn. The decoys hold what a search for text, rather
// than for fields, would take for a refused grant: an alarm that watches for
// one, an object named after one, an event within an event. No call is one of
// KMS, so that noise never makes a trail look as if it recorded those.
var hum = []call{
	{source: ec2Source, name: "DescribeInstances", readOnly: true, request: object{{"instancesSet", object{}}, {"filterSet", object{}}}},
	{source: "sts.amazonaws.com", name: "AssumeRole", readOnly: true, request: object{
		{"roleArn", "arn:aws:iam::111122223333:role/service/inventory"}, {"roleSessionName", "collector"}}},
	{source: "events.amazonaws.com", name: "PutRule", request: object{
		{"name", "refused-grants"}, {"eventPattern", `{"detail":{"eventSource":["kms.amazonaws.com"],"eventName":["CreateGrant"],"errorCode":["AccessDenied"]}}`}}},
	{source: "s3.amazonaws.com", name: "GetObject", readOnly: true, data: true, request: object{
		{"bucketName", "example-notes"}, {"key", `"eventName":"CreateGrant"/why.txt`}}},
	{source: ec2Source, name: "DescribeVolumes", readOnly: true, request: object{{"volumeSet", object{}}, {"filterSet", object{}}}},
	{source: "events.amazonaws.com", name: "PutEvents", request: object{{"entries", list{object{
		{"source", "example.replay"}, {"detail", object{
			{"eventSource", kmsSource}, {"eventName", "CreateGrant"}, {"errorCode", "AccessDenied"}, {"requestID", "a replay"}}}}}}}},
	{source: "logs.amazonaws.com", name: "PutMetricFilter", request: object{
		{"logGroupName", "trail"}, {"filterPattern", `{ ($.eventName = "CreateGrant") || ($.eventName = "StartInstances") }`}}},
	{source: "logs.amazonaws.com", name: "CreateLogStream", request: object{{"logGroupName", "app"}, {"logStreamName", "2026/03"}}},
}
