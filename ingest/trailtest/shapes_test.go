package trailtest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// grammar is the message of a denial, as AWS documents and prints it. It is
// written here once more, and not shared with the reader, so that neither side
// can be bent to fit the other.
var grammar = regexp.MustCompile(`(?i)^User: (?P<principal>\S.*?) is not authorized to perform: (?P<action>[a-z0-9-]+:[a-z0-9*]+)` +
	`(?: on (?:resource: "?(?P<resource>arn:[^\s"]+)"?|(?P<vague>this resource|the resource associated with this ciphertext)))?` +
	`(?: because no (?P<missing>[a-z -]+?)(?: polic(?:y|ies))? allows? | (?:with|due to) an explicit deny(?: in (?:an?|the) (?P<deny>permissions boundary|[a-z -]+? policy))?(?: transitively through an? (?P<via>[a-z -]+? policy))?(?:: (?P<policy>arn:\S+))?| because (?P<ambiguous>the resource does not exist in this Region))?`)

const (
	now = "at=2026-03-02T10:20:30Z "
	ana = "by=role/team/ops-ec2/ana "
	key = "key=1111aaaa-22bb-33cc-44dd-5555eeee6666 "

	keyARN = "arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666"
	anaARN = "arn:aws:sts::111122223333:assumed-role/ops-ec2/ana"
)

func TestEveryReasonFitsTheGrammar(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(reasons)) {
		r := one(t, "refused "+now+ana+key+"because="+name)
		message, _ := r["errorMessage"].(string)
		if reasons[name].code != "" {
			if r["errorCode"] != reasons[name].code || strings.HasPrefix(message, "User:") {
				t.Errorf("%s: %v: %q", name, r["errorCode"], message)
			}
			continue
		}
		m := grammar.FindStringSubmatch(message)
		group := func(name string) string { return m[grammar.SubexpIndex(name)] }
		if m == nil || group("principal") != anaARN || group("action") != "kms:CreateGrant" {
			t.Errorf("%s: %q", name, message)
			continue
		}
		kind, _, _ := strings.Cut(name, "-")
		what := map[string]string{"identity": "identity-based", "key": "resource-based", "boundary": "permissions boundary", "session": "session", "scp": "service control", "rcp": "resource control", "vpce": "VPC endpoint"}[kind]
		switch {
		case strings.HasSuffix(name, "-missing") && group("missing") == what && group("resource") == keyARN:
		case strings.HasSuffix(name, "-deny") && strings.TrimSuffix(group("deny"), " policy") == what:
		case name == "ambiguous" && group("ambiguous") != "" && group("resource") == "":
		case slices.Contains([]string{"bare", "managed", "deny"}, name) && group("missing")+group("deny")+group("ambiguous") == "":
		default:
			t.Errorf("%s: %q", name, message)
		}
	}
}

func TestRefused(t *testing.T) {
	r := one(t, "refused "+now+ana+key+"request=r1")
	for _, name := range []string{"requestParameters", "responseElements"} {
		if v, there := r[name]; !there || v != nil {
			t.Errorf("%s = %v, want null", name, v)
		}
	}
	if _, there := r["resources"]; there {
		t.Error("a refused call has resources")
	}
	if r["errorCode"] != "AccessDenied" || r["readOnly"] != false || r["sharedEventID"] == nil || r["vpcEndpointId"] != "AWS Internal" || r["tlsDetails"] != nil {
		t.Errorf("envelope: %v", r)
	}
	if at(r, "userIdentity", "invokedBy") != frontEnd || r["sourceIPAddress"] != frontEnd || r["userAgent"] != frontEnd {
		t.Errorf("not forwarded by EC2: %v", r["userIdentity"])
	}
	if id := r["eventID"].(string); id[14] != '3' || !uuidShape.MatchString(id) {
		t.Errorf("eventID %s is not a v3 UUID", id)
	}
	if got := at(r, "userIdentity", "sessionContext", "sessionIssuer", "arn"); got != "arn:aws:iam::111122223333:role/team/ops-ec2" {
		t.Errorf("session issuer %v", got)
	}
}

func TestRefusedOptions(t *testing.T) {
	tests := []struct{ words, field, want string }{
		{"action=ReEncryptFrom", "eventName", "ReEncrypt"},
		{"action=ReEncryptFrom because=ambiguous", "errorMessage", "on the resource associated with this ciphertext because"},
		{"because=scp-deny policy=arn:aws:organizations::1:policy/p-1", "errorMessage", "service control policy: arn:aws:organizations::1:policy/p-1"},
		{"because=not-found", "errorMessage", "Key '" + keyARN + "' does not exist"},
		{"error=Odd message=\"for {key}\"", "errorMessage", "for " + keyARN},
		{"error=Odd", "errorCode", "Odd"},
		{"via=none", "errorCode", "AccessDeniedException"},
		{"via=none", "sourceIPAddress", "203.0.113.7"},
		{"via=autoscaling.amazonaws.com", "userAgent", "autoscaling.amazonaws.com"},
	}
	for _, tt := range tests {
		got, _ := one(t, "refused "+now+ana+key+tt.words)[tt.field].(string)
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s = %q, want %q", tt.words, tt.field, got, tt.want)
		}
	}
	if one(t, "refused "+now+ana+key+"via=none")["requestParameters"] == nil {
		t.Error("a direct call lost its parameters")
	}
}

