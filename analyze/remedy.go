package analyze

import (
	"fmt"
	"slices"
	"strings"

	"grantrail/analyze/incident"
)

// advice is what fixes one cause: which policies help, and what to do.
type advice struct {
	summary  string
	identity bool // an identity-based policy helps
	key      bool // a key policy statement helps
	notes    []string
}

// remedies are by cause. An Allow helps only where an Allow is missing; a deny
// must be lifted where it stands.
var remedies = map[string]advice{
	identityMissing: {"Allow the principal to create grants on this key, in an identity-based policy of its own.", true, false,
		[]string{"This works only if the key policy delegates to IAM (the default root statement does); otherwise add the key policy statement for the principal instead.",
			"A policy that already names the refused action has a condition that did not match: compare kms:ViaService and aws:SourceIp, and of grants kms:GrantIsForAWSResource. Calls that EC2 forwards come from EC2, not from the caller's network."}},
	keyMissing: {"Add the principal to the key policy.", false, true, nil},
	boundaryMissing: {"Allow the call in the principal's permissions boundary; an Allow elsewhere does nothing.", false, false,
		[]string{"The statement to add to the boundary is the one an identity policy needs: the refused action on this key with kms:ViaService for EC2 in this region, and of grants with kms:GrantIsForAWSResource true."}},
	scpMissing: {"No policy of this account can fix this: a service control policy of the organisation must allow the call.", false, false,
		[]string{"Service control policies are changed in the organisation's management account."}},
	rcpMissing: {"No policy of the principal can fix this: a resource control policy of the organisation must allow the call.", false, false,
		[]string{"Resource control policies are changed in the organisation's management account and bind the account that owns the key."}},
	sessionMissing: {"Allow the call in the policy that is passed when the role is assumed.", false, false,
		[]string{"Nothing in IAM needs changing: look at Policy and PolicyArns of the AssumeRole call that made the session."}},
	vpceMissing:  {"Allow the call in the VPC endpoint policy.", false, false, nil},
	identityDeny: {"Lift the explicit deny in the principal's identity-based policies; no Allow outweighs it.", false, false, nil},
	keyDeny:      {"Lift the explicit deny in the key policy; no Allow outweighs it.", false, false, nil},
	boundaryDeny: {"Lift the explicit deny in the principal's permissions boundary; no Allow outweighs it.", false, false, nil},
	scpDeny: {"No policy of this account can fix this: the deny is in a service control policy of the organisation.", false, false,
		[]string{"Service control policies are changed in the organisation's management account.",
			"AWS prints a service control policy that merely does not allow as an explicit deny: look for a missing Allow too."}},
	rcpDeny: {"No policy of the principal can fix this: the deny is in a resource control policy of the organisation.", false, false,
		[]string{"Resource control policies are changed in the organisation's management account and bind the account that owns the key."}},
	sessionDeny: {"Lift the deny in the policy that is passed when the role is assumed.", false, false,
		[]string{"Nothing in IAM needs changing: look at Policy and PolicyArns of the AssumeRole call that made the session."}},
	vpceDeny: {"Lift the deny in the VPC endpoint policy.", false, false,
		[]string{"A deny on aws:SourceVpce or aws:SourceVpc also hits calls that EC2 forwards: exempt them with aws:ViaAWSService."}},
	accessDenied: {"The message does not say which policy decided: check the identity policy and the key policy, both must let the call through.", true, true,
		[]string{"If both already allow it, look for a deny in the permissions boundary, the session policy and the organisation's policies."}},
	keyDisabled:    {"Enable the key.", false, false, nil},
	keyPending:     {"Cancel the deletion of the key, then enable it.", false, false, nil},
	keyUnavailable: {"Bring the key back into the state Enabled.", false, false, []string{"A key with imported material needs the material imported again; a key in a custom key store needs the store connected."}},
	keyNotFound:    {"Find out where the key has gone: it may be deleted, or of another region or account.", false, false, []string{"A deleted key does not come back, nor does what it encrypts: restore the volume from a snapshot under another key."}},
	grantLimit:     {"Retire grants on this key that nobody uses, or have the quota raised.", false, false, nil},
	throttled:      {"Launch again, in smaller batches; have the KMS request quota raised if it recurs.", false, false, nil},
	otherCause:     {"Read KMS's message: it is none of the known reasons.", false, false, nil},
}

