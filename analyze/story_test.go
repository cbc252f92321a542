package analyze

import (
	"grantrail/ingest/record"
	"strings"
	"testing"
)

func TestSecondOfTheRefusal(t *testing.T) {
	who := role("ops", "ana")
	events := []record.Event{start(0, who, "r", "i-1"), refused(3, who, "r")}
	if c := concluded(t, append(events, start(2, who, "r2", "i-9"), granted(3, who, "r2", "i-9"))...); c.Incidents[0].Resolution != nil {
		t.Errorf("%+v", c.Incidents[0].Resolution)
	}
	if c := concluded(t, append(events, start(2, who, "r2", "i-9"), granted(4, who, "r2", "i-9"))...); c.Incidents[0].Resolution == nil {
		t.Error("a success in the next second resolves it")
	}
	detach := change(-50, "iam.amazonaws.com", "DetachRolePolicy", "ops", "arn:aws:iam::111122223333:policy/p")
	good := granted(-50, who, "old", "i-8")
	if c := concluded(t, append(events, good, detach)...); c.Incidents[0].Trigger == nil || !strings.Contains(c.Incidents[0].Trigger.Statement, "in the second of the last success") {
		t.Errorf("a change in the second of the last success can have come after it: %+v", c.Incidents[0].Trigger)
	}
	detach.Time = at(-51)
	if c := concluded(t, append(events, good, detach)...); c.Incidents[0].Trigger != nil {
		t.Errorf("a change in the second before it: %+v", c.Incidents[0].Trigger)
	}
	detach.Time = at(-49)
	if c := concluded(t, append(events, good, detach)...); c.Incidents[0].Trigger == nil {
		t.Error("a change in the second after it is a candidate")
	}
}

func TestReplica(t *testing.T) {
	who := role("ops", "ana")
	const here, there = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1111", "arn:aws:kms:us-east-1:111122223333:key/mrk-1111"
	r := refused(3, who, "r")
	r.ErrorMessage = "User: " + who.ARN + " is not authorized to perform: kms:CreateGrant on resource: " + here + " because no resource-based policy allows the kms:CreateGrant action"
	put := change(-100, "kms.amazonaws.com", "PutKeyPolicy", "", "")
	put.Key, put.Region = there, "us-east-1"
	c := concluded(t, put, start(0, who, "r", "i-1"), r)
	if tr := c.Incidents[0].Trigger; tr == nil || !strings.Contains(tr.Statement, "another region's replica") {
		t.Errorf("%+v", tr)
	}
}

func TestMemberBefore(t *testing.T) {
	who := record.Identity{Type: "IAMUser", ARN: "arn:aws:iam::" + testAccount + ":user/ana", Account: testAccount, UserName: "ana"}
	r := refused(3, who, "r")
	iam := "iam.amazonaws.com"
	left := change(500, iam, "RemoveUserFromGroup", "ana", "ops")
	came := change(500, iam, "AddUserToGroup", "ana", "ops")
	lost := change(-100, iam, "DeleteGroupPolicy", "ops", "inline")
	if c := concluded(t, lost, start(0, who, "r", "i-1"), r, left); len(c.Incidents) != 1 || c.Incidents[0].Trigger == nil || c.Incidents[0].Trigger.Action != "DeleteGroupPolicy" {
		t.Errorf("who leaves was in it: %+v", c.Incidents[0].Trigger)
	}
	if c := concluded(t, lost, start(0, who, "r", "i-1"), r, came); c.Incidents[0].Trigger != nil {
		t.Errorf("who enters was not in it: %+v", c.Incidents[0].Trigger)
	}
}

func TestOwnService(t *testing.T) {
	who := role("ops", "ana")
	r := refused(3, who, "r")
	r.ErrorMessage = strings.Replace(r.ErrorMessage, "identity-based", "resource-based", 1)
	retire := change(-50, "kms.amazonaws.com", "RetireGrant", "", "")
	retire.Key = testKey
	if c := concluded(t, retire, start(0, who, "r", "i-1"), r); c.Incidents[0].Trigger == nil {
		t.Error("an administrator's is a candidate")
	}
	retire.Identity = record.Identity{Type: "AWSService", InvokedBy: "ec2.amazonaws.com"}
	if c := concluded(t, retire, start(0, who, "r", "i-1"), r); c.Incidents[0].Trigger != nil {
		t.Errorf("%+v", c.Incidents[0].Trigger)
	}
}

func change(when float64, source, name, target, policy string) record.Event {
	return record.Event{
		Kind: record.Change, Time: at(when), Name: name, Source: source, Region: testRegion, Account: testAccount,
		Identity: record.Identity{Type: "IAMUser", ARN: "arn:aws:iam::" + testAccount + ":user/admin"}, Target: target, Policy: policy,
	}
}
