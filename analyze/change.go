package analyze

import "strings"

// fit says how well a change can have caused, or mended, a refusal. Zero is
// not at all. The order is a heuristic: what it finds is a candidate and never
// more.
type fit int

const (
	unfit  fit = 0
	weak   fit = 1 // the change is of the right kind, its reach is unknown
	likely fit = 2
	strong fit = 3 // the change is what the cause names, on this principal or key
)

// direction says whether a change is looked at as what broke launches or as what mended
// them.
type direction bool

const (
	breaking direction = true
	mending  direction = false
)

// rule is a kind of change and what it can do to a cause.
type rule struct {
	calls string // space-separated event names
	fit   fit
	why   string
}

// The calls that take away from a principal, that give to it, and that can do
// either.
const (
	taking   = "DeleteRolePolicy DetachRolePolicy DeleteUserPolicy DetachUserPolicy RemoveUserFromGroup DeleteGroupPolicy DetachGroupPolicy"
	giving   = "AttachRolePolicy AttachUserPolicy AddUserToGroup AttachGroupPolicy"
	editing  = "PutRolePolicy PutUserPolicy PutGroupPolicy"
	versions = "CreatePolicyVersion SetDefaultPolicyVersion"
	retiring = "RevokeGrant RetireGrant"
	encrypts = "ModifyEbsDefaultKmsKeyId ResetEbsDefaultKmsKeyId EnableEbsEncryptionByDefault"
	orgs     = "AttachPolicy DetachPolicy UpdatePolicy EnablePolicyType DisablePolicyType MoveAccount"
	sets     = "PutInlinePolicyToPermissionSet DeleteInlinePolicyFromPermissionSet AttachManagedPolicyToPermissionSet DetachManagedPolicyFromPermissionSet " +
		"AttachCustomerManagedPolicyReferenceToPermissionSet DetachCustomerManagedPolicyReferenceFromPermissionSet ProvisionPermissionSet"
)

