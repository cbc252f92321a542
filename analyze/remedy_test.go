package analyze

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"grantrail/analyze/incident"
)

func sample(cause, principal, key string) *incident.Incident {
	inc := &incident.Incident{
		Account: testAccount, Region: testRegion, Cause: incident.Cause{Code: cause},
		Principal: incident.Principal{ARN: principal}, Key: incident.Key{Manager: byUnknown},
		Attempts: []incident.Attempt{{Launch: incident.Pointer{Action: "RunInstances"}}},
	}
	if key != "" {
		inc.Key.ARN, inc.Key.Account = &key, optional(accountOf(key))
	}
	return inc
}

const (
	opsRole = "arn:aws:iam::111122223333:role/team/ops"
	asgRole = "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
	ssoRole = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef"
	farKey  = "arn:aws:kms:eu-west-1:444455556666:key/1111aaaa-22bb-33cc-44dd-5555eeee6666"
)

// TestPolicies: every policy is valid JSON, is scoped to the observed key, and
// names no wildcard.
func TestPolicies(t *testing.T) {
	for code := range statements {
		for _, principal := range []string{opsRole, asgRole, "arn:aws:iam::111122223333:user/ana", ssoRole, "arn:aws:iam::111122223333:role/aws:ec2-infrastructure"} {
			for _, key := range []string{testKey, farKey, ""} {
				r := remedy(sample(code, principal, key), "", forms{})
				for _, policy := range []json.RawMessage{r.IdentityPolicy, r.KeyPolicyStatement} {
					checkPolicy(t, code, key, policy)
				}
				checkTerraform(t, r, principal, key)
				if r.Summary == "" || len(r.Notes) == 0 {
					t.Errorf("%s: nothing is advised", code)
				}
			}
		}
	}
}

func checkPolicy(t *testing.T, code, key string, policy json.RawMessage) {
	t.Helper()
	if policy == nil {
		return
	}
	var v any
	if err := json.Unmarshal(policy, &v); err != nil {
		t.Errorf("%s: %v", code, err)
	}
	if key == "" || !strings.Contains(string(policy), `"Resource":"`+key+`"`) || strings.Contains(string(policy), "*") {
		t.Errorf("%s: a policy is not scoped to %q: %s", code, key, policy)
	}
}

// checkTerraform: where there is a policy there is Terraform that parses, and
// names the key and no wildcard.
func checkTerraform(t *testing.T, r incident.Remedy, principal, key string) {
	t.Helper()
	if r.Terraform == nil {
		if r.IdentityPolicy != nil || r.KeyPolicyStatement != nil {
			t.Errorf("%s: a policy without Terraform", principal)
		}
		return
	}
	f, diags := hclsyntax.ParseConfig([]byte(*r.Terraform), "remedy.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v in:\n%s", diags, *r.Terraform)
	}
	documents := 0
	for _, b := range f.Body.(*hclsyntax.Body).Blocks {
		if b.Type != "data" {
			continue
		}
		documents++
		for _, st := range b.Body.Blocks {
			v, diags := st.Body.Attributes["resources"].Expr.Value(nil)
			if diags.HasErrors() || v.LengthInt() != 1 || v.AsValueSlice()[0].AsString() != key {
				t.Errorf("a statement is not scoped to %q: %#v", key, v)
			}
		}
	}
	want := 0
	for _, policy := range []json.RawMessage{r.IdentityPolicy, r.KeyPolicyStatement} {
		if policy != nil {
			want++
		}
	}
	if documents != want || strings.Contains(*r.Terraform, `"*"`) {
		t.Errorf("%d documents for %d policies:\n%s", documents, want, *r.Terraform)
	}
}

// TestTerraformHostileName: what a stranger called the role stays a string.
func TestTerraformHostileName(t *testing.T) {
	const name = `x"${file("/etc/passwd")}%{if true}`
	r := remedy(sample(identityMissing, "arn:aws:iam::111122223333:role/"+name, testKey), "", forms{})
	f, diags := hclsyntax.ParseConfig([]byte(*r.Terraform), "remedy.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, b := range f.Body.(*hclsyntax.Body).Blocks {
		if b.Type == "resource" {
			v, diags := b.Body.Attributes["role"].Expr.Value(nil) // no functions, no variables
			if diags.HasErrors() || v.AsString() != `passwd")}%{if true}` {
				t.Errorf("got %#v, %v", v, diags)
			}
		}
	}
}