// remedy fills the advice for an incident from its evidence, and the policy
// that KMS's messages name, if any.
func remedy(inc *incident.Incident, policy string, forms forms) incident.Remedy {
	a := remedies[inc.Cause.Code]
	sc := scopeOf(inc)
	a = sharpened(a, inc, sc)
	out := incident.Remedy{Summary: a.summary, Notes: append([]string{}, a.notes...), Commands: commands(inc.Cause.Code, sc)}
	if policy != "" {
		out.Notes = append([]string{"KMS names the policy that decided: " + policy + "."}, out.Notes...)
	}
	switch {
	case strings.Contains(inc.Principal.ARN, "role/aws:ec2-infrastructure"):
		if a.identity || a.key {
			out.Summary = "Find out why the grant that EC2 was given at the launch does not count: it was taken back, or a condition keeps it from counting."
		}
		a.identity, a.key = false, false
		out.Notes = append(out.Notes, "The refused call is the instance's own, made by EC2's infrastructure role. No identity policy binds it: the deny is in the key policy, in a policy of the organisation, or in a condition on the network (aws:SourceIp, aws:SourceVpc, aws:SourceVpce) that needs an exemption for aws:ec2-infrastructure.")
	case serviceLinked(inc.Principal.ARN):
		serviceLinkedRole(&out, &a, inc, sc)
	case permissionSet(inc.Principal.ARN) && a.identity:
		out.Notes = append(out.Notes, "This role belongs to a permission set of IAM Identity Center and cannot be edited: put the policy into the set, in the management or delegated account, and provision it.")
	case permissionSet(inc.Principal.ARN) && slices.Contains([]string{identityDeny, boundaryMissing, boundaryDeny}, inc.Cause.Code):
		out.Notes = append(out.Notes, "This role belongs to a permission set of IAM Identity Center and cannot be edited: change the set's policies or its permissions boundary, in the management or delegated account, and provision it.")
	}
	a = crossAccount(&out, a, inc, &sc)
	if strings.HasSuffix(inc.Principal.ARN, ":root") && a.identity {
		a.identity = false
		out.Notes = append(out.Notes, "The caller is the account's root user, to whom no identity-based policy can be attached: the key policy decides, or a policy of the organisation.")
	}
	if inc.Key.Manager == byAWS {
		if a.key && !a.identity {
			out.Summary = "No policy can fix this: the key is managed by AWS. Move the volumes to a customer managed key."
		}
		a.key = false
		out.Notes = append(out.Notes, "This is an AWS managed key: its policy cannot be edited and it cannot be shared. Where the identity side is in order, move the volumes to a customer managed key by way of a snapshot copy.")
	}
	switch {
	case !a.identity && !a.key:
	case sc.key == "":
		out.Notes = append(out.Notes, "No policy is filled in, since the refusals do not name the key by its ARN.")
		a.identity, a.key = false, false
	case !strings.HasPrefix(sc.principal, "arn:"): // AWS refuses a policy for what it does not know
		out.Notes = append(out.Notes, "No policy is filled in, since the records do not name the caller by its ARN.")
		a.identity, a.key = false, false
	}
	if a.key && strings.HasSuffix(sc.principal, ":root") && sc.grantee == "" {
		out.Notes = append(out.Notes, "In a key policy an account's root stands for the whole account: whatever its IAM policies allow counts then. A statement for the role or user that is to launch is narrower.")
	}
	if a.identity {
		out.IdentityPolicy = forms.identityPolicy(sc)
	}
	if a.key {
		out.KeyPolicyStatement = forms.keyStatement(sc)
	}
	if a.identity || a.key {
		code := forms.terraform(sc, a.identity, a.key)
		out.Terraform = &code
	}
	out.Notes = append(out.Notes, needs(sc), toConfirm(sc))
	return out
}

