// Package record turns one raw CloudTrail record into an [Event].
//
// A record is raw, an event is decoded: raw JSON stops here. Decoding is in
// two steps. [Decoder.Head] looks at the top level only and says whether the
// record can be placed at all (when, what, where); [Decoder.Event] decodes the
// rest of those that can matter. What can matter is one table, in kind.go.
//
// # What is believed
//
// A record that says a name twice is refused: readers of JSON differ on which
// one counts, and a forger can use that. Types are taken as they come, since
// CloudTrail's own vary over services and years (see node). Identifiers of
// instances, volumes, interfaces and keys are compared in lower case.
//
// Field names and shapes are those of
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
package record

import "time"

// Event is one decoded event, the row that tables hold. Strings are copies and
// outlive the raw record. Empty strings mean absent.
type Event struct {
	Kind Kind

	Object int   // ordinal of the object in listing order
	Record int   // zero-based position in the object's records
	Offset int64 // of the record, or of the outermost envelope around it, in the inflated object
	Length int   // of the same, in bytes; zero where the record has no bytes of its own
	Nested bool  // there may be such an envelope

	Lossy bool // a copy that has lost something on its way: not stored in tables

	ID       string    // eventID as written
	Time     time.Time // eventTime, UTC
	Name     string    // eventName
	Source   string    // eventSource
	Region   string    // awsRegion
	Account  string    // recipientAccountId, or the caller's where there is none
	Request  string    // requestID, lower case
	SharedID string    // sharedEventID
	Replaces string    // the eventID that an addendum supersedes, lower case
	Content  [16]byte  // first half of the SHA-256 of the record's canonical JSON (RFC 8785)

	Identity Identity
	SourceIP string
	Agent    string

	ErrorCode    string
	ErrorMessage string

	Key        string // the key as the record names it: ARN, bare id or alias
	GrantID    string
	Grantee    string // instance that a grant is for, or that decrypts
	Service    string // another AWS service that the encryption context or grantee names
	Instances  []string
	States     []string // state before the call (or the new state, of a StateChange), parallel to Instances
	Interfaces []string // network interfaces
	Owners     []string // instance of each interface, parallel to Interfaces
	Volumes    []string
	Target     string // what a Change is about: role, user or group name, policy id, alias; grantee of a grant that is no instance
	Policy     string // policy ARN or id that a Change attaches or alters; group that a user joins or leaves

	StateReason string // why an instance is in its state, of a ConfigItem or Described: the code
}

// Identity is userIdentity, flattened.
type Identity struct {
	Type        string
	ARN         string
	PrincipalID string
	Account     string
	UserName    string
	Issuer      string // sessionIssuer.arn: the role, with its path
	InvokedBy   string
}
