package analyze

import (
	"fmt"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"grantrail/ingest/custody"
	"grantrail/ingest/record"
	"grantrail/ingest/table"
)

var epoch = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const (
	testAccount = "111122223333"
	testRegion  = "eu-west-1"
	testKey     = "arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666"
)

// at is a moment after the tests' epoch.
func at(seconds float64) time.Time {
	return epoch.Add(time.Duration(seconds * float64(time.Second)))
}

func role(name, session string) record.Identity {
	return record.Identity{
		Type: "AssumedRole", ARN: "arn:aws:sts::" + testAccount + ":assumed-role/" + name + "/" + session,
		Account: testAccount, Issuer: "arn:aws:iam::" + testAccount + ":role/team/" + name,
	}
}

// start is a StartInstances that succeeded.
func start(when float64, who record.Identity, request string, instances ...string) record.Event {
	e := record.Event{
		Kind: record.Launch, Time: at(when), Name: "StartInstances", Source: "ec2.amazonaws.com",
		Region: testRegion, Account: testAccount, Request: request, Identity: who, Instances: instances,
	}
	for range instances {
		e.States = append(e.States, "stopped")
	}
	return e
}

// refused is a CreateGrant that EC2 forwarded and KMS refused.
func refused(when float64, who record.Identity, request string) record.Event {
	who.InvokedBy = "ec2-frontend-api.amazonaws.com"
	return record.Event{
		Kind: record.Grant, Time: at(when), Name: "CreateGrant", Source: "kms.amazonaws.com",
		Region: testRegion, Account: testAccount, Request: request, Identity: who,
		ErrorCode: "AccessDenied",
		ErrorMessage: "User: " + who.ARN + " is not authorized to perform: kms:CreateGrant on resource: " + testKey +
			" because no identity-based policy allows the kms:CreateGrant action",
	}
}

// build makes a table of the events, each with an ID of its own.
func build(tb testing.TB, events []record.Event) *table.Table {
	tb.Helper()
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	b := table.NewBuilder(mem)
	for i := range events {
		e := events[i]
		e.Record = i
		if e.ID == "" {
			e.ID = fmt.Sprintf("e%07d", i)
		}
		if err := b.Append(&e); err != nil {
			tb.Fatal(err)
		}
	}
	t := b.Finish()
	tb.Cleanup(func() {
		t.Release()
		if n := mem.CurrentAlloc(); n != 0 {
			tb.Errorf("%d bytes of the table are leaked", n)
		}
	})
	return t
}

func defaults() Options {
	return Options{JoinWindow: DefaultJoinWindow, StopWindow: DefaultStopWindow}
}

// manifest is the account of a sound archive.
func manifest(events int) custody.Manifest {
	m := custody.New()
	m.Objects = custody.Objects{Listed: 1, Read: 1}
	m.Records.Seen = events
	m.Coverage = []custody.Coverage{{
		Account: testAccount, Region: testRegion, From: moment(epoch), To: moment(epoch.Add(time.Hour)),
		KMSRecords: 1, Launches: 1, Gaps: []custody.Gap{},
	}}
	return m
}

// picture is what AWS Config or saved describe-instances output says of an
// instance.
func picture(kind record.Kind, when float64, instance, state, reason string) record.Event {
	return record.Event{
		Kind: kind, Time: at(when), Name: "picture", Region: testRegion, Account: testAccount,
		Instances: []string{instance}, States: []string{state}, StateReason: reason,
	}
}

// stateChange is an EventBridge notification.
func stateChange(when float64, instance, state string) record.Event {
	return picture(record.StateChange, when, instance, state, "")
}

// stop is a StopInstances that succeeded.
func stop(when float64, instance, before string) record.Event { //nolint:unparam // reads as the call it is
	e := start(when, role("admin", "lee"), "", instance)
	e.Kind, e.Name, e.States = record.Halt, "StopInstances", []string{before}
	return e
}