func TestLaunchAndGrantShareARequest(t *testing.T) {
	made := records(t, archive(t, "start "+now+ana+"instance=i-1,i-2 request=r1\n"+
		"granted at=+1s "+ana+key+"instance=i-1 volume=vol-1 request=r1\n"+
		"decrypt at=+1s "+key+"instance=i-1 volume=vol-1 request=r1").Objects[0].Data)
	start, grant, decrypt := made[0], made[1], made[2]
	if id := start["requestID"]; id != grant["requestID"] || id != decrypt["requestID"] || id != at(start, "responseElements", "requestId") {
		t.Error("the request is not the same throughout")
	}
	if items := at(start, "responseElements", "instancesSet", "items").([]any); len(items) != 2 || at(items[0], "previousState", "name") != "stopped" {
		t.Errorf("start answered %v", items)
	}
	if at(start, "userIdentity", "accessKeyId") == at(grant, "userIdentity", "accessKeyId") {
		t.Error("the forwarded call has the caller's access key")
	}
	if got := at(grant, "requestParameters", "granteePrincipal"); got != "arn:aws:sts::111122223333:assumed-role/aws:ec2-infrastructure/i-1" {
		t.Errorf("grantee %v", got)
	}
	if got := at(grant, "requestParameters", "constraints", "encryptionContextSubset", "aws:ebs:id"); got != "vol-1" {
		t.Errorf("volume %v", got)
	}
	if at(decrypt, "userIdentity", "inScopeOf", "credentialsIssuedTo") != "arn:aws:ec2:eu-west-1:111122223333:instance/i-1" || decrypt["readOnly"] != true {
		t.Errorf("decrypt by %v", decrypt["userIdentity"])
	}
}

func TestRefusedLaunchKeepsItsParameters(t *testing.T) {
	r := one(t, "start "+now+ana+"instance=i-1 error=Client.UnauthorizedOperation")
	if r["responseElements"] != nil || r["requestParameters"] == nil || !strings.Contains(r["errorMessage"].(string), "ec2:StartInstances") {
		t.Errorf("%v", r)
	}
}

func TestCallers(t *testing.T) {
	const slr = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling/AutoScaling"
	tests := []struct{ by, arn, invokedBy string }{
		{"root", "arn:aws:iam::111122223333:root", ""},
		{"user/team/ana", "arn:aws:iam::111122223333:user/team/ana", ""},
		{"role/ops/ana", "arn:aws:sts::111122223333:assumed-role/ops/ana", ""},
		{slr, "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling", "autoscaling.amazonaws.com"},
	}
	for _, tt := range tests {
		id := one(t, "run "+now+"instance=i-1 by="+tt.by)["userIdentity"]
		invoked, _ := at(id, "invokedBy").(string)
		if at(id, "arn") != tt.arn || invoked != tt.invokedBy {
			t.Errorf("%s: %v", tt.by, id)
		}
	}
	user := one(t, "granted "+now+key+"instance=i-1 by=user/ana")["userIdentity"]
	if at(user, "sessionContext", "attributes") == nil || !strings.HasPrefix(at(user, "accessKeyId").(string), "ASIA") {
		t.Errorf("a forwarded user has no session: %v", user)
	}
}

// Every verb must run on an ample line; what it makes must carry the fields
// without which no reader could place it.
func TestEveryVerb(t *testing.T) {
	ample := map[string]string{
		"by": "role/ops/ana", "instance": "i-1", "eni": "eni-1", "volume": "vol-1", "snapshot": "snap-1", "key": "k",
		"grant": "g", "is": "stopped", "name": "ListKeys", "source": kmsSource, "role": "r", "user": "u", "group": "g", "policy": "p", "target": "ou-1",
	}
	var given strings.Builder
	for _, name := range slices.Sorted(maps.Keys(ample)) {
		given.WriteString("default " + name + "=" + ample[name] + "\n")
	}
	verbs := slices.Concat(slices.Collect(maps.Keys(shapes)), slices.Collect(maps.Keys(keyChanges)), slices.Collect(maps.Keys(policyChanges)))
	for _, verb := range verbs {
		container := "file a.json.gz\n"
		if verb == "state" {
			container = "file a.json.gz kind=eventbridge\n"
		}
		trail := archive(t, given.String()+container+verb+" "+now)
		if verb == "state" {
			continue
		}
		for _, r := range records(t, trail.Objects[0].Data) {
			for _, name := range []string{"eventTime", "eventName", "eventSource", "eventID", "awsRegion", "recipientAccountId", "userIdentity"} {
				if r[name] == nil {
					t.Errorf("%s: no %s", verb, name)
				}
			}
			if _, changes := policyChanges[verb]; changes && (r["awsRegion"] != "us-east-1" || !strings.EqualFold(r["eventName"].(string), verb)) {
				t.Errorf("%s: %v in %v", verb, r["eventName"], r["awsRegion"])
			}
		}
	}
}

func TestNoiseRecordsNoKeyCalls(t *testing.T) {
	made := records(t, archive(t, "noise n=30 "+now).Objects[0].Data)
	if len(made) != 30 {
		t.Fatalf("%d records, want 30", len(made))
	}
	for _, r := range made {
		if r["eventSource"] == kmsSource {
			t.Errorf("noise holds %v", r["eventName"])
		}
	}
}
