package analyze

import (
	"encoding/json"
	"strings"
)

// statement is one statement of an IAM or key policy, its members in the order
// in which AWS prints them.
type statement struct {
	Sid       string     `json:"Sid"`
	Effect    string     `json:"Effect"`
	Principal *awsOnly   `json:"Principal,omitempty"`
	Action    []string   `json:"Action"`
	Resource  string     `json:"Resource"`
	Condition *condition `json:"Condition,omitempty"`
}

type awsOnly struct {
	AWS string `json:"AWS"`
}

type condition struct {
	Bool         map[string]string `json:"Bool,omitempty"`
	StringEquals map[string]string `json:"StringEquals,omitempty"`
}

// scope is what the evidence allows a policy to be filled with.
type scope struct {
	key       string // a key's full ARN
	region    string
	principal string
	launches  bool   // RunInstances was seen: volumes are made, not only attached
	starts    bool   // StartInstances was
	grants    bool   // CreateGrant was refused
	others    bool   // another call was
	anyway    bool   // the calls come by way of another service than EC2: kms:ViaService is left out
	grantee   string // if set, the principal is to give it a grant, and nothing else
}

// plainKey is a KMS key ARN and nothing else. A policy or a command line is
// filled with nothing that does not match it: log text is a stranger's.
func plainKey(arn string) bool {
	rest, aws := strings.CutPrefix(arn, "arn:aws")
	partition, rest, _ := strings.Cut(rest, ":kms:")
	region, rest, _ := strings.Cut(rest, ":")
	account, id, of := strings.Cut(rest, ":key/")
	return aws && of && only(partition, lower+"-") &&
		region != "" && only(region, lower+decimal+"-") &&
		isAccount(account) &&
		id != "" && only(id, lower+upper+decimal+"-")
}

const (
	lower   = "abcdefghijklmnopqrstuvwxyz"
	upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	decimal = "0123456789"
)

// only reports whether a text is of these letters, if of any.
func only(text, letters string) bool { return strings.Trim(text, letters) == "" }

// The actions of
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html.
// A start needs the grant alone; making volumes needs the rest as well.
var (
	startActions  = []string{"kms:CreateGrant"}
	launchActions = []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"}
)

// statements allow what the launch needs, through EC2 in this region only, and
// grants only for AWS resources. A service-linked role acts by way of its own
// service, and
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
// allows it without kms:ViaService.
func (s scope) statements(principal *awsOnly) []statement {
	if s.grantee != "" {
		return []statement{{
			Sid: "AllowGrantsToThisRole", Effect: "Allow", Principal: principal, Action: startActions, Resource: s.key,
			Condition: &condition{StringEquals: map[string]string{"kms:GranteePrincipal": s.grantee}},
		}}
	}
	var via map[string]string
	if !s.anyway {
		via = map[string]string{"kms:ViaService": s.viaService()}
	}
	out := []statement{{
		Sid: "AllowEc2GrantsOnThisKey", Effect: "Allow", Principal: principal, Action: startActions, Resource: s.key,
		Condition: &condition{Bool: map[string]string{"kms:GrantIsForAWSResource": "true"}, StringEquals: via},
	}}
	if s.launches {
		use := statement{Sid: "AllowEc2UseOfThisKey", Effect: "Allow", Principal: principal, Action: launchActions, Resource: s.key}
		if via != nil {
			use.Condition = &condition{StringEquals: via}
		}
		out = append(out, use)
	}
	return out
}

// viaService is EC2 in the region of the launch, which is the region of the
// service and not of the key.
func (s scope) viaService() string {
	domain := "amazonaws.com"
	if strings.HasPrefix(s.region, "cn-") {
		domain = "amazonaws.com.cn"
	}
	return "ec2." + s.region + "." + domain
}

// identityPolicy is a whole identity-based policy, laid out.
func (s scope) identityPolicy() json.RawMessage {
	return marshal(struct {
		Version   string      `json:"Version"`
		Statement []statement `json:"Statement"`
	}{"2012-10-17", s.statements(nil)})
}

// keyStatement is what to add to the key policy's Statement, laid out.
func (s scope) keyStatement() json.RawMessage {
	sts := s.statements(&awsOnly{s.principal})
	if len(sts) == 1 {
		return marshal(sts[0])
	}
	return marshal(sts)
}

func marshal(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic("marshalling a policy of plain strings: " + err.Error())
	}
	return b
}