const ofAnother = "Of a key of another account KMS answers the same: look there whether the key exists, and whether its policy lets this account in."

// sharpened is advice for what was really refused: a data key is no grant, and a
// message that gives three reasons gives more than none.
func sharpened(a advice, inc *incident.Incident, sc scope) advice {
	switch {
	case inc.Cause.Code == keyNotFound && strings.Contains(deref(inc.Key.ARN), ":alias/"):
		a.summary = "KMS found no such alias: have it name a key again, or name a key where the launch takes the alias from."
		a.notes = []string{"A launch takes it from the request, the launch template, the image or the default key for EBS encryption of the Region. Volumes that are there are encrypted under a key and not under an alias."}
	case inc.Cause.Code == identityMissing && sc.others && !sc.grants:
		a.summary = "Allow the principal what making an encrypted volume asks of this key, in an identity-based policy of its own."
	case inc.Cause.Code == identityMissing && inc.Principal.Type == "FederatedUser":
		a.summary = "Allow the call in an identity-based policy of the user who asked for the federation token, and in the policy that was passed with it."
	case inc.Cause.Code == otherCause && !slices.ContainsFunc(inc.Attempts, lasting):
		a.summary = "KMS failed by itself: launch again; ask AWS Support if it recurs."
	case inc.Cause.Code == accessDenied && slices.ContainsFunc(inc.Attempts, vague):
		a.summary = "KMS gives three reasons and picks none: the key does not exist in this Region, or its key policy does not allow the call, or denies it."
		a.notes = append([]string{ofAnother}, a.notes...)
	}
	return a
}

// vague reports whether a refusal of a launch gives three reasons.
func vague(a incident.Attempt) bool {
	return slices.ContainsFunc(a.Denials, func(d incident.Denial) bool {
		return strings.Contains(d.ErrorMessage, "in this Region") && parseMessage(d.ErrorMessage).ambiguous // to parse takes its time
	})
}

// lasting reports whether a launch was refused for something else than that KMS could
// not answer: see the errors that are worth trying again, at
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html#API_CreateGrant_Errors
func lasting(a incident.Attempt) bool {
	return slices.ContainsFunc(a.Denials, func(d incident.Denial) bool {
		return !strings.Contains(d.ErrorCode, "KMSInternal") && !strings.Contains(d.ErrorCode, "DependencyTimeout")
	})
}

// toConfirm is how to see that it helped. What was launched anew is gone.
func toConfirm(sc scope) string {
	again := "launch again"
	if sc.starts {
		again = "start the instance again"
	}
	return "To confirm: " + again + " and look for a granted CreateGrant, and the instance's own Decrypt, under the same requestID as the launch."
}

func scopeOf(inc *incident.Incident) scope {
	sc := scope{region: inc.Region, principal: inc.Principal.ARN, anyway: serviceLinked(inc.Principal.ARN)}
	if key := deref(inc.Key.ARN); plainKey(key) {
		sc.key = key
	}
	for i := range inc.Attempts {
		a := &inc.Attempts[i]
		sc.launches, sc.starts = sc.launches || a.Launch.Action == "RunInstances", sc.starts || a.Launch.Action == "StartInstances"
		for j := range a.Denials {
			grant := a.Denials[j].Action == "CreateGrant"
			sc.grants, sc.others = sc.grants || grant, sc.others || !grant
		}
	}
	sc.launches = sc.launches || sc.others
	return sc
}

// serviceLinked tells roles whose policies nobody can edit.
func serviceLinked(arn string) bool {
	return strings.Contains(arn, ":role/aws-service-role/") || strings.Contains(arn, ":role/AWSServiceRole")
}

