package trailtest

import (
	"strings"
)

// caller is who is behind a call, from by=.
type caller struct {
	kind, path, name, session string
}

func (e *entry) caller() caller {
	by := e.need("by")
	if e.err != nil {
		return caller{}
	}
	parts := strings.Split(by, "/")
	n := len(parts)
	switch {
	case by == "root":
		return caller{kind: "Root"}
	case parts[0] == "user" && n >= 2:
		return caller{kind: "IAMUser", path: strings.Join(parts[1:n-1], "/"), name: parts[n-1]}
	case parts[0] == "role" && n >= 3:
		return caller{kind: "AssumedRole", path: strings.Join(parts[1:n-2], "/"), name: parts[n-2], session: parts[n-1]}
	}
	e.fail("by=%s is none of role/[PATH/]NAME/SESSION, user/[PATH/]NAME, root", by)
	return caller{}
}

// service is the host that assumes a service-linked role, or "".
func (c caller) service() string {
	host, _ := strings.CutPrefix(c.path, "aws-service-role/")
	if host == c.path {
		return ""
	}
	return host
}

// arn is the caller as records and messages name it: an assumed role loses its
// path.
func (e *entry) callerARN(c caller) string {
	switch c.kind {
	case "Root":
		return e.arn("iam", "root")
	case "IAMUser":
		return e.arn("iam", "user/"+slashed(c.path)+c.name)
	}
	return e.arn("sts", "assumed-role/"+c.name+"/"+c.session)
}

func slashed(path string) string {
	if path == "" {
		return ""
	}
	return path + "/"
}

// identity is the userIdentity block. via is the service that speaks for the
// caller. forwarded says that EC2 took the call on to KMS: such a call has an
// access key of its own and, for a user too, a session.
func (e *entry) identity(c caller, via string, forwarded bool) object {
	arn := e.callerARN(c)
	prefix, secret := "AKIA", code(16, "access key", arn)
	if forwarded {
		secret = code(16, "forwarded key", arn, e.seed)
	}
	if forwarded || c.kind != "IAMUser" {
		prefix = "ASIA"
	}
	id := object{
		{"type", c.kind},
		{"principalId", e.principalID(c)},
		{"arn", arn},
		{"accountId", e.account},
		{"accessKeyId", prefix + secret},
	}
	if c.kind == "IAMUser" {
		id = id.with("userName", c.name)
	}
	if s := e.session(c); len(s) > 1 || prefix == "ASIA" {
		id = id.with("sessionContext", s)
	}
	if via != "" {
		id = id.with("invokedBy", via)
	}
	return id
}

func (e *entry) session(c caller) object {
	var s object
	if c.kind == "AssumedRole" {
		s = object{{"sessionIssuer", object{
			{"type", "Role"},
			{"principalId", e.uniqueID(c)},
			{"arn", e.arn("iam", "role/"+slashed(c.path)+c.name)},
			{"accountId", e.account},
			{"userName", c.name},
		}}}
	}
	created := stamp(e.at.Truncate(3600e9))
	return s.with("attributes", object{{"creationDate", created}, {"mfaAuthenticated", "false"}})
}

func (e *entry) principalID(c caller) string {
	switch c.kind {
	case "Root":
		return e.account
	case "IAMUser":
		return e.uniqueID(c)
	}
	return e.uniqueID(c) + ":" + c.session
}

func (e *entry) uniqueID(c caller) string {
	prefix := "AROA"
	if c.kind == "IAMUser" {
		prefix = "AIDA"
	}
	return prefix + code(17, "unique id", e.account, c.path, c.name)
}

// instanceIdentity is the role that an instance reads its volumes with.
func (e *entry) instanceIdentity(instance string) object {
	const role = "aws:ec2-infrastructure"
	return object{
		{"type", "AssumedRole"},
		{"principalId", e.account + ":" + role + ":" + instance},
		{"arn", e.arn("sts", "assumed-role/"+role+"/"+instance)},
		{"accountId", e.account},
		{"accessKeyId", "ASIA" + code(16, "infrastructure key", instance)},
		{"sessionContext", object{
			{"sessionIssuer", object{
				{"type", "Role"},
				{"principalId", e.account + ":" + role},
				{"arn", e.arn("iam", "role/"+role)},
				{"accountId", e.account},
				{"userName", role},
			}},
			{"attributes", object{{"creationDate", stamp(e.at)}, {"mfaAuthenticated", "false"}}},
		}},
		{"invokedBy", "AWS Internal"},
		{"inScopeOf", object{
			{"issuerType", "AWS::EC2::Instance"},
			{"credentialsIssuedTo", e.arn("ec2", "instance/"+instance)},
		}},
	}
}
