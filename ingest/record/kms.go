package record

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// key decodes a KMS call: which key, for which instance and volume.
//
// A refused call that EC2 forwarded carries none of it (requestParameters is
// null and there are no resources); the key is then in the message alone, and
// the analysis reads it there. Direct calls and other error classes keep their
// parameters.
func (p parts) key(e *Event) {
	e.Key = p.keyName()
	e.GrantID = p.response.text("grantId")
	if e.GrantID == "" {
		e.GrantID = p.request.text("grantId")
	}
	grantee := p.request.text("granteePrincipal")
	e.Grantee = instanceOf(grantee)
	if e.Grantee == "" {
		e.Grantee, e.Target = p.infrastructure(), grantee
	}
	p.context(e, grantee)
}

// keyName is the key as the record names it, the fullest spelling first.
func (p parts) keyName() string {
	named := []string{p.request.text("keyId"), p.request.text("destinationKeyId"), p.response.text("keyId")}
	for _, r := range p.resourceList() {
		named = append(named, r.text("ARN"))
	}
	best := ""
	for _, name := range named {
		if strings.HasPrefix(name, "arn:") && strings.Contains(name, ":key/") {
			return name
		}
		if best == "" {
			best = name
		}
	}
	return best
}

// instancePattern finds an instance id behind the marker that EC2 uses for the
// role of an instance's infrastructure: "aws:ec2-infrastructure/i-…" today,
// "aws:ec2-infrastructure:i-…" in 2014.
var instancePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)aws:ec2-infrastructure[/:](i-[0-9a-z]+)`) })

func instanceOf(principal string) string {
	// The pattern is slow, and these letters have no other spelling in it.
	if !strings.Contains(principal, "2-i") && !strings.Contains(principal, "2-I") {
		return ""
	}
	if m := instancePattern().FindStringSubmatch(principal); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

// infrastructure is the instance that makes the call with its own
// infrastructure role, or "".
func (p parts) infrastructure() string {
	for _, s := range []string{p.identity.text("principalId"), p.identity.text("arn")} {
		if id := instanceOf(s); id != "" {
			return id
		}
	}
	if !strings.Contains(p.identity.text("arn"), "aws:ec2-infrastructure") {
		return ""
	}
	_, id, _ := strings.Cut(p.identity.text("inScopeOf", "credentialsIssuedTo"), ":instance/")
	return strings.ToLower(id)
}

// context reads the encryption context: aws:ebs:id names the volume (or, for a
// copied snapshot, a snapshot, which is no volume). A context or a grantee of
// another service says whose call it really is.
func (p parts) context(e *Event, grantee string) {
	contexts := []node{
		p.request.get("encryptionContext"),
		p.request.get("constraints", "encryptionContextSubset"),
		p.request.get("constraints", "encryptionContextEquals"),
		p.request.get("destinationEncryptionContext"),
	}
	ebs, other := false, ""
	for _, c := range contexts {
		id := strings.ToLower(c.text("aws:ebs:id"))
		ebs = ebs || id != ""
		if strings.HasPrefix(id, "vol-") && len(e.Volumes) == 0 {
			e.Volumes = []string{id}
		}
		if name := c.foreign(); other == "" {
			other = name
		}
	}
	if ebs || e.Grantee != "" {
		return
	}
	e.Service = other
	if host, _, ok := strings.Cut(grantee, ".amazonaws.com"); ok && !strings.HasPrefix(host, "ec2.") && host != "ec2" {
		e.Service = grantee
	}
}

// foreign is the first member, in name order, of an encryption context that a
// service other than EBS writes, such as aws:rds:db-id.
func (n node) foreign() string {
	if !n.is('{') {
		return ""
	}
	first := ""
	for at, end := n.inside(); at < end; at = n.behind(at) {
		k := n.name(at)
		if bytes.HasPrefix(k, []byte("aws:")) && string(k) != "aws:ebs:id" && (first == "" || string(k) < first) {
			first = string(k)
		}
	}
	return first
}
