package trailtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reason is one way in which KMS refuses. A denial's message is
//
//	User: ARN is not authorized to perform: kms:ACTION on resource: KEY CLAUSE[: POLICY ARN]
//
// and any other refusal's is a sentence about the key. In both, {action} and
// {key} are filled in.
type reason struct {
	code   string // errorCode; a denial if empty
	clause string
	vague  bool // a denial that names no key
}

// reasons are the values of because=. The wording of denials is AWS's own; that
// of grant-limit, throttled and internal is not documented and stands for it.
var reasons = map[string]reason{
	"identity-missing": {clause: "because no identity-based policy allows the kms:{action} action"},
	"key-missing":      {clause: "because no resource-based policy allows the kms:{action} action"},
	"boundary-missing": {clause: "because no permissions boundary allows the kms:{action} action"},
	"session-missing":  {clause: "because no session policy allows the kms:{action} action"},
	"scp-missing":      {clause: "because no service control policy allows the kms:{action} action"},
	"rcp-missing":      {clause: "because no resource control policy allows the kms:{action} action"},
	"vpce-missing":     {clause: "because no VPC endpoint policy allows the kms:{action} action"},

	"identity-deny": {clause: "with an explicit deny in an identity-based policy"},
	"key-deny":      {clause: "with an explicit deny in a resource-based policy"},
	"boundary-deny": {clause: "with an explicit deny in a permissions boundary"},
	"session-deny":  {clause: "with an explicit deny in a session policy"},
	"scp-deny":      {clause: "with an explicit deny in a service control policy"},
	"rcp-deny":      {clause: "with an explicit deny in a resource control policy"},
	"vpce-deny":     {clause: "with an explicit deny in a VPC endpoint policy"},
	"deny":          {clause: "with an explicit deny"},

	"bare":    {}, // the wording before 2021
	"managed": {}, // what keys managed by AWS still answer
	"ambiguous": {vague: true, clause: "because the resource does not exist in this Region, " +
		"no resource-based policies allow access, or a resource-based policy explicitly denies access"},

	"disabled":         {code: "DisabledException", clause: "{key} is disabled."},
	"pending-deletion": {code: "KMSInvalidStateException", clause: "{key} is pending deletion."},
	"pending-import":   {code: "KMSInvalidStateException", clause: "{key} is pending import."},
	"unavailable":      {code: "KMSInvalidStateException", clause: "{key} is unavailable."},
	"not-found":        {code: "NotFoundException", clause: "Key '{key}' does not exist"},
	"grant-limit":      {code: "LimitExceededException", clause: "The grants quota of {key} has been exceeded."},
	"throttled":        {code: "ThrottlingException", clause: "Rate exceeded"},
	"internal":         {code: "KMSInternalException", clause: "An internal error occurred."},
	"ciphertext":       {code: "InvalidCiphertextException"},
}

// refusal words the failure of action on key for c.
func (e *entry) refusal(c caller, action, key string, direct bool) failure {
	name := e.optOr("because", "identity-missing")
	r, ok := reasons[name]
	if !ok {
		e.fail("because=%s is none of: %s", name, strings.Join(slices.Sorted(maps.Keys(reasons)), ", "))
	}
	policy := e.opt("policy")
	f := failure{code: r.code, message: r.clause}
	if r.code == "" {
		f.code = "AccessDenied"
		if direct { // the API's own word; calls forwarded by a service lose the ending
			f.code = "AccessDeniedException"
		}
		f.message = strings.TrimSuffix(fmt.Sprintf("User: %s is not authorized to perform: kms:{action} on %s %s", e.callerARN(c), target(r, action), r.clause), " ")
	}
	if policy != "" {
		f.message += ": " + policy
	}
	f.code = e.optOr("error", f.code)
	f.message = e.optOr("message", f.message)
	if key == "" && strings.Contains(f.message, "{key}") {
		e.fail("key= is missing, and the message names it")
	}
	f.message = strings.NewReplacer("{action}", action, "{key}", key).Replace(f.message)
	return f
}

func target(r reason, action string) string {
	switch {
	case !r.vague:
		return "resource: {key}"
	case action == "Decrypt" || action == "ReEncryptFrom":
		return "the resource associated with this ciphertext"
	}
	return "this resource"
}
