package analyze

import (
	"strings"

	"grantrail/ingest/table"
)

// principal is whose policy decides, and the session it acts in.
//
// An EC2 call and the KMS call that EC2 forwards for it agree in these only.
// The access key differs (a forwarded session has its own), and the address
// and agent of the forwarded call are EC2's: none of them is ever compared.
type principal struct {
	id      string // the user, role or root; compares equal over records
	arn     string // as reports show it
	kind    string // userIdentity.type
	session string
}

// actor is the identity that the join compares: principal and session.
func (p principal) actor() string {
	if p.id == "" {
		return ""
	}
	return p.id + "\x00" + p.session
}

// principals resolves identities. The sts form of a role's ARN drops its path
// and the issuer keeps it, so a path seen in any record serves for all.
type principals struct{ paths map[string]string }

func newPrincipals() *principals { return &principals{paths: map[string]string{}} }

// learn notes a role's full ARN from a session issuer.
func (ps *principals) learn(id table.Identity) {
	if account, name, ok := roleOf(id.Issuer); ok {
		key := roleID(account, name)
		if old, known := ps.paths[key]; !known || id.Issuer < old {
			ps.paths[key] = id.Issuer
		}
	}
}

// of resolves an identity; the principal of the message serves where the
// record has none.
func (ps *principals) of(id table.Identity, message string) principal {
	arn := id.ARN
	if arn == "" && id.Issuer == "" && id.Type != "AWSService" {
		arn = parseMessage(message).principal
		if !strings.HasPrefix(arn, "arn:") {
			arn = ""
		}
	}
	if account, role, session, ok := sessionOf(arn); ok {
		return ps.role(account, role, session, arn, id.Type)
	}
	if account, role, ok := roleOf(id.Issuer); ok && (arn == "" || id.Type == "AssumedRole") {
		_, session, _ := strings.Cut(id.PrincipalID, ":")
		return ps.role(account, role, session, id.Issuer, id.Type)
	}
	if account, role, ok := roleOf(arn); ok {
		return ps.role(account, role, "", arn, id.Type)
	}
	switch {
	case arn != "":
		return principal{id: arn, arn: arn, kind: id.Type}
	case id.PrincipalID != "":
		return principal{id: id.PrincipalID, arn: id.PrincipalID, kind: id.Type}
	}
	return principal{arn: id.InvokedBy, kind: id.Type}
}

func (ps *principals) role(account, name, session, arn, kind string) principal {
	id := roleID(account, name)
	full, known := ps.paths[id]
	if !known {
		full = "arn:" + partitionOf(arn) + ":iam::" + account + ":role/" + name
	}
	return principal{id: id, arn: full, kind: kind, session: session}
}

func roleID(account, name string) string { return "role/" + account + "/" + name }

// sessionOf splits arn:P:sts::ACCOUNT:assumed-role/NAME/SESSION.
func sessionOf(arn string) (account, role, session string, ok bool) {
	f := strings.SplitN(arn, ":", 6)
	if len(f) < 6 || f[2] != "sts" {
		return "", "", "", false
	}
	rest, ok := strings.CutPrefix(f[5], "assumed-role/")
	if !ok {
		return "", "", "", false
	}
	role, session, _ = strings.Cut(rest, "/")
	return f[4], role, session, role != ""
}

// roleOf splits arn:P:iam::ACCOUNT:role/PATH/NAME. Role names are unique in an
// account whatever their paths.
func roleOf(arn string) (account, name string, ok bool) {
	f := strings.SplitN(arn, ":", 6)
	if len(f) < 6 || f[2] != "iam" || !strings.HasPrefix(f[5], "role/") {
		return "", "", false
	}
	return f[4], f[5][strings.LastIndexByte(f[5], '/')+1:], true
}

func partitionOf(arn string) string {
	f := strings.SplitN(arn, ":", 3)
	if len(f) == 3 && f[0] == "arn" && f[1] != "" {
		return f[1]
	}
	return "aws"
}
