package analyze

import "strings"

// The cause codes, as the contract lists them.
const (
	identityMissing = "identity-policy-missing"
	keyMissing      = "key-policy-missing"
	boundaryMissing = "boundary-missing"
	scpMissing      = "scp-missing"
	rcpMissing      = "rcp-missing"
	sessionMissing  = "session-policy-missing"
	vpceMissing     = "vpce-policy-missing"
	identityDeny    = "identity-policy-deny"
	keyDeny         = "key-policy-deny"
	boundaryDeny    = "boundary-deny"
	scpDeny         = "scp-deny"
	rcpDeny         = "rcp-deny"
	sessionDeny     = "session-policy-deny"
	vpceDeny        = "vpce-policy-deny"
	accessDenied    = "access-denied"
	keyDisabled     = "key-disabled"
	keyPending      = "key-pending-deletion"
	keyUnavailable  = "key-unavailable"
	keyNotFound     = "key-not-found"
	grantLimit      = "grant-limit"
	throttled       = "throttled"
	otherCause      = "other"
)

// policyClass ties words of a message to the pair of causes they stand for:
// no such policy allows, or such a policy denies.
var policyClass = []struct{ words, missing, deny string }{
	{"identity", identityMissing, identityDeny},
	{"resource-based", keyMissing, keyDeny},
	{"resource based", keyMissing, keyDeny},
	{"key polic", keyMissing, keyDeny},
	{"permissions boundary", boundaryMissing, boundaryDeny},
	{"service control", scpMissing, scpDeny},
	{"resource control", rcpMissing, rcpDeny},
	{"session", sessionMissing, sessionDeny},
	{"vpc endpoint", vpceMissing, vpceDeny},
}

// cause classes a refusal by its error code and message, which d is what it
// says. What it does not know is access-denied or other, never an error.
func (d *denial) cause(code, message string) string {
	name := code[strings.LastIndexAny(code, ".#:")+1:] // "Client.", "Server." and namespaces in front
	switch strings.ToLower(strings.TrimSuffix(name, "Exception")) {
	case "disabled":
		return keyDisabled
	case "kmsinvalidstate", "invalidstate":
		return invalidState(message)
	case "keyunavailable":
		return keyUnavailable
	case "notfound":
		return keyNotFound
	case "limitexceeded":
		return grantLimit
	case "throttling", "throttled", "requestlimitexceeded", "toomanyrequests":
		return throttled
	case "accessdenied", "unauthorizedoperation", "notauthorized", "unauthorized":
		return d.policyCause()
	}
	if d.matched {
		return d.policyCause()
	}
	return otherCause
}

// invalidState reads which state a key is in, after
// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html.
func invalidState(message string) string {
	m := strings.ToLower(message)
	switch {
	case strings.Contains(m, "pending deletion"), strings.Contains(m, "pendingdeletion"),
		strings.Contains(m, "pending replica deletion"), strings.Contains(m, "pendingreplicadeletion"):
		return keyPending
	case strings.Contains(m, "disabled"):
		return keyDisabled
	}
	return keyUnavailable
}

func (d *denial) policyCause() string {
	for _, class := range policyClass {
		if d.policies == "" || !strings.Contains(d.policies, class.words) {
			continue
		}
		if d.explicit {
			return class.deny
		}
		return class.missing
	}
	return accessDenied
}

// statements say what each cause means, no more than the message supports: it
// names one kind of policy even where several deny.
var statements = map[string]string{
	identityMissing: "KMS answered that no identity-based policy of the caller allows the call; that includes a policy whose condition did not match.",
	keyMissing:      "KMS answered that the key policy (or another resource-based policy) does not allow the caller.",
	boundaryMissing: "KMS answered that the caller's permissions boundary does not allow the call.",
	scpMissing:      "KMS answered that no service control policy of the organisation allows the call.",
	rcpMissing:      "KMS answered that no resource control policy of the organisation allows the call.",
	sessionMissing:  "KMS answered that the policy passed when the session was assumed does not allow the call.",
	vpceMissing:     "KMS answered that no VPC endpoint policy allows the call.",
	identityDeny:    "KMS answered that an identity-based policy of the caller denies the call explicitly.",
	keyDeny:         "KMS answered that the key policy (or another resource-based policy) denies the call explicitly.",
	boundaryDeny:    "KMS answered that the caller's permissions boundary denies the call explicitly.",
	scpDeny:         "KMS answered that a service control policy denies the call; AWS prints this as explicit even where the policy merely does not allow.",
	rcpDeny:         "KMS answered that a resource control policy denies the call explicitly.",
	sessionDeny:     "KMS answered that the policy passed when the session was assumed denies the call explicitly.",
	vpceDeny:        "KMS answered that a VPC endpoint policy denies the call explicitly.",
	accessDenied:    "KMS refused the call without saying which policy decided.",
	keyDisabled:     "The key is disabled.",
	keyPending:      "The key is pending deletion.",
	keyUnavailable:  "The key is in a state in which it cannot be used.",
	keyNotFound:     "KMS did not find the key.",
	grantLimit:      "The key has reached a limit, such as the number of its grants.",
	throttled:       "KMS throttled the call.",
	otherCause:      "KMS refused the call for a reason that is none of the known ones.",
}
