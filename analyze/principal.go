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
type actor struct{ id, session string }

// principals resolves identities. The sts form of a role's ARN drops its path
// and the issuer keeps it, so a path seen in any record serves for all.
type principals struct {
	roles map[roleName]knownRole
	known map[principal]*principal // each once: most records are of few
	last  *principal
}

// roleName is a role without its path.
type roleName struct{ account, name string }

// knownRole is a role that an issuer names.
type knownRole struct{ id, arn string }

func newPrincipals() *principals {
	return &principals{roles: map[roleName]knownRole{}, known: map[principal]*principal{}, last: &principal{}}
}

// learn notes a role's full ARN from a session issuer.
func (ps *principals) learn(issuer string) {
	if account, name, ok := roleOf(issuer); ok {
		key := roleName{account, name}
		if old, known := ps.roles[key]; !known || issuer < old.arn {
			ps.roles[key] = knownRole{roleID(account, name), issuer}
		}
	}
}

// of resolves an identity; the principal of the message serves where the
// record has none.
func (ps *principals) of(id table.Identity, message string) *principal {
	p := ps.resolve(id, message)
	if *ps.last == p {
		return ps.last
	}
	if ps.last = ps.known[p]; ps.last == nil {
		first := p
		ps.last = &first
		ps.known[p] = ps.last
	}
	return ps.last
}

func (ps *principals) resolve(id table.Identity, message string) principal {
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
	if _, name, ok := strings.Cut(arn, ":federated-user/"); ok && strings.Contains(id.Issuer, ":user/") {
		return principal{id: id.Issuer, arn: id.Issuer, kind: id.Type, session: name} // who has no policy of their own
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
	r, known := ps.roles[roleName{account, name}]
	if !known {
		r = knownRole{roleID(account, name), "arn:" + partitionOf(arn) + ":iam::" + account + ":role/" + linkedPath(name) + name}
	}
	return principal{id: r.id, arn: r.arn, kind: kind, session: session}
}

// linkedPath is the path of a role that EC2's services make, or "": a session's ARN has
// none, and the record may not say who issued it. See
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-service-linked-role.html
// and https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
func linkedPath(role string) string {
	of, _, _ := strings.Cut(role, "_") // a suffix of one's own
	switch of {
	case "AWSServiceRoleForAutoScaling":
		return "aws-service-role/autoscaling.amazonaws.com/"
	case "AWSServiceRoleForEC2Spot":
		return "aws-service-role/spot.amazonaws.com/"
	case "AWSServiceRoleForEC2SpotFleet":
		return "aws-service-role/spotfleet.amazonaws.com/"
	case "AWSServiceRoleForEC2Fleet":
		return "aws-service-role/ec2fleet.amazonaws.com/"
	}
	return ""
}

func roleID(account, name string) string { return "role/" + account + "/" + name }

// sessionOf splits arn:P:sts::ACCOUNT:assumed-role/NAME/SESSION.
func sessionOf(arn string) (account, role, session string, ok bool) {
	service, account, resource, ok := splitARN(arn)
	if !ok || service != "sts" {
		return "", "", "", false
	}
	rest, ok := strings.CutPrefix(resource, "assumed-role/")
	if !ok {
		return "", "", "", false
	}
	role, session, _ = strings.Cut(rest, "/")
	return account, role, session, role != ""
}

// roleOf splits arn:P:iam::ACCOUNT:role/PATH/NAME. Role names are unique in an
// account whatever their paths.
func roleOf(arn string) (account, name string, ok bool) {
	service, account, resource, ok := splitARN(arn)
	if !ok || service != "iam" || !strings.HasPrefix(resource, "role/") {
		return "", "", false
	}
	return account, resource[strings.LastIndexByte(resource, '/')+1:], true
}

// splitARN splits arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. It is asked of
// every row more than once, and so takes no memory.
func splitARN(arn string) (service, account, resource string, ok bool) {
	_, rest, _ := strings.Cut(arn, ":")
	_, rest, _ = strings.Cut(rest, ":")
	service, rest, _ = strings.Cut(rest, ":")
	_, rest, _ = strings.Cut(rest, ":")
	account, resource, ok = strings.Cut(rest, ":")
	return service, account, resource, ok
}

func partitionOf(arn string) string {
	if rest, ok := strings.CutPrefix(arn, "arn:"); ok {
		if partition, _, ok := strings.Cut(rest, ":"); ok && partition != "" {
			return partition
		}
	}
	return "aws"
}