// serviceLinkedRole puts the key side in the place of the identity side: the
// role's own policies are fixed. Where it is not an Allow that is missing, or the key
// is AWS's, a grant helps as little.
func serviceLinkedRole(out *incident.Remedy, a *advice, inc *incident.Incident, sc scope) {
	if a.identity {
		if !slices.Contains(a.notes, ofAnother) { // else it is not known that the role lacks anything
			out.Summary = "Let the service-linked role use the key: add it to the key policy, or give it a grant."
		}
		out.Notes = slices.DeleteFunc(out.Notes, func(n string) bool { return n != ofAnother && slices.Contains(a.notes, n) }) // on the role's own policies
		a.identity, a.key = false, true
	}
	if !a.key || inc.Key.Manager == byAWS {
		out.Notes = append(out.Notes, "A service-linked role's own policies cannot be edited.")
		return
	}
	out.Notes = append(out.Notes, "A service-linked role's own policies cannot be edited: only the key policy or a grant helps. Deleting and creating the role again orphans a grant.")
	if sc.key != "" {
		out.Commands = append(out.Commands, incident.Command{Purpose: "To give the role a grant", Account: inc.Account, Command: kms("create-grant", sc.key) +
			" --grantee-principal '" + shellSafe(inc.Principal.ARN) + "' --operations Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant"})
	}
}

// crossAccount asks for both sides where key and caller are of two accounts. A key
// policy cannot let another account's service-linked role in: it lets that account give
// the role a grant, as
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
// has it for Auto Scaling.
func crossAccount(out *incident.Remedy, a advice, inc *incident.Incident, sc *scope) advice {
	owner := deref(inc.Key.Account)
	if owner == "" || owner == inc.Account || !a.identity && !a.key {
		return a
	}
	a.key = true
	if serviceLinked(inc.Principal.ARN) {
		a.identity, sc.grantee = false, inc.Principal.ARN
		sc.principal = "arn:" + partitionOf(inc.Principal.ARN) + ":iam::" + inc.Account + ":root"
		out.Summary = "Let the role's account give it a grant: first add the statement to the key policy, then give the grant."
		out.Notes = append(out.Notes, fmt.Sprintf("The key is of account %s and the role of %s: the statement lets account %s give this role grants and nothing else. Who gives the grant there needs kms:CreateGrant on this key in a policy of their own. Denials are logged in the caller's account only; the key owner's trail can look clean.", owner, inc.Account, inc.Account))
		return a
	}
	a.identity = true
	out.Notes = append(out.Notes, fmt.Sprintf("The key is of account %s and the caller of %s: the key policy there and the identity side here must both allow the call. Denials are logged in the caller's account only; the key owner's trail can look clean.", owner, inc.Account))
	return a
}

// commands are the calls that bring a key back, which its owner makes.
func commands(cause string, sc scope) []incident.Command {
	out := []incident.Command{}
	if sc.key == "" {
		return out
	}
	_, owner := placeOf(sc.key)
	if cause == keyPending {
		out = append(out, incident.Command{Purpose: "To cancel the deletion", Account: owner, Command: kms("cancel-key-deletion", sc.key)})
	}
	if cause == keyPending || cause == keyDisabled {
		out = append(out, incident.Command{Purpose: "To enable the key", Account: owner, Command: kms("enable-key", sc.key)})
	}
	return out
}

// kms is a call that concerns a key.
func kms(call, key string) string {
	region, _ := placeOf(key)
	return fmt.Sprintf("aws kms %s --region %s --key-id '%s'", call, region, key)
}

func needs(sc scope) string {
	if sc.launches {
		return "Making a volume (RunInstances, CreateVolume) needs kms:CreateGrant, kms:GenerateDataKeyWithoutPlaintext, kms:DescribeKey, kms:Decrypt and kms:ReEncryptFrom/To; starting an existing instance needs kms:CreateGrant alone."
	}
	return "Starting an existing instance needs kms:CreateGrant alone; launching a new one also needs kms:GenerateDataKeyWithoutPlaintext, kms:DescribeKey, kms:Decrypt and kms:ReEncryptFrom/To."
}

// placeOf is the region and the account of a [plainKey].
func placeOf(key string) (region, account string) {
	parts := strings.SplitN(key, ":", 6)
	return parts[3], parts[4]
}

// shellSafe keeps a stranger's string from ending the quotes it is put in.
func shellSafe(s string) string { return strings.ReplaceAll(s, "'", "") }
