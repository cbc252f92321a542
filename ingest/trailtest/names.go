package trailtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Identifiers are hashes of what they stand for, so that a name means the same
// thing in every trail and on every run.

var uuidShape = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func digest(parts ...string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return sum[:]
}

func uuid(version byte, parts ...string) string {
	d := digest(parts...)
	d[6] = d[6]&0x0f | version<<4
	d[8] = d[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", d[0:4], d[4:6], d[6:8], d[8:10], d[10:16])
}

// expand turns a short name into a UUID, and leaves a UUID alone.
func expand(kind, name string) string {
	if uuidShape.MatchString(name) {
		return name
	}
	return uuid(4, kind, name)
}

// code is n characters such as access keys and file names end in.
func code(n int, parts ...string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var s strings.Builder
	for _, c := range digest(parts...)[:n] {
		s.WriteByte(letters[c%32])
	}
	return s.String()
}

func grantID(parts ...string) string {
	return hex.EncodeToString(digest(append([]string{"grant"}, parts...)...))
}

// stamp is a time as records spell it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func partition(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	}
	return "aws"
}

// arn names a thing of the entry's account; IAM's ARNs have no region.
func (e *entry) arn(service, rest string) string {
	region := e.region
	if service == "iam" || service == "sts" {
		region = ""
	}
	return strings.Join([]string{"arn", partition(e.region), service, region, e.account, rest}, ":")
}

// keyARN accepts a key's UUID, its mrk- id, an alias or a whole ARN.
func (e *entry) keyARN(key string) string {
	switch {
	case key == "" || strings.HasPrefix(key, "arn:"):
		return key
	case strings.HasPrefix(key, "alias/"):
		return e.arn("kms", key)
	}
	return e.arn("kms", "key/"+key)
}

// keyResource is the resources member of a KMS call that found its key.
func keyResource(arn string) list {
	return list{resource(arn, "AWS::KMS::Key")}
}

func resource(arn, kind string) object {
	account := ""
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		account = parts[4]
	}
	return object{{"accountId", account}, {"type", kind}, {"ARN", arn}}
}
