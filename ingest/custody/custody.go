// Package custody is the account of the evidence: what was listed, what was
// read of it, what could not be read and why, and what time it covers.
//
// It is plain data, filled by package ingest, carried unchanged through the
// analysis and printed by every report. It imports the standard library only.
//
// # Promises
//
//   - Every listed object is in exactly one state: read, partial, unread,
//     skipped or duplicate. [Objects.Listed] is their sum.
//   - Whatever could not be read, decoded or trusted is one [Warning] with the
//     object, the record where one is known, a [Kind] and the reason in words.
//   - A problem in the evidence is data and is found here. What prevents the
//     run itself (nothing to list, nowhere to write) is an error and is not.
//
// The JSON names are fixed by the case schema grantrail.case/v1.
package custody

import "time"

// Manifest is the whole account of one run. It is the custody member of the
// case file.
type Manifest struct {
	Objects   Objects    `json:"objects"`
	Bytes     Bytes      `json:"bytes"`
	Records   Records    `json:"records"`
	Other     Other      `json:"other"`
	Time      Span       `json:"time"`
	Warnings  []Warning  `json:"warnings"`
	Coverage  []Coverage `json:"coverage"`
	Integrity Integrity  `json:"integrity"`
	LeftOut   []LeftOut  `json:"left_out"`
	Forgotten *Forgotten `json:"forgotten"`
}

// Forgotten is what a state held once, and dropped for its age: nil where
// nothing was. It is in none of the other counts.
type Forgotten struct {
	Before  time.Time `json:"before"`
	Objects int       `json:"objects"`
	Records int       `json:"records"`
}

// LeftOut is a part of a source that was not listed, since the filters cannot
// want it or it is another service's.
type LeftOut struct {
	Prefix string `json:"prefix"` // the s3:// URI that it begins with
	Why    string `json:"why"`

	// Where only a range of keys below the prefix was listed: from After on
	// and before Before, "" where open. Both empty: nothing was.
	After  string `json:"-"`
	Before string `json:"-"`
}

// Objects counts the listed objects by what became of them.
type Objects struct {
	Listed    int `json:"listed"`
	Read      int `json:"read"`      // wholly read
	Partial   int `json:"partial"`   // read up to a damage, or followed by something that is not evidence
	Unread    int `json:"unread"`    // should have been read and was not
	Skipped   int `json:"skipped"`   // read, and not CloudTrail evidence
	Duplicate int `json:"duplicate"` // named twice by the sources, read once
}

// Count adds one listed object in state s.
func (o *Objects) Count(s State) {
	o.Listed++
	switch s {
	case Read:
		o.Read++
	case Partial:
		o.Partial++
	case Unread:
		o.Unread++
	case Skipped:
		o.Skipped++
	case Duplicate:
		o.Duplicate++
	}
}

// Bytes counts what was read: as stored, and after inflating.
type Bytes struct {
	Stored   int64 `json:"stored"`
	Inflated int64 `json:"inflated"`
}

// Records counts CloudTrail records. Seen is exact: every record of every
// object read, before deduplication and before any filter. Kept are the
// distinct ones that the analysis holds. Duplicate and Conflicting are counted
// among those that it could hold. Refused are records that cannot be placed:
// no time, no name, no source, or the wrong type.
type Records struct {
	Seen        int `json:"seen"`
	Kept        int `json:"kept"`
	Duplicate   int `json:"duplicate"`
	Conflicting int `json:"conflicting"`
	Refused     int `json:"refused"`
}

// Other counts recognised evidence that is not CloudTrail records.
type Other struct {
	StateChanges      int `json:"state_changes"`      // EventBridge EC2 Instance State-change Notification
	VolumeEvents      int `json:"volume_events"`      // EventBridge EBS Volume Notification
	ConfigItems       int `json:"config_items"`       // AWS Config configuration items
	DescribeInstances int `json:"describe_instances"` // instances in saved describe-instances output
	Digests           int `json:"digests"`            // CloudTrail digest files
	Signatures        int `json:"signatures"`         // side-car files with the signature of a digest
	Insights          int `json:"insights"`           // CloudTrail Insights records
	NetworkActivity   int `json:"network_activity"`   // CloudTrail network activity records
	Aggregated        int `json:"aggregated"`         // CloudTrail aggregated records
	Notifications     int `json:"notifications"`      // S3, SNS and SQS messages that also say Records
	LakeRows          int `json:"lake_rows"`          // rows of Security Lake files that are not CloudTrail's
	Refused           int `json:"refused"`            // of the counted here, those that cannot be placed: no time, no instance
	Parsed            int `json:"parsed"`             // log files that were not left to the scan of raw bytes, or not wholly: the parser read their records
}

