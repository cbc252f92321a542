package record

import "cmp"

// change decodes the calls that can break or repair a launch: on keys, on the
// policies of principals, on the organisation.
func (p parts) change(e *Event) {
	switch e.Source {
	case sourceKMS:
		e.Key = p.keyName()
		if e.Key == "" {
			e.Key = p.request.text("targetKeyId")
		}
		e.GrantID = cmp.Or(p.request.text("grantId"), p.additional.text("grantId"))
		e.Target = p.request.text("aliasName")
	case sourceIAM:
		if e.Name == "CreatePolicyVersion" && (p.request.get("setAsDefault").denied() || p.response.get("policyVersion", "isDefaultVersion").denied()) {
			e.Kind = None // the version in force is another one
		}
		e.Target = cmp.Or(p.request.text("roleName"), p.request.text("userName"), p.request.text("groupName"))
		// Who joins or leaves a group takes on or loses what the group holds.
		e.Policy = cmp.Or(p.request.text("policyArn"), p.request.text("permissionsBoundary"), p.request.text("policyName"), p.request.text("groupName"))
	case sourceOrg:
		e.Target = p.request.text("targetId")
		e.Policy = p.request.text("policyId")
	case sourceSSO:
		e.Target = p.request.find("permissionSetArn")
		e.Policy = cmp.Or(p.request.find("managedPolicyArn"), p.request.find("policyArn"))
	case sourceEC2:
		e.Key = p.request.find("kmsKeyId")
		e.Target = p.request.find("vpcEndpointId")
	}
}