// breaks lists, by cause, the changes that can have broken a launch.
var breaks = map[string][]rule{
	identityMissing: {
		{taking, strong, "it takes a policy away from the principal"},
		{editing, strong, "it replaces an inline policy of the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
		{sets, weak, "it changes a permission set"},
		lostGrant, lostRole, lostLinkedRole,
		{"PutKeyPolicy", weak, "it replaces the key's policy, and identity-based policies count only while that delegates to them"},
	},
	identityDeny: {
		{editing + " " + giving, strong, "it adds a policy to the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
		{sets, weak, "it changes a permission set"},
	},
	keyMissing:      append([]rule{lostGrant, lostRole, lostLinkedRole}, keyPolicyRules...),
	boundaryMissing: boundaryRules,
	boundaryDeny:    boundaryRules,
	keyDisabled: {
		{"DisableKey", strong, "it disables the key"},
		{"CancelKeyDeletion", strong, "it calls the key's deletion off, which leaves the key disabled"},
	},
	keyPending: {{"ScheduleKeyDeletion", strong, "it schedules the key's deletion"}},
	keyUnavailable: {
		{"DeleteImportedKeyMaterial", strong, "it deletes the key's material"},
		{"DeleteExpiredKeyMaterial", strong, "the key's imported material has expired, and KMS deletes it"},
		{"DisconnectCustomKeyStore", likely, "it disconnects a custom key store"},
	},
	keyNotFound: {
		{"DeleteAlias UpdateAlias", strong, "it takes the alias off the key"},
		{"DeleteKey", strong, "KMS deletes the key, whose waiting time is over"},
		{"ScheduleKeyDeletion", likely, "it schedules the key's deletion"},
	},
	accessDenied: {
		{"PutKeyPolicy", strong, "it replaces the key's policy"},
		{taking + " " + editing, strong, "it changes the principal's policies"},
		{giving + " " + versions, likely, "it changes a policy of the principal"},
		{"PutRolePermissionsBoundary PutUserPermissionsBoundary", likely, "it sets the principal's permissions boundary"},
		lostGrant, lostRole, lostLinkedRole,
		{orgs, weak, "it changes a policy of the organisation"},
		{sets, weak, "it changes a permission set"},
	},
}

var (
	lostGrant = rule{retiring, likely, "it takes back a grant on the key"}
	// A role that is made again under its name is another one.
	lostRole       = rule{"DeleteRole", likely, "it deletes the role, whose policies and grants do not pass on to the next of that name"}
	lostLinkedRole = rule{"DeleteServiceLinkedRole", likely, "it deletes the service-linked role, and a grant to it does not pass on to the next of that name"}
)

// breaksAll break launches whatever the cause is: they have not used the key before.
var breaksAll = []rule{{encrypts, likely, "it has new volumes encrypted, or encrypted with another key"}}

var (
	boundaryRules = []rule{
		{"PutRolePermissionsBoundary PutUserPermissionsBoundary", strong, "it sets the principal's permissions boundary"},
		{versions, likely, "it changes a policy that is the principal's boundary"},
		{"PutPermissionsBoundaryToPermissionSet DeletePermissionsBoundaryFromPermissionSet", weak, "it changes the boundary of a permission set"},
	}
	boundaryMends = append([]rule{
		{"DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary", strong, "it lifts the principal's permissions boundary"},
	}, boundaryRules...)
	keyPolicyRules = []rule{{"PutKeyPolicy", strong, "it replaces the key's policy"}}
	orgRules       = []rule{{orgs, strong, "it changes the policies of the organisation"}}
	endpointRules  = []rule{{"ModifyVpcEndpoint CreateVpcEndpoint", weak, "it sets a VPC endpoint policy"}}
)

// eitherWay lists, by cause, the changes that can break and mend alike: they
// replace a policy whole, and the log does not say for better or worse.
var eitherWay = map[string][]rule{
	keyDeny:     keyPolicyRules,
	scpMissing:  orgRules,
	scpDeny:     orgRules,
	rcpMissing:  orgRules,
	rcpDeny:     orgRules,
	vpceMissing: endpointRules,
	vpceDeny:    endpointRules,
}

// mends lists, by cause, the changes that can have mended it.
var mends = map[string][]rule{
	identityMissing: {
		{editing + " " + giving, strong, "it adds a policy to the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
		{sets, weak, "it changes a permission set"},
		{"PutKeyPolicy", likely, "it replaces the key's policy"},
		{"CreateGrant", strong, "it gives the principal a grant on the key"},
	},
	identityDeny: {
		{taking, strong, "it takes a policy away from the principal"},
		{editing, strong, "it replaces an inline policy of the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
		{sets, weak, "it changes a permission set"},
	},
	keyMissing:      append([]rule{{"CreateGrant", strong, "it gives the principal a grant on the key"}}, keyPolicyRules...),
	boundaryMissing: boundaryMends,
	boundaryDeny:    boundaryMends,
	keyDisabled:     {{"EnableKey", strong, "it enables the key"}},
	keyPending: {
		{"CancelKeyDeletion", strong, "it calls the key's deletion off"},
		{"EnableKey", strong, "it enables the key"},
	},
	keyUnavailable: {{"ImportKeyMaterial ConnectCustomKeyStore EnableKey", strong, "it brings the key back"}},
	keyNotFound: {
		{"CreateAlias UpdateAlias", strong, "it brings the key's name back"},
		{"CancelKeyDeletion", strong, "it calls the key's deletion off"},
	},
	accessDenied: {
		{"PutKeyPolicy", strong, "it replaces the key's policy"},
		{"CreateGrant", strong, "it gives the principal a grant on the key"},
		{editing + " " + giving + " " + taking, strong, "it changes the principal's policies"},
		{versions, likely, "it changes a policy of the principal"},
		{"DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary", likely, "it lifts the principal's permissions boundary"},
		{orgs, weak, "it changes a policy of the organisation"},
		{sets, weak, "it changes a permission set"},
	},
}

// judge says how well one change fits a story, and why.
func (s *scan) judge(row int, st *story, d direction) (fit, string) {
	rules, ok := eitherWay[st.cause]
	switch {
	case ok:
	case d == breaking:
		rules = breaks[st.cause]
	default:
		rules = mends[st.cause]
	}
	if fit, why := s.judgeBy(rules, row, st); fit > unfit || d != breaking {
		return fit, why
	}
	return s.judgeBy(breaksAll, row, st)
}

func (s *scan) judgeBy(rules []rule, row int, st *story) (fit, string) {
	for _, r := range rules {
		if !hasWord(r.calls, s.t.Name(row)) {
			continue
		}
		if reach := s.reach(row, st); reach > unfit {
			return min(r.fit, reach), r.why
		}
	}
	return unfit, ""
}

func hasWord(list, word string) bool {
	for w := range strings.FieldsSeq(list) {
		if w == word {
			return true
		}
	}
	return false
}