// TestRemedy: what helps is offered, and what cannot help is not.
func TestRemedy(t *testing.T) {
	for _, c := range []struct {
		name, cause, principal, key string
		identity, keyPolicy         bool
		says                        string // the notes
		runs                        string // the commands, each behind the account it is run in
	}{
		{"own key", identityMissing, opsRole, testKey, true, false, "delegates to IAM", ""},
		{"key policy", keyMissing, opsRole, testKey, false, true, "", ""},
		{"service-linked", identityMissing, asgRole, testKey, false, true, "grant helps", "111122223333: aws kms create-grant --region eu-west-1 --key-id '" + testKey + "' --grantee-principal '" + asgRole + "'"},
		{"a service itself", keyMissing, "autoscaling.amazonaws.com", testKey, false, false, "do not name the caller", ""},
		{"no ARN", accessDenied, "AROAEXAMPLEOPS000001:ana", testKey, false, false, "do not name the caller", ""},
		{"cross-account", keyMissing, opsRole, farKey, true, true, "of account 444455556666", ""},
		{"cross-account service-linked", keyMissing, asgRole, farKey, false, true, "of account 444455556666", "111122223333: aws kms create-grant --region eu-west-1 --key-id '" + farKey + "' --grantee-principal '" + asgRole + "'"},
		{"scp", scpDeny, opsRole, testKey, false, false, "management account", ""},
		{"rcp", rcpMissing, opsRole, testKey, false, false, "management account", ""},
		{"boundary", boundaryDeny, opsRole, testKey, false, false, "", ""},
		{"identity deny", identityDeny, opsRole, testKey, false, false, "", ""},
		{"disabled", keyDisabled, opsRole, testKey, false, false, "", "111122223333: aws kms enable-key --region eu-west-1 --key-id '" + testKey + "'"},
		{"disabled, cross-account", keyDisabled, opsRole, farKey, false, false, "", "444455556666: aws kms enable-key --region eu-west-1 --key-id '" + farKey + "'"},
		{"pending", keyPending, opsRole, testKey, false, false, "", "111122223333: aws kms cancel-key-deletion --region eu-west-1 --key-id '" + testKey + "'\n111122223333: aws kms enable-key --region eu-west-1 --key-id '" + testKey + "'"},
		{"disabled, hostile key", keyDisabled, opsRole, testKey + "'; rm -rf /", false, false, "", ""},
		{"permission set", identityMissing, ssoRole, testKey, true, false, "put the policy into the set", ""},
		{"permission set, denied", identityDeny, ssoRole, testKey, false, false, "change the set's policies", ""},
		{"permission set, boundary", boundaryMissing, ssoRole, testKey, false, false, "change the set's policies", ""},
		{"root user", accessDenied, "arn:aws:iam::111122223333:root", testKey, false, true, "no identity-based policy can be attached", ""},
		{"near miss: a user of that name", accessDenied, "arn:aws:iam::111122223333:user/root", testKey, true, true, "", ""},
		{"unnamed key", identityMissing, opsRole, "", false, false, "do not name the key", ""},
		{"hostile key", identityMissing, opsRole, testKey + "'; rm -rf /", false, false, "do not name the key", ""},
		{"infrastructure", keyDeny, "arn:aws:iam::111122223333:role/aws:ec2-infrastructure", testKey, false, false, "exemption for aws:ec2-infrastructure", ""},
	} {
		r := remedy(sample(c.cause, c.principal, c.key), "", forms{})
		if (r.IdentityPolicy != nil) != c.identity || (r.KeyPolicyStatement != nil) != c.keyPolicy {
			t.Errorf("%s: identity policy %s, key statement %s", c.name, r.IdentityPolicy, r.KeyPolicyStatement)
		}
		if !strings.Contains(strings.Join(r.Notes, "\n"), c.says) {
			t.Errorf("%s: the notes do not say %q: %q", c.name, c.says, r.Notes)
		}
		var runs []string
		for _, r := range r.Commands {
			command, _, _ := strings.Cut(r.Command, " --operations ")
			runs = append(runs, r.Account+": "+command)
		}
		if got := strings.Join(runs, "\n"); got != c.runs {
			t.Errorf("%s: the commands are\n%s\nand not\n%s", c.name, got, c.runs)
		}
	}
}

// TestRemedyOfWhatWasRefused: a data key is no grant, a launch is not started again,
// and three reasons are more than none.
func TestRemedyOfWhatWasRefused(t *testing.T) {
	const vague = "User: arn:aws:iam::111122223333:user/ana is not authorized to perform: kms:CreateGrant on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
	for _, c := range []struct {
		cause, launch, action, message string
		summary, note                  string
	}{
		{identityMissing, "StartInstances", "CreateGrant", "", "Allow the principal to create grants", "start the instance again"},
		{identityMissing, "RunInstances", "CreateGrant", "", "Allow the principal to create grants", "launch again"},
		{identityMissing, "RunInstances", "GenerateDataKeyWithoutPlaintext", "", "what making an encrypted volume asks", "launch again"},
		{accessDenied, "StartInstances", "CreateGrant", vague, "KMS gives three reasons", "Of a key of another account"},
		{accessDenied, "StartInstances", "CreateGrant", "Access Denied", "The message does not say", "look for a deny"},
		{keyMissing, "StartInstances", "CreateGrant", vague, "Add the principal to the key policy", ""},
	} {
		inc := sample(c.cause, opsRole, testKey)
		inc.Attempts[0].Launch.Action = c.launch
		inc.Attempts[0].Denials = []incident.Denial{{Action: c.action, ErrorMessage: c.message}}
		if r := remedy(inc, "", forms{}); !strings.Contains(r.Summary, c.summary) || !strings.Contains(strings.Join(r.Notes, "\n"), c.note) {
			t.Errorf("%+v: %q, %q", c, r.Summary, r.Notes)
		}
	}
}

