package record

import (
	"strings"
	"testing"
	"time"
)

const configured = `{"configurationItemCaptureTime":"2026-03-02T10:22:00.000Z","resourceType":"AWS::EC2::Instance","resourceId":"i-0aaa",` +
	`"awsAccountId":"111122223333","awsRegion":"eu-west-1","ARN":"arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaa","configuration":` +
	`{"state":{"code":80,"name":"stopped"},"stateReason":{"code":"Client.InternalError"},"stateTransitionReason":"Server.InternalError",` +
	`"blockDeviceMappings":[{"ebs":{"volumeId":"vol-0ddd"}}]}}`

// TestConfigItem: an item says the same in the spelling of history, snapshot
// and API, and its reason falls back on the transition's.
func TestConfigItem(t *testing.T) {
	text := strings.NewReplacer(`"configuration":{`, `"configuration":"{`, `}]}}`, `}]}"}`).Replace(configured)
	at := strings.Index(text, `"configuration":"`) + len(`"configuration":"`)
	text = text[:at] + strings.ReplaceAll(strings.TrimSuffix(text[at:], `"}`), `"`, `\"`) + `"}`
	for name, raw := range map[string]string{
		"history":  configured,
		"snapshot": strings.Replace(configured, `"ARN"`, `"arn"`, 1),
		"API":      strings.NewReplacer(`"awsAccountId"`, `"accountId"`, `"2026-03-02T10:22:00.000Z"`, "1772446920.0").Replace(text),
	} {
		e, err := ConfigItemOf([]byte(raw))
		if err != nil || e == nil {
			t.Fatalf("%s: %v, %v in %s", name, e, err, raw)
		}
		first, _ := ConfigItemOf([]byte(configured))
		if e.Content != first.Content || e.Kind != ConfigItem || e.Instances[0] != "i-0aaa" || e.States[0] != "stopped" ||
			e.StateReason != "Client.InternalError" || e.Volumes[0] != "vol-0ddd" || e.Account != "111122223333" || e.Region != "eu-west-1" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	e, _ := ConfigItemOf([]byte(strings.Replace(configured, `"stateReason":{"code":"Client.InternalError"},`, "", 1)))
	if e == nil || e.StateReason != "Server.InternalError" {
		t.Errorf("without a reason: %+v", e)
	}
	for name, raw := range map[string]string{
		"volume": strings.Replace(configured, "EC2::Instance", "EC2::Volume", 1),
		"gone":   strings.SplitN(configured, `{"state"`, 2)[0] + "null}",
	} {
		if e, err := ConfigItemOf([]byte(raw)); e != nil || err != nil {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
	}
	if _, err := ConfigItemOf([]byte(strings.Replace(configured, "2026-03-02T", "", 1))); err == nil {
		t.Error("an item without a time is not refused")
	}
}

const reservation = `{"OwnerId":"111122223333","Instances":[{"InstanceId":"i-0aaa","LaunchTime":"2026-03-02T10:20:30+00:00",` +
	`"State":{"Code":80,"Name":"stopped"},"StateReason":{"Code":"Client.UserInitiatedShutdown","Message":"x"},` +
	`"StateTransitionReason":"User initiated (2026-03-02 11:00:00 GMT)","Placement":{"AvailabilityZone":"eu-west-1a"},` +
	`"BlockDeviceMappings":[{"Ebs":{"VolumeId":"vol-0ddd"}}]}]}`

// TestReservation: the time is the transition's, or the launch's.
func TestReservation(t *testing.T) {
	events, all, refused := Reservation([]byte(reservation))
	if len(events) != 1 || all != 1 || refused != nil {
		t.Fatal(events, all, refused)
	}
	e := events[0]
	if e.Kind != Described || e.Account != "111122223333" || e.Region != "eu-west-1" || e.States[0] != "stopped" ||
		e.StateReason != "Client.UserInitiatedShutdown" || e.Volumes[0] != "vol-0ddd" || !e.Time.Equal(time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", e)
	}
	events, _, _ = Reservation([]byte(strings.Replace(reservation, "User initiated (2026-03-02 11:00:00 GMT)", "", 1)))
	if len(events) != 1 || !events[0].Time.Equal(time.Date(2026, 3, 2, 10, 20, 30, 0, time.UTC)) {
		t.Errorf("without a transition: %+v", events)
	}
	events, all, refused = Reservation([]byte(strings.Replace(reservation, `"State":{"Code":80,"Name":"stopped"},`, "", 1)))
	if len(events) != 0 || all != 1 || len(refused) != 1 {
		t.Errorf("without a state: %v, %d, %v", events, all, refused)
	}
}

func TestRegionOf(t *testing.T) {
	for zone, want := range map[string]string{
		"eu-west-1a": "eu-west-1", "us-gov-east-1b": "us-gov-east-1", "us-west-2-lax-1a": "us-west-2", "": "", "euw1-az1": "",
	} {
		if got := regionOf(zone); got != want {
			t.Errorf("%q is in %q, want %q", zone, got, want)
		}
	}
}

// TestVolumeFailed: what failed is an event, what did not is none.
func TestVolumeFailed(t *testing.T) {
	raw := `{"id":"e1","detail-type":"EBS Volume Notification","source":"aws.ec2","account":"111122223333","time":"2026-03-02T10:20:33Z",` +
		`"region":"eu-west-1","resources":["arn:aws:ec2:eu-west-1:111122223333:volume/vol-0ddd"],` +
		`"detail":{"event":"reattachVolume","result":"failed","cause":"arn:aws:kms:eu-west-1:111122223333:key/1111 is disabled.","request-id":"7D0"}}`
	e, err := VolumeFailed([]byte(raw))
	if err != nil || e == nil || e.Kind != VolumeEvent || e.Volumes[0] != "vol-0ddd" || e.Name != "reattachVolume" || !strings.HasSuffix(e.ErrorMessage, "is disabled.") {
		t.Errorf("%+v, %v", e, err)
	}
	if e, err := VolumeFailed([]byte(strings.Replace(raw, `"failed"`, `"available"`, 1))); e != nil || err != nil {
		t.Errorf("a volume that is well: %+v, %v", e, err)
	}
	if _, err := VolumeFailed([]byte(strings.Replace(raw, ":volume/", ":snapshot/", 1))); err == nil {
		t.Error("an event without a volume is not refused")
	}
}

// TestReadOnlyAsText: a copy in another layout is the same record, and one that
// says something else is not.
func TestReadOnlyAsText(t *testing.T) {
	base := fingerprint([]byte(`{"eventName":"A","readOnly":false}`))
	if base != fingerprint([]byte(`{ "readOnly": "false", "eventName": "A" }`)) {
		t.Error("readOnly as text is another record")
	}
	if base == fingerprint([]byte(`{"eventName":"A","readOnly":"true"}`)) || base == fingerprint([]byte(`{"eventName":"A"}`)) {
		t.Error("another readOnly is the same record")
	}
}
