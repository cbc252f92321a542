package analyze

import (
	"grantrail/ingest/record"
	"strings"
	"testing"
)

func TestNamedKey(t *testing.T) {
	long := strings.Repeat("x", cutAt)
	for message, want := range map[string]string{
		testKey + " is disabled.": testKey,
		"the key " + testKey:      testKey,
		testKey + " " + long:      testKey,
		long + " " + testKey:      "",
	} {
		if got := namedKey(message); got != want {
			t.Errorf("%.40q of %d bytes: %q", message, len(message), got)
		}
	}
}

func TestAfterCaller(t *testing.T) {
	const says = " is not authorized to perform: kms:CreateGrant because no identity-based policy allows it"
	for caller, want := range map[string]bool{
		"arn:aws:sts::1:assumed-role/r/s":                   true,
		"arn:aws:sts::1:assumed-role/r/a:kms:b":             false,
		"arn:aws:sts::1:assumed-role/r/two words":           false,
		"arn:aws:sts::1:assumed-role/r/\u00e9":              false,
		"":                                                  false,
		"arn:aws:iam::1:user/" + strings.Repeat("u", cutAt): false,
	} {
		if _, got := afterCaller("User: "+caller+says, caller); got != want {
			t.Errorf("%.40q: %v", caller, got)
		}
	}
}

func TestLostIdentity(t *testing.T) {
	r := refused(3, role("ops", "ana"), "r")
	r.Identity = record.Identity{}
	if c := concluded(t, start(0, role("ops", "ana"), "r", "i-1"), r); len(c.Incidents) != 1 {
		t.Errorf("%+v", c.Unlinked)
	}
	r.Identity = role("ops", "ana")
	r.Identity.InvokedBy = ""
	if c := concluded(t, start(0, role("ops", "ana"), "r", "i-1"), r); len(c.Incidents) != 1 {
		t.Errorf("invokedBy alone is lost: %+v", c.Unlinked)
	}
	if c := concluded(t, start(0, role("ops", "ana"), "r2", "i-1"), r); len(c.Incidents) != 0 || c.Unlinked[0].Why != whyDirect {
		t.Errorf("invokedBy is lost, and the requestID another: %+v", c)
	}
	r.Identity = record.Identity{Type: "IAMUser", ARN: "arn:aws:iam::" + testAccount + ":user/ana"} // and nobody invoked it
	if c := concluded(t, start(0, role("ops", "ana"), "r", "i-1"), r); len(c.Incidents) != 0 || c.Unlinked[0].Why != whyDirect {
		t.Errorf("%+v", c)
	}
}
