package report

import (
	"encoding/json"
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

// The invented account of every test.
const (
	account   = "111122223333"
	region    = "eu-west-1"
	opsRole   = "arn:aws:iam::111122223333:role/team/ops-ec2"
	adminRole = "arn:aws:iam::111122223333:role/admin"
	opsKey    = "arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666"
	logFile   = "trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T1025Z_AbCd.json.gz"
	cutFile   = "trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T1125Z_EfGh.json.gz"
	refusal   = "User: arn:aws:sts::111122223333:assumed-role/ops-ec2/ana is not authorized to perform: kms:CreateGrant on resource: " + opsKey + " because no identity-based policy allows the kms:CreateGrant action"
)

// clock is 2 March 2026 at the given time of day, UTC.
func clock(h, m, s int) time.Time { return time.Date(2026, 3, 2, h, m, s, 0, time.UTC) }

func ptr[T any](v T) *T { return &v }

func ref(id, name string, t time.Time, record int) incident.Ref {
	return incident.Ref{EventID: id, EventName: name, EventTime: t, Object: logFile, Record: record}
}

func pointer(id, action string, t time.Time, record int) incident.Pointer {
	return incident.Pointer{Ref: ref(id, action, t, record), Action: action}
}

func denied(id string, t time.Time, record, candidates int) incident.Denial {
	return incident.Denial{
		Ref: ref(id, "CreateGrant", t, record), Action: "CreateGrant",
		ErrorCode: "AccessDenied", ErrorMessage: refusal, Candidates: candidates,
	}
}

// sweptCase is the rich case as a sweep finds it: one incident went on, one is
// suppressed, some of what was known is gone.
func sweptCase() *incident.Case {
	c := richCase()
	c.Stamp = ptr(clock(23, 0, 0))
	until := clock(0, 0, 0).AddDate(1, 0, 0)
	c.Incidents[1].Suppressed = &incident.Suppressed{Owner: "platform team", Reason: "the lab", Expires: until}
	c.Summary.Suppressed = 1
	everything := incident.Match{ID: c.Incidents[1].ID, Principal: "arn:aws:iam::*:role/lab-*", Key: opsKey, Account: account, Region: region, Cause: "access-denied"}
	c.Suppressions = []incident.Suppression{
		{Match: everything, Owner: "platform team", Reason: "the lab", Expires: until, State: incident.SuppressionUsed},
		{Match: everything, Owner: "nobody", Reason: "once", Expires: clock(0, 0, 0), State: incident.SuppressionExpired},
		{Match: incident.Match{Account: account}, Owner: "nobody", Reason: "never", Expires: until, State: incident.SuppressionUnused},
	}
	c.Changes = &incident.Changes{
		Schema: incident.ChangesSchema, New: []string{c.Incidents[1].ID}, Ongoing: []string{c.Incidents[0].ID},
		Resolved: []string{c.Incidents[0].ID}, Withdrawn: []string{"gt-0123456789ab"},
		Raised:  []incident.Raised{{ID: "gt-fedcba987654", Was: incident.Possible}},
		Objects: incident.Reading{Listed: 1200, New: 30, Retried: 2, Replaced: 1, Gone: 7},
	}
	c.Custody.Forgotten = &custody.Forgotten{Before: clock(0, 0, 0), Objects: 300, Records: 40_000}
	return c
}

// richCase has a confirmed incident, a possible one, both kinds of leftover,
// and damage in the evidence.
func richCase() *incident.Case {
	return &incident.Case{
		Schema: incident.Schema,
		Tool:   incident.Tool{Name: "grantrail", Version: "v1.2.3"},
		Asked: incident.Asked{
			Sources: []string{"trail"}, From: ptr(clock(0, 0, 0)), To: ptr(clock(24, 0, 0)), Accounts: []string{account},
			JoinWindowS: 120, StopWindowS: 900,
		},
		Conclusion:  incident.Incidents,
		Reasons:     []string{"1 object was read in part."},
		Summary:     incident.Summary{Incidents: 2, Confirmed: 1, Possible: 1, Attempts: 4, Denials: 3, Unlinked: 2},
		Incidents:   []incident.Incident{confirmed(), possible()},
		Unlinked:    unlinked(),
		Unexplained: unexplained(),
		Custody:     damaged(),
	}
}

// confirmed is a launch of a new instance that EC2 gave up, and a start that
// the next one found stopped again.
func confirmed() incident.Incident {
	return incident.Incident{
		ID: "gr-7f3a09c2d1e4", Grade: incident.Confirmed, Account: account, Region: region,
		Cause: incident.Cause{
			Code: "identity-policy-missing", Statement: "No identity policy of the caller allows kms:CreateGrant on this key.",
			Evidence: []incident.Ref{ref("5c000000-0000-3000-8000-0000000000b2", "CreateGrant", clock(10, 20, 31), 4)},
		},
		Principal: incident.Principal{
			ARN: opsRole, Type: "AssumedRole", Sessions: []string{"ana", "night-shift"}, InvokedBy: []string{"ec2-frontend-api.amazonaws.com"},
		},
		Key:       incident.Key{ARN: ptr(opsKey), Account: ptr(account), Manager: "customer"},
		FirstSeen: clock(10, 20, 30), LastSeen: clock(11, 5, 1),
		Attempts:      []incident.Attempt{newInstance(), restarted()},
		TriggerSearch: "Searched 2 changes between the start of the archive and the first refusal; 2 fit.",
		Trigger: &incident.Trigger{
			Ref: ref("c1", "PutRolePolicy", clock(9, 58, 12), 1), Action: "PutRolePolicy", By: adminRole,
			Statement: "It replaced the inline policy kms-use of the role 22 minutes before the first refusal.",
			Others:    []incident.Trigger{{Ref: ref("c2", "DetachRolePolicy", clock(9, 30, 0), 0), Action: "DetachRolePolicy", By: adminRole, Statement: "It detached arn:aws:iam::111122223333:policy/kms-use."}},
		},
		LastGood:   ptr(pointer("g1", "CreateGrant", clock(9, 15, 2), 0)),
		Resolution: &incident.Resolution{Ref: ref("s1", "CreateGrant", clock(11, 40, 9), 12), Action: "CreateGrant", Statement: "The same call by the same principal was granted."},
		Remedy: incident.Remedy{
			Summary:        "Allow kms:CreateGrant on the key in an identity policy of the role, for AWS services only.",
			IdentityPolicy: json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Sid":"AllowEc2GrantsOnThisKey","Effect":"Allow","Action":"kms:CreateGrant","Resource":"` + opsKey + `","Condition":{"Bool":{"kms:GrantIsForAWSResource":"true"}}}]}`),
			Terraform:      ptr("data \"aws_iam_policy_document\" \"ec2_use_of_key\" {\n  statement {\n    actions   = [\"kms:CreateGrant\"]\n    resources = [\"" + opsKey + "\"]\n  }\n}\n"),
			Notes:          []string{"It works only where the key policy lets IAM policies decide.", "Then start the instance again and look for a CreateGrant without an error."},
			Commands:       []incident.Command{{Purpose: "To give the role a grant", Account: account, Command: "aws kms create-grant --key-id '" + opsKey + "'"}},
		},
		AtRisk: []incident.AtRisk{{InstanceID: "i-0fff6666aaaa7777b", Volume: ptr("vol-0eee5555ffff6666a"), Ref: ref("g0", "CreateGrant", clock(8, 1, 0), 7)}},
	}
}

func newInstance() incident.Attempt {
	return incident.Attempt{
		Launch: pointer("a1", "RunInstances", clock(10, 20, 30), 3), Grade: incident.Confirmed, JoinedBy: []string{"request-id"}, LagS: 1,
		Instances: []incident.Instance{{ID: "i-0aaa1111bbbb2222c", Outcome: incident.Terminated, Stop: &incident.Stop{
			Source: incident.FromInterfaceCleanup, Ref: ref("n1", "DeleteNetworkInterface", clock(10, 20, 49), 5),
		}}},
		Denials: []incident.Denial{denied("5c000000-0000-3000-8000-0000000000b2", clock(10, 20, 31), 4, 1)},
	}
}

func restarted() incident.Attempt {
	d := denied("b3", clock(11, 5, 1), 8, 1)
	d.Volume = ptr("vol-0ddd3333eeee4444f")
	return incident.Attempt{
		Launch: pointer("a2", "StartInstances", clock(11, 5, 1), 6), Grade: incident.Confirmed, JoinedBy: []string{"request-id", "volume"},
		Instances: []incident.Instance{
			{ID: "i-0bbb2222cccc3333d", Outcome: incident.Stopped, Stop: &incident.Stop{
				Source: incident.FromImplied, Ref: ref("a3", "StartInstances", clock(11, 40, 8), 11),
			}},
			{ID: "i-0ccc3333dddd4444e", Outcome: incident.Unknown},
		},
		Denials: []incident.Denial{d},
	}
}

// possible is one refusal that two listed launches and a third fit.
func possible() incident.Incident {
	bare := denied("b9", clock(14, 0, 5), 22, 3)
	bare.ErrorMessage = "User: arn:aws:iam::111122223333:user/build is not authorized to perform: kms:CreateGrant"
	start := func(id string, second, record int) incident.Attempt {
		return incident.Attempt{
			Launch: pointer(id, "StartInstances", clock(14, 0, second), record), Grade: incident.Possible, JoinedBy: []string{"principal-time"},
			LagS: float64(5 - second), Instances: []incident.Instance{{ID: "i-0eee" + id, Outcome: incident.Unknown}},
			Denials: []incident.Denial{bare},
		}
	}
	return incident.Incident{
		ID: "gr-00ff12ab34cd", Grade: incident.Possible, Account: account, Region: region,
		Cause:     incident.Cause{Code: "access-denied", Statement: "KMS refused without a reason."},
		Principal: incident.Principal{ARN: "arn:aws:iam::111122223333:user/build", Type: "IAMUser"},
		Key:       incident.Key{Account: ptr("999988887777"), Manager: "unknown"},
		FirstSeen: clock(14, 0, 3), LastSeen: clock(14, 0, 4),
		Attempts: []incident.Attempt{start("p1", 3, 20), start("p2", 4, 21)},
		Remedy:   incident.Remedy{Summary: "Find out which policy refuses: the message does not say."},
	}
}

func unlinked() []incident.Unlinked {
	return []incident.Unlinked{
		{
			Ref: ref("u1", "Decrypt", clock(12, 0, 0), 14), Action: "Decrypt", PrincipalARN: ptr(opsRole), KeyARN: ptr(opsKey),
			ErrorCode: "AccessDenied", ErrorMessage: refusal, Why: "other-service", Detail: "The call was made for another service than EC2.",
		},
		{
			Ref: ref("u2", "CreateGrant", clock(12, 1, 0), 15), Action: "CreateGrant",
			ErrorCode: "AccessDenied", ErrorMessage: "Access Denied", Why: "no-launch", Detail: "No launch in the archive fits it.",
		},
	}
}

func unexplained() []incident.Unexplained {
	return []incident.Unexplained{{
		Launch: pointer("l1", "StartInstances", clock(13, 0, 0), 17), InstanceID: "i-0ddd4444eeee5555f",
		Stop: incident.Stop{Source: incident.FromConfigItem, StateReason: ptr("Server.InternalError"), Ref: ref("k1", "", clock(13, 2, 0), 0)},
	}}
}

func damaged() custody.Manifest {
	m := custody.New()
	m.Objects = custody.Objects{Listed: 4, Read: 2, Partial: 1, Skipped: 1}
	m.Bytes = custody.Bytes{Stored: 123456, Inflated: 1234567}
	m.Records = custody.Records{Seen: 1240, Kept: 310, Duplicate: 2}
	m.Other = custody.Other{ConfigItems: 1}
	m.Time = custody.Span{First: ptr(clock(8, 1, 0)), Last: ptr(clock(15, 0, 0))}
	m.Warnings = []custody.Warning{
		{Object: cutFile, Record: ptr(41), Kind: custody.KindGzipTruncated, Detail: "the gzip stream ends after 8192 bytes: unexpected EOF"},
		{Object: "trail/notes.txt", Kind: custody.KindNotEvidence, Detail: "text without a record"},
	}
	m.Coverage = []custody.Coverage{{
		Account: account, Region: region, From: ptr(clock(8, 1, 0)), To: ptr(clock(15, 0, 0)), Objects: 3, Records: 1240, KMSRecords: 57, Launches: 9,
		Gaps: []custody.Gap{{From: clock(11, 45, 0), To: clock(12, 0, 0), Why: "No log file covers it, the files around it come every 5 minutes."}},
	}}
	return m
}

// cleanCase has nothing to report and verified evidence.
func cleanCase() *incident.Case {
	m := custody.New()
	m.Objects = custody.Objects{Listed: 3, Read: 3}
	m.Bytes = custody.Bytes{Stored: 9000, Inflated: 88000}
	m.Records = custody.Records{Seen: 88, Kept: 12}
	m.Time = custody.Span{First: ptr(clock(8, 0, 0)), Last: ptr(clock(9, 0, 0))}
	m.Coverage = []custody.Coverage{{Account: account, Region: region, From: m.Time.First, To: m.Time.Last, Objects: 2, Records: 88, KMSRecords: 6, Launches: 3}}
	m.Integrity = custody.Integrity{
		Checked: true, Checks: []string{"SHA-256 of every log file against the digest that lists it"},
		Logs: map[string]int{"signed": 1, "listed": 1}, Digests: map[string]int{"unanchored-tip": 1},
		Findings: []custody.Finding{{Object: "trail/digest.json.gz", Verdict: "unanchored-tip", Detail: "No later digest and no signature vouch for it."}},
	}
	return &incident.Case{
		Schema: incident.Schema, Tool: incident.Tool{Name: "grantrail", Version: "v1.2.3"},
		Asked:      incident.Asked{Sources: []string{"s3://example-trail/AWSLogs"}, Regions: []string{region}, JoinWindowS: 120, StopWindowS: 900},
		Conclusion: incident.Clean, Reasons: []string{"Every object was read.", "All 3 launches have KMS records around them."},
		Custody: m,
	}
}

// inconclusiveCase found nothing, in evidence that could not show it.
func inconclusiveCase() *incident.Case {
	m := custody.New()
	m.Objects = custody.Objects{Listed: 2, Read: 1, Unread: 1}
	m.Records = custody.Records{Seen: 40, Kept: 5, Refused: 1}
	m.Bytes = custody.Bytes{Stored: 700, Inflated: 4000}
	m.Warnings = []custody.Warning{
		{Object: cutFile, Kind: custody.KindDenied, Detail: "permission denied"},
		{Object: logFile, Record: ptr(7), Kind: custody.KindRecordTime, Detail: `eventTime is "yesterday"`},
	}
	m.Coverage = []custody.Coverage{{Account: account, Region: region, Objects: 1, Records: 40, Launches: 4}}
	return &incident.Case{
		Schema: incident.Schema, Tool: incident.Tool{Name: "grantrail", Version: "v1.2.3"},
		Asked:      incident.Asked{Sources: []string{"trail"}, JoinWindowS: 120, StopWindowS: 900},
		Conclusion: incident.Inconclusive,
		Reasons:    []string{"1 object was not read.", "Account 111122223333 in eu-west-1 shows 4 launches and not one KMS record."},
		Custody:    m,
	}
}
