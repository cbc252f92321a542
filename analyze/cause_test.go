package analyze

import (
	"strings"
	"testing"
)

const (
	ana  = "User: arn:aws:sts::111122223333:assumed-role/ops/ana is not authorized to perform: kms:CreateGrant"
	onIt = " on resource: " + testKey
)

// TestCause reads the wordings that AWS prints, after the IAM user guide and
// public reports, and their near misses.
func TestCause(t *testing.T) {
	for _, c := range []struct{ code, message, want string }{
		{"AccessDenied", ana + onIt + " because no identity-based policy allows the kms:CreateGrant action", identityMissing},
		{"AccessDeniedException", ana + onIt + " because no identity-based policy allows the kms:CreateGrant action", identityMissing},
		{"AccessDenied", ana + onIt + " because no resource-based policy allows the kms:CreateGrant action", keyMissing},
		{"AccessDenied", ana + onIt + " because no permissions boundary allows the kms:CreateGrant action", boundaryMissing},
		{"AccessDenied", ana + onIt + " because no service control policy allows the kms:CreateGrant action", scpMissing},
		{"AccessDenied", ana + onIt + " because no resource control policy allows the kms:CreateGrant action", rcpMissing},
		{"AccessDenied", ana + onIt + " because no session policy allows the kms:CreateGrant action", sessionMissing},
		{"AccessDenied", ana + onIt + " because no VPC endpoint policy allows the kms:CreateGrant action", vpceMissing},
		{"AccessDenied", ana + onIt + " with an explicit deny in an identity-based policy", identityDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a resource-based policy", keyDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a permissions boundary", boundaryDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a permissions boundary: arn:aws:iam::111122223333:policy/b", boundaryDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a service control policy", scpDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a service control policy: arn:aws:organizations::999988887777:policy/o-a/service_control_policy/p-1", scpDeny},
		{"AccessDenied", ana + onIt + " due to an explicit deny in a Service Control Policy", scpDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a resource control policy", rcpDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a sessions policy", sessionDeny},
		{"AccessDenied", ana + onIt + " with an explicit deny in a VPC endpoint policy", vpceDeny},
		{"AccessDenied", strings.ToUpper(ana + onIt + " with an explicit deny in a service control policy"), scpDeny},
		{"AccessDenied", ana + ` on resource: "` + testKey + `" because no identity-based policy allows the kms:CreateGrant action`, identityMissing},
		{"AccessDenied", ana + " on this resource because no identity-based policy allows the kms:CreateGrant action", identityMissing},
		{"AccessDenied", ana + " on the resource associated with this ciphertext because no resource-based policy allows the kms:Decrypt action", keyMissing},

		// The message gives no reason, or three of them.
		{"AccessDenied", ana + onIt, accessDenied},
		{"AccessDenied", ana + onIt + " with an explicit deny", accessDenied},
		{"AccessDenied", ana + " on resource: " + testKey[:40], accessDenied}, // cut at its length limit
		{"AccessDenied", ana + onIt + " because no role trust policy allows the kms:CreateGrant action", accessDenied},
		{"AccessDenied", ana + " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access", accessDenied},
		{"AccessDenied", "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.", accessDenied},
		{"AccessDenied", "Access Denied", accessDenied},
		{"AccessDenied", "", accessDenied},

		{"DisabledException", testKey + " is disabled.", keyDisabled},
		{"KMSInvalidStateException", testKey + " is pending deletion.", keyPending},
		{"KMSInvalidStateException", testKey + " is disabled.", keyDisabled},
		{"KMSInvalidStateException", testKey + " is pending import.", keyUnavailable},
		{"KMSInvalidStateException", testKey + " is unavailable.", keyUnavailable},
		{"KeyUnavailableException", "", keyUnavailable},
		{"NotFoundException", "Key '" + testKey + "' does not exist", keyNotFound},
		{"NotFoundException", "Alias arn:aws:kms:eu-west-1:111122223333:alias/x is not found.", keyNotFound},
		{"LimitExceededException", "", grantLimit},
		{"ThrottlingException", "Rate exceeded", throttled},
		{"KMSInternalException", "", otherCause},
		{"DependencyTimeoutException", "", otherCause},
		{"SomethingNew", "never seen", otherCause},
	} {
		if got := causeOf(c.code, c.message); got != c.want {
			t.Errorf("%s %q is %s, want %s", c.code, c.message, got, c.want)
		}
	}
}

func causeOf(code, message string) string {
	d := parseMessage(message)
	return d.cause(code, message)
}

// TestCausesAreWhole: every cause has a statement and a remedy.
func TestCausesAreWhole(t *testing.T) {
	if len(statements) != 22 || len(remedies) != 22 {
		t.Errorf("%d statements and %d remedies, want 22 of each", len(statements), len(remedies))
	}
	for code := range statements {
		if statements[code] == "" || remedies[code].summary == "" {
			t.Errorf("%s has no statement or no remedy", code)
		}
	}
}

// FuzzMessage: no message makes the reading fail.
func FuzzMessage(f *testing.F) {
	f.Add("AccessDenied", ana+onIt+" because no identity-based policy allows the kms:CreateGrant action")
	f.Add("KMSInvalidStateException", testKey+" is pending deletion.")
	f.Fuzz(func(t *testing.T, code, message string) {
		if statements[causeOf(code, message)] == "" {
			t.Errorf("%q %q has a cause that is none", code, message)
		}
	})
}
