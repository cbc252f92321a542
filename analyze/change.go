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

// direction is the part of a change in a story: what can break is not what can
// mend.
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
	taking   = "DeleteRolePolicy DetachRolePolicy DeleteUserPolicy DetachUserPolicy RemoveUserFromGroup"
	giving   = "AttachRolePolicy AttachUserPolicy AddUserToGroup"
	editing  = "PutRolePolicy PutUserPolicy"
	versions = "CreatePolicyVersion SetDefaultPolicyVersion DeletePolicyVersion"
	orgs     = "AttachPolicy DetachPolicy UpdatePolicy EnablePolicyType DisablePolicyType MoveAccount"
	sets     = "PutInlinePolicyToPermissionSet DeleteInlinePolicyFromPermissionSet AttachManagedPolicyToPermissionSet DetachManagedPolicyFromPermissionSet ProvisionPermissionSet"
)

// breaks lists, by cause, the changes that can have broken a launch.
var breaks = map[string][]rule{
	identityMissing: {
		{taking, strong, "it takes a policy away from the principal"},
		{editing, strong, "it replaces an inline policy of the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
		{sets, weak, "it changes a permission set"},
		{"PutKeyPolicy", weak, "identity-based policies count only while the key policy delegates to them"},
	},
	identityDeny: {
		{editing + " " + giving, strong, "it adds a policy to the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
		{sets, weak, "it changes a permission set"},
	},
	keyMissing:      append([]rule{{"RevokeGrant", likely, "it takes back a grant on the key"}}, keyPolicyRules...),
	boundaryMissing: boundaryRules,
	boundaryDeny:    boundaryRules,
	keyDisabled:     {{"DisableKey", strong, "it disables the key"}},
	keyPending:      {{"ScheduleKeyDeletion", strong, "it schedules the key's deletion"}},
	keyUnavailable: {
		{"DeleteImportedKeyMaterial", strong, "it deletes the key's material"},
		{"DisconnectCustomKeyStore", likely, "it disconnects a custom key store"},
	},
	keyNotFound: {
		{"DeleteAlias UpdateAlias", strong, "it takes the alias off the key"},
		{"ScheduleKeyDeletion", likely, "it schedules the key's deletion"},
	},
	accessDenied: {
		{"PutKeyPolicy", strong, "it replaces the key's policy"},
		{taking + " " + editing, strong, "it changes the principal's policies"},
		{giving + " " + versions, likely, "it changes a policy of the principal"},
		{"PutRolePermissionsBoundary PutUserPermissionsBoundary", likely, "it sets the principal's permissions boundary"},
		{"RevokeGrant", likely, "it takes back a grant on the key"},
		{orgs, weak, "it changes a policy of the organisation"},
		{sets, weak, "it changes a permission set"},
	},
}

var (
	boundaryRules = []rule{
		{"PutRolePermissionsBoundary PutUserPermissionsBoundary", strong, "it sets the principal's permissions boundary"},
		{versions, likely, "it changes a policy that is the principal's boundary"},
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
	},
	identityDeny: {
		{taking, strong, "it takes a policy away from the principal"},
		{editing, strong, "it replaces an inline policy of the principal"},
		{versions, likely, "it changes a policy that is attached to the principal"},
	},
	keyMissing:      keyPolicyRules,
	boundaryMissing: boundaryMends,
	boundaryDeny:    boundaryMends,
	keyDisabled:     {{"EnableKey", strong, "it enables the key"}},
	keyPending:      {{"CancelKeyDeletion EnableKey", strong, "it calls the key's deletion off"}},
	keyUnavailable:  {{"ImportKeyMaterial ConnectCustomKeyStore EnableKey", strong, "it brings the key back"}},
	keyNotFound:     {{"CreateAlias UpdateAlias CancelKeyDeletion", strong, "it brings the key's name back"}},
	accessDenied: {
		{"PutKeyPolicy", strong, "it replaces the key's policy"},
		{editing + " " + giving + " " + taking, strong, "it changes the principal's policies"},
		{versions, likely, "it changes a policy of the principal"},
		{"DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary", likely, "it lifts the principal's permissions boundary"},
		{orgs, weak, "it changes a policy of the organisation"},
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
	for _, w := range strings.Fields(list) {
		if w == word {
			return true
		}
	}
	return false
}

// reach says how surely a change bears on this key, principal or account.
func (s *scan) reach(row int, st *story) fit {
	switch s.t.Source(row) {
	case "kms.amazonaws.com":
		return s.reachesKey(row, st)
	case "iam.amazonaws.com":
		return s.reachesPrincipal(row, st)
	case "organizations.amazonaws.com":
		return s.reachesAccount(row, st)
	case "sso.amazonaws.com":
		if strings.HasPrefix(st.name, "AWSReservedSSO_") {
			return weak
		}
		return unfit
	}
	if s.t.Account(row) == st.account && s.t.Region(row) == st.region {
		return weak
	}
	return unfit
}

// reachesKey: a change on another key is none of ours, however near in time.
// Disconnecting a key store names no key.
func (s *scan) reachesKey(row int, st *story) fit {
	key := s.keyOf(row)
	switch {
	case strings.HasSuffix(s.t.Name(row), "CustomKeyStore"):
		return weak
	case st.key == "" || key == "" || !sameKey(key, st.key) && s.t.Target(row) == "":
		return unfit
	case sameKey(key, st.key), strings.HasSuffix(st.key, ":"+s.t.Target(row)):
		return strong
	}
	return unfit
}

// reachesPrincipal: a change on the role or user itself, or on a policy that
// the archive shows attached to it or that KMS's message names.
func (s *scan) reachesPrincipal(row int, st *story) fit {
	if hasWord(versions, s.t.Name(row)) {
		policy := s.t.Policy(row)
		if policy != "" && (policy == st.named || s.attachedTo(policy, st)) {
			return strong
		}
		return unfit
	}
	if s.t.Account(row) == st.owner && strings.EqualFold(s.t.Target(row), st.name) {
		return strong
	}
	return unfit
}

// attachedTo reports whether the archive shows a policy being attached to the
// principal, or set as its boundary.
func (s *scan) attachedTo(policy string, st *story) bool {
	for _, row := range s.changes {
		switch s.t.Name(row) {
		case "AttachRolePolicy", "AttachUserPolicy", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary":
			if s.t.Policy(row) == policy && s.t.Account(row) == st.owner && strings.EqualFold(s.t.Target(row), st.name) {
				return true
			}
		}
	}
	return false
}

// reachesAccount: a policy of the organisation that the message names, or that
// is attached to the account itself, is surely ours; the ancestry of roots and
// units is not in the logs.
func (s *scan) reachesAccount(row int, st *story) fit {
	policy := s.t.Policy(row)
	switch {
	case policy != "" && st.named != "":
		if strings.HasSuffix(st.named, "/"+policy) {
			return strong
		}
		return unfit // the message names another policy
	case st.owner != "" && s.t.Target(row) == st.owner:
		return strong
	}
	return weak
}

func (r *reporter) by(row int) string {
	p := r.s.principals.of(r.s.t.Identity(row), "")
	if p.session != "" {
		return strings.Clone(p.arn + " (session " + p.session + ")")
	}
	return strings.Clone(p.arn)
}
