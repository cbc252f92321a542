package trailtest

// emptyPolicy stands where a change must carry a document and the description
// gives none.
const emptyPolicy = `{"Version":"2012-10-17","Statement":[]}`

// field is one request parameter and the option that fills it. Without the
// option the default stands; without either the option is needed.
type field struct {
	name, option string
	otherwise    any
}

// keyChange is an administrator's call on a KMS key.
type keyChange struct {
	name   string
	fields []field // beside keyId
	state  string  // keyState of the response
}

var keyChanges = map[string]keyChange{
	"putkeypolicy": {name: "PutKeyPolicy", fields: []field{
		{"policyName", "policy", "default"}, {"policy", "document", emptyPolicy}, {"bypassPolicyLockoutSafetyCheck", "", false}}},
	"disablekey":          {name: "DisableKey"},
	"enablekey":           {name: "EnableKey"},
	"schedulekeydeletion": {name: "ScheduleKeyDeletion", fields: []field{{"pendingWindowInDays", "days", int64(7)}}, state: "PendingDeletion"},
	"cancelkeydeletion":   {name: "CancelKeyDeletion"},
	"revokegrant":         {name: "RevokeGrant", fields: []field{{"grantId", "grant", nil}}},
}

func (k keyChange) records(e *entry) []element {
	c := e.caller()
	arn := e.keyARN(e.need("key"))
	request := append(object{{"keyId", arn}}, e.fill(k.fields)...)
	response := object{{"keyId", arn}}
	if k.state != "" {
		gone := e.at.AddDate(0, 0, e.number("days", 7)).Format("Jan 2, 2006 3:04:05 PM")
		response = append(response, member{"keyState", k.state}, member{"deletionDate", gone})
	}
	call := e.change(kmsSource, k.name, c, request, response)
	call.resources = keyResource(arn)
	return []element{e.record(call)}
}

// policyChange is a call of IAM or of Organizations. Both live in us-east-1
// and answer with nothing.
type policyChange struct {
	source, name string
	fields       []field
}

const (
	iamSource           = "iam.amazonaws.com"
	organizationsSource = "organizations.amazonaws.com"
)

func (p policyChange) records(e *entry) []element {
	if !e.here {
		e.region = "us-east-1"
	}
	c := e.caller()
	return []element{e.record(e.change(p.source, p.name, c, e.fill(p.fields), nil))}
}

// change is a call that alters something, and that may have failed.
func (e *entry) change(source, name string, c caller, request, response object) call {
	via := e.optOr("via", c.service())
	made := call{source: source, name: name, identity: e.identity(c, via, false), from: e.client(via), failure: e.failure(name, c)}
	if request != nil { // a nil object in an any would be written as {}
		made.request = request
	}
	if made.failure.code == "" && response != nil {
		made.response = response
	}
	return made
}

func (e *entry) fill(fields []field) object {
	filled := object{}
	for _, f := range fields {
		value := f.otherwise
		if f.option != "" {
			if v := e.opt(f.option); v != "" {
				value = v
			} else if value == nil {
				e.fail("%s= is missing", f.option)
			}
		}
		if f.option == "days" {
			value = int64(e.number("days", 7))
		}
		if f.option == "grant" {
			value = e.grant()
		}
		filled = append(filled, member{f.name, value})
	}
	return filled
}

// policyChanges are the verbs that change what a principal may do, by their
// API names in lower case.
var policyChanges = map[string]policyChange{
	"attachpolicy":                  {organizationsSource, "AttachPolicy", []field{{"policyId", "policy", nil}, {"targetId", "target", nil}}},
	"detachpolicy":                  {organizationsSource, "DetachPolicy", []field{{"policyId", "policy", nil}, {"targetId", "target", nil}}},
	"updatepolicy":                  {organizationsSource, "UpdatePolicy", []field{{"policyId", "policy", nil}, {"content", "document", emptyPolicy}}},
	"createpolicyversion":           {iamSource, "CreatePolicyVersion", []field{{"policyArn", "policy", nil}, {"policyDocument", "document", emptyPolicy}, {"setAsDefault", "", true}}},
	"setdefaultpolicyversion":       {iamSource, "SetDefaultPolicyVersion", []field{{"policyArn", "policy", nil}, {"versionId", "version", "v1"}}},
	"deletepolicyversion":           {iamSource, "DeletePolicyVersion", []field{{"policyArn", "policy", nil}, {"versionId", "version", "v1"}}},
	"addusertogroup":                {iamSource, "AddUserToGroup", []field{{"groupName", "group", nil}, {"userName", "user", nil}}},
	"removeuserfromgroup":           {iamSource, "RemoveUserFromGroup", []field{{"groupName", "group", nil}, {"userName", "user", nil}}},
	"updateassumerolepolicy":        {iamSource, "UpdateAssumeRolePolicy", []field{{"roleName", "role", nil}, {"policyDocument", "document", emptyPolicy}}},
	"deleterole":                    {iamSource, "DeleteRole", []field{{"roleName", "role", nil}}},
	"putrolepolicy":                 inline("PutRolePolicy", "role"),
	"putuserpolicy":                 inline("PutUserPolicy", "user"),
	"putgrouppolicy":                inline("PutGroupPolicy", "group"),
	"deleterolepolicy":              named("DeleteRolePolicy", "role", "policyName"),
	"deleteuserpolicy":              named("DeleteUserPolicy", "user", "policyName"),
	"deletegrouppolicy":             named("DeleteGroupPolicy", "group", "policyName"),
	"attachrolepolicy":              named("AttachRolePolicy", "role", "policyArn"),
	"attachuserpolicy":              named("AttachUserPolicy", "user", "policyArn"),
	"attachgrouppolicy":             named("AttachGroupPolicy", "group", "policyArn"),
	"detachrolepolicy":              named("DetachRolePolicy", "role", "policyArn"),
	"detachuserpolicy":              named("DetachUserPolicy", "user", "policyArn"),
	"detachgrouppolicy":             named("DetachGroupPolicy", "group", "policyArn"),
	"putrolepermissionsboundary":    named("PutRolePermissionsBoundary", "role", "permissionsBoundary"),
	"putuserpermissionsboundary":    named("PutUserPermissionsBoundary", "user", "permissionsBoundary"),
	"deleterolepermissionsboundary": {iamSource, "DeleteRolePermissionsBoundary", []field{{"roleName", "role", nil}}},
	"deleteuserpermissionsboundary": {iamSource, "DeleteUserPermissionsBoundary", []field{{"userName", "user", nil}}},
}

// named is a change that ties a policy to a role, user or group.
func named(api, kind, policy string) policyChange {
	return policyChange{iamSource, api, []field{{kind + "Name", kind, nil}, {policy, "policy", nil}}}
}

// inline is one that carries the policy itself.
func inline(api, kind string) policyChange {
	c := named(api, kind, "policyName")
	c.fields = append(c.fields, field{"policyDocument", "document", emptyPolicy})
	return c
}
