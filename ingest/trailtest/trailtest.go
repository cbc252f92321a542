// Package trailtest builds CloudTrail archives from a description, and spoils
// them on purpose. Tests and the demo use it; nothing else does. The same
// description gives the same bytes: there is no clock and no chance in it.
//
// # The description
//
// One verb a line, then its words. A word is option=value, a bare flag, or a
// name. A value with spaces is a quoted Go string. A word that starts with #
// opens a comment, and a line that ends in \ goes on in the next.
//
//	account 111122223333
//	region eu-west-1
//	default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
//	start   at=2026-03-02T10:20:30Z instance=i-0aaa1111bbbb2222c request=r1
//	refused at=+1s request=r1 because=identity-missing
//
// Settings hold for the lines below them. "account" and "region" start as
// 111122223333 and eu-west-1. "default" gives an option to every later verb
// that knows it; an empty value takes it back.
//
//	file [PATH] [pretty] [plain] [bom] [members=N] [order=name-first|sorted]
//	     [kind=eventbridge|securitylake|securitylake-1] [sep=newline]
//
// "file" opens a new object; without a PATH it gets the name that the service
// would give it. Objects are gzip members of one line without a newline, unless
// the flags say otherwise: pretty JSON, no gzip, a byte order mark, the JSON
// spread over N gzip members. kind=eventbridge holds envelopes back to back,
// kind=securitylake the records as OCSF in Parquet, and securitylake-1 as its
// first version had them.
//
// Every other verb writes records into the object. All of them take:
//
//	at=       RFC 3339, or +1s and -1s from the time of the record before; the same time if absent
//	account=, region=  for this line only
//	request=  a name or a UUID; the same name is the same UUID; none leaves the field out
//	id=       the eventID, a name or a UUID
//	{...}     a JSON object merged over the record: objects merge, all else replaces, null is a value
//	-a.b      takes a field out of the record
//
// Callers are by=role/[PATH/]NAME/SESSION, by=user/[PATH/]NAME or by=root.
// via= names the service that calls on their behalf. Verbs of the EC2 API and
// changes take ip=, agent=, and error= with message= for a call that failed.
//
//	start      by= instance=I,.. [previous=stopped] [current=pending]
//	stop       by= instance=I,.. [previous=running] [current=stopping]
//	terminate  by= instance=I,.. [previous=running] [current=shutting-down]
//	run        by= instance=I,.. [eni=E,..] [image=] [type=] [key=] [group=]
//	refused    by= key= because= [action=CreateGrant] [policy=ARN] [error=] [message=] [via=HOST|none]
//	granted    by= key= [instance=] [volume=] [grantee=instance|service|legacy] [grant=] [via=]
//	datakey    by= key= [volume=] [via=]
//	decrypt    instance= volume= key=          the instance reads its volume
//	retire     key= grant=
//	cleanup    eni=E,..                        EC2 deletes the interface of a failed launch
//	evict      instance=I,..                   a Spot interruption
//	createvolume  by= volume= [key=] [snapshot=]
//	attachvolume, detachvolume  by= volume= instance= [device=]
//	createsnapshot  by= volume= snapshot=
//	state      instance=I,.. is=stopped        an EventBridge state-change; kind=eventbridge only
//	noise      [n=10] [every=30s] [by=]        other records, some with decoys of the above
//	event      name= source= [by=] [readonly]  any other call; fill it with {...}
//	digests    from= to= [trail=main] [bucket=example-trail] [sidecar] [rotate=T] [restart=T,..] [backfill=T,..]
//	           digest files over the log files above, for whole hours, with public-keys.json; sidecar keeps
//	           the signatures beside them, rotate changes the key, restart begins the chain anew at an hour,
//	           and backfill writes that hour's digest late
//	raw JSON                                   any JSON value in the place of a record
//	again      [id=NAME]                       the record before, or the named one, once more
//
// Changes take by= and: putkeypolicy, disablekey, enablekey,
// schedulekeydeletion, cancelkeydeletion, revokegrant: key= [grant=] [document=] [days=].
// IAM verbs are the API's names in lower case (putrolepolicy, detachuserpolicy,
// deleterolepermissionsboundary, createpolicyversion, ..) with role=, user= or
// group=, policy=, document=, and lie in us-east-1. So do the organisation's
// attachpolicy, detachpolicy and updatepolicy, with policy= and target=.
//
// because= is a row of the table in because.go.
//
// # Shapes
//
// Records have the fields, and the order of fields, of eventVersion 1.11. A call
// that EC2 forwards to KMS carries the caller's identity with invokedBy, its own
// access key and the request of the launch; a refused one has null
// requestParameters and no resources. Event IDs come from what a line says, so
// the same line in two archives is the same event.
package trailtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Trail is an archive in memory: the objects in the order described.
type Trail struct {
	Objects []Object
}

// Object is one stored object. Path is slash-separated and relative.
type Object struct {
	Path string
	Data []byte
}

// ParseError says which line of a description cannot be understood.
type ParseError struct {
	Line int // from 1
	Err  error
}

func (e *ParseError) Error() string { return fmt.Sprintf("trail line %d: %v", e.Line, e.Err) }

func (e *ParseError) Unwrap() error { return e.Err }

// Parse builds the archive that text describes. Its error is a [*ParseError].
func Parse(text string) (*Trail, error) {
	b := newBuilder()
	var pending string
	begin := 0
	for i, s := range strings.Split(text, "\n") {
		if pending == "" {
			begin = i + 1
			b.number = begin
		}
		s = strings.TrimRight(s, " \t\r")
		if head, more := strings.CutSuffix(s, `\`); more {
			pending += head + " "
			continue
		}
		s, pending = pending+s, ""
		if err := b.line(s); err != nil {
			return nil, &ParseError{Line: begin, Err: err}
		}
	}
	if strings.TrimSpace(pending) != "" {
		return nil, &ParseError{Line: begin, Err: fmt.Errorf("the text ends inside a continued line")}
	}
	return b.trail()
}

// Write puts the objects below dir, making the folders they need.
func (t *Trail) Write(dir string) error {
	for _, o := range t.Objects {
		name := filepath.Join(dir, filepath.FromSlash(o.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return fmt.Errorf("writing object %q: %w", o.Path, err)
		}
		if err := os.WriteFile(name, o.Data, 0o644); err != nil {
			return fmt.Errorf("writing object %q: %w", o.Path, err)
		}
	}
	return nil
}