// TestRemedyOfFailure: where KMS failed by itself, and nothing else was refused, the
// advice is to launch again.
func TestRemedyOfFailure(t *testing.T) {
	for codes, again := range map[string]bool{
		"KMSInternalException": true, "DependencyTimeoutException": true, "KMSInternalException DependencyTimeoutException": true,
		"ValidationException": false, "DependencyTimeoutException ValidationException": false,
	} {
		inc := sample(otherCause, opsRole, testKey)
		inc.Attempts[0].Denials = nil
		for code := range strings.FieldsSeq(codes) {
			inc.Attempts[0].Denials = append(inc.Attempts[0].Denials, incident.Denial{Action: "CreateGrant", ErrorCode: code})
		}
		if got := remedy(inc, "", forms{}).Summary; strings.Contains(got, "launch again") != again {
			t.Errorf("%s: %q", codes, got)
		}
	}
}

// TestManagedKey: nobody can edit the policy of an AWS managed key.
func TestManagedKey(t *testing.T) {
	inc := sample(keyMissing, opsRole, testKey)
	inc.Key.Manager = byAWS
	if r := remedy(inc, "", forms{}); r.KeyPolicyStatement != nil || !strings.HasPrefix(r.Summary, "No policy can fix this") || !strings.Contains(strings.Join(r.Notes, "\n"), "cannot be edited") {
		t.Errorf("got %s, %q", r.KeyPolicyStatement, r.Notes)
	}
}

// TestNoGrant: a grant is advised where one helps, and not against a deny, for a key
// that is disabled, or on a key that AWS manages.
func TestNoGrant(t *testing.T) {
	for _, c := range []struct {
		cause, manager string
		grant          bool
	}{
		{keyMissing, byUnknown, true},
		{accessDenied, byCustomer, true},
		{keyMissing, byAWS, false},
		{keyDeny, byCustomer, false},
		{keyDisabled, byCustomer, false},
		{scpDeny, byUnknown, false},
	} {
		inc := sample(c.cause, asgRole, testKey)
		inc.Key.Manager = c.manager
		r := remedy(inc, "", forms{})
		runs := slices.ContainsFunc(r.Commands, func(c incident.Command) bool { return strings.Contains(c.Command, "create-grant") })
		if notes := strings.Join(r.Notes, "\n"); runs != c.grant || strings.Contains(notes, "or a grant helps") != c.grant || !strings.Contains(notes, "own policies cannot be edited") {
			t.Errorf("%s, key of %s: %q, %q", c.cause, c.manager, r.Notes, r.Commands)
		}
	}
}

// TestPlainKey: a plain key is an ARN of this form, and nothing more or less.
func TestPlainKey(t *testing.T) {
	form := regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$`)
	whole := "arn:aws-us-gov:kms:us-gov-east-1:111122223333:key/mrk-1234ABcd"
	texts := []string{testKey, whole, "", "arn:aws:kms", "arn:aws:kms::111122223333:key/a", "arn:aws:kms:kms:kms:111122223333:key/a"}
	for i := range whole {
		for _, c := range []string{"", ":", "/", "-", "A", "a", "0", " ", "\n", "'", "é"} {
			texts = append(texts, whole[:i]+c+whole[i+1:], whole[:i]+c+whole[i:])
		}
	}
	for _, arn := range append(texts, whole+"\n", whole+":key/x") {
		if plainKey(arn) != form.MatchString(arn) {
			t.Errorf("%q: %t", arn, plainKey(arn))
		}
	}
}

func TestScope(t *testing.T) {
	of := func(launch, denied string) scope {
		return scopeOf(&incident.Incident{Attempts: []incident.Attempt{{Launch: incident.Pointer{Action: launch}, Denials: []incident.Denial{{Action: denied}}}}})
	}
	if of("StartInstances", "CreateGrant").launches || !of("RunInstances", "CreateGrant").launches || !of("StartInstances", "GenerateDataKeyWithoutPlaintext").launches {
		t.Error("launches")
	}
}

func TestShellSafe(t *testing.T) {
	if got := shellSafe("arn:aws:iam::1:role/aws-service-role/x'; rm -rf ~; '"); strings.Contains(got, "'") {
		t.Error(got)
	}
}

// TestRemedyOfServiceLinkedRole: that the role lacks anything is not said where KMS
// gives three reasons.
func TestRemedyOfServiceLinkedRole(t *testing.T) {
	const denied = "User: arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling is not authorized to perform: kms:CreateGrant"
	for message, want := range map[string]string{
		denied: "Let the service-linked role use the key",
		denied + " on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access": "KMS gives three reasons",
	} {
		inc := sample(accessDenied, asgRole, "")
		inc.Attempts[0].Denials = []incident.Denial{{Action: "CreateGrant", ErrorMessage: message}}
		r := remedy(inc, "", forms{})
		if !strings.HasPrefix(r.Summary, want) || slices.Contains(r.Notes, ofAnother) != strings.HasPrefix(want, "KMS") {
			t.Errorf("%s: %s %q", message, r.Summary, r.Notes)
		}
	}
}