// Span is a stretch of event time, both ends included; they are nil where nothing was
// seen. Add and Merge write through them, so they are not to be shared.
type Span struct {
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
}

// add widens s to include t.
func (s *Span) add(t time.Time) {
	if s.First == nil {
		first, last := t, t // or every t would be put on the heap
		s.First, s.Last = &first, &last
	}
	if t.Before(*s.First) {
		*s.First = t
	}
	if t.After(*s.Last) {
		*s.Last = t
	}
}

// Merge widens s to include all of o.
func (s *Span) Merge(o Span) {
	if o.First != nil {
		s.add(*o.First)
		s.add(*o.Last)
	}
}

// Coverage says what one account and region contributed. Objects counts the
// objects that held at least one of its records.
type Coverage struct {
	Account string     `json:"account"`
	Region  string     `json:"region"`
	From    *time.Time `json:"from"`
	To      *time.Time `json:"to"`
	Objects int        `json:"objects"`
	Records int        `json:"records"`
	Gaps    []Gap      `json:"gaps"`

	// KMSRecords and Launches count every KMS record of the asked time and
	// its margins, and every launch of the asked time that succeeded.
	// Launches without one KMS record mean that the trail leaves KMS out.
	KMSRecords int `json:"kms_records"`
	Launches   int `json:"launches"`

	// ReadOnlyRecords counts, among all its records, those whose names begin
	// as calls that only read do. None among many means that the trail seems
	// to leave them out.
	ReadOnlyRecords int `json:"read_only_records"`
}

// Gap is a stretch of time without log files between stretches with some.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// Integrity is the result of digest validation. Checked is false where no
// digest was validated; the maps are then empty.
type Integrity struct {
	Checked  bool           `json:"checked"`
	Checks   []string       `json:"checks"`
	Logs     map[string]int `json:"logs"`
	Digests  map[string]int `json:"digests"`
	Findings []Finding      `json:"findings"`
}

// Finding is one object whose verdict needs saying.
type Finding struct {
	Object  string `json:"object"`
	Verdict string `json:"verdict"`
	Detail  string `json:"detail"`
}

// New is an account of nothing, every list empty and none nil, as the case
// schema wants it.
func New() Manifest {
	return Manifest{
		Warnings: []Warning{},
		Coverage: []Coverage{},
		Integrity: Integrity{
			Checks: []string{}, Logs: map[string]int{}, Digests: map[string]int{}, Findings: []Finding{},
		},
		LeftOut: []LeftOut{},
	}
}

// Incomplete reports whether some evidence could not be had: an object unread
// or partial, a record or another item of evidence refused, or a digest that
// speaks against what is at hand. Such a run ends with exit code 3, and its
// conclusion without incidents is never clean.
func (m *Manifest) Incomplete() bool {
	return m.Integrity.Fails() || m.Objects.Unread > 0 || m.Objects.Partial > 0 || m.Records.Refused > 0 || m.Other.Refused > 0
}

// Add sums o into c.
func (c *Other) Add(o Other) {
	c.StateChanges += o.StateChanges
	c.VolumeEvents += o.VolumeEvents
	c.ConfigItems += o.ConfigItems
	c.DescribeInstances += o.DescribeInstances
	c.Digests += o.Digests
	c.Signatures += o.Signatures
	c.Insights += o.Insights
	c.NetworkActivity += o.NetworkActivity
	c.Aggregated += o.Aggregated
	c.Notifications += o.Notifications
	c.LakeRows += o.LakeRows
	c.Refused += o.Refused
	c.Parsed += o.Parsed
}
