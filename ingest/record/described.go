package record

import (
	"cmp"
	"regexp"
	"strings"
	"sync"
	"time"

	"grantrail/ingest/custody"
)

// transitionTime is where EC2 says when an instance got into its state:
// "User initiated (2026-03-02 10:20:31 GMT)".
var transitionTime = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)`) })

// Reservation decodes a reservation of saved describe-instances output:
//
//	{"OwnerId","Instances":[{"InstanceId","LaunchTime","State":{"Name"},"StateReason":{"Code"},
//	  "StateTransitionReason","Placement":{"AvailabilityZone"},"BlockDeviceMappings":[{"Ebs":{"VolumeId"}}]}]}
//
// as https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-instances.html
// gives it. Only the last state of an instance is in it. Its time is that of
// the transition, or where that is not said the last launch: the state is then
// of some moment behind it. All is the number of instances, whether or not
// they could be placed; those that could not are in refused.
func Reservation(raw []byte) (events []*Event, all int, refused []error) {
	n, err := parse(raw)
	if err != nil {
		return nil, 0, []error{&Refusal{custody.KindRecordNames, err.Error()}}
	}
	for _, instance := range n.list("Instances") {
		all++
		e, err := described(n.text("OwnerId"), instance)
		if err != nil {
			refused = append(refused, err)
			continue
		}
		events = append(events, e)
	}
	return events, all, refused
}

func described(owner string, n node) (*Event, error) {
	e := &Event{
		Kind: Described, Name: "DescribeInstances", Source: sourceEC2, Account: owner,
		Region:      regionOf(n.text("Placement", "AvailabilityZone")),
		StateReason: cmp.Or(n.text("StateReason", "Code"), transition(n.text("StateTransitionReason"))), Volumes: volumesOf(n),
	}
	e.addInstance(n.text("InstanceId"), strings.ToLower(n.text("State", "Name")))
	if len(e.Instances) == 0 || e.States[0] == "" {
		return nil, &Refusal{custody.KindRecordField, "described instance without id or state"}
	}
	var ok bool
	if e.Time, ok = describedAt(n); !ok {
		return nil, &Refusal{custody.KindRecordTime, "described instance " + clip(e.Instances[0]) + " without a time: neither its transition nor its launch says one"}
	}
	e.Content = e.said()
	return e, nil
}

// transition is a StateTransitionReason without its time: "User initiated",
// or a code like that of a state's reason.
func transition(reason string) string {
	return strings.TrimSpace(transitionTime().ReplaceAllString(reason, ""))
}

func describedAt(n node) (time.Time, bool) {
	if m := transitionTime().FindStringSubmatch(n.text("StateTransitionReason")); m != nil {
		if t, err := time.Parse(time.DateTime, m[1]); err == nil {
			return t, true
		}
	}
	return moment(n.get("LaunchTime"))
}

// zoneOf finds the region that a zone begins with: eu-west-1a, and the longer
// names of local and wavelength zones such as us-west-2-lax-1a.
var zoneOf = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2,}(?:-[a-z]+)+-\d`) })

func regionOf(zone string) string { return zoneOf().FindString(zone) }
