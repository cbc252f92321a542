// Package incident is what was concluded: the case, its incidents, and the
// account of the evidence they rest on.
//
// It is plain data, made by package analyze and read by package report, which
// needs nothing else. Marshalled as JSON, in this order of members, it is the
// case file of schema grantrail.case/v1: null or an empty list, never an
// absent key, and no clock inside unless asked for.
//
// Every statement carries a [Ref] to the record that proves it. Strings that
// come from the logs were written by strangers and are stored raw; each
// renderer makes them inert for its own format.
package incident

import (
	"encoding/json"
	"time"

	"grantrail/ingest/custody"
)

// Schema names the version of the case file.
const Schema = "grantrail.case/v1"

// Case is one run's answer.
type Case struct {
	Schema      string           `json:"schema"`
	Tool        Tool             `json:"tool"`
	Stamp       *time.Time       `json:"stamp"` // when it was written, where that was asked for; the one clock in a case
	Asked       Asked            `json:"asked"`
	Conclusion  Conclusion       `json:"conclusion"`
	Reasons     []string         `json:"reasons"` // why the conclusion is not clean, or what clean rests on
	Summary     Summary          `json:"summary"`
	Incidents   []Incident       `json:"incidents"`
	Unlinked    []Unlinked       `json:"unlinked"`
	Unexplained []Unexplained    `json:"unexplained"`
	Custody     custody.Manifest `json:"custody"`

	Suppressions []Suppression `json:"suppressions"`

	// Changes since the sweep before, for a reader of the report; nil outside
	// of sweeps. A saved case does not have them.
	Changes *Changes `json:"-"`
}

// Tool says which program wrote the case.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Asked repeats the question: the sources (sorted) and the filters in force.
type Asked struct {
	Sources     []string   `json:"sources"`
	From        *time.Time `json:"from"`
	To          *time.Time `json:"to"`
	Accounts    []string   `json:"accounts"`
	Regions     []string   `json:"regions"`
	Principals  []string   `json:"principals"`
	Keys        []string   `json:"keys"`
	Instances   []string   `json:"instances"`
	JoinWindowS float64    `json:"join_window_s"`
	StopWindowS float64    `json:"stop_window_s"`
	VerifyOnly  bool       `json:"verify_only"` // no launch was looked for
}

// Narrowed reports whether a question leaves out some of what the sources hold.
func (a *Asked) Narrowed() bool {
	return a.From != nil || a.To != nil || len(a.Accounts)+len(a.Regions)+len(a.Principals)+len(a.Keys)+len(a.Instances) > 0
}

// Conclusion is the one word of a run.
type Conclusion string

// The conclusions. Clean is a claim about the whole of what was asked.
const (
	Incidents    Conclusion = "incidents"
	Clean        Conclusion = "clean"
	Inconclusive Conclusion = "inconclusive"
)

// Summary is the case in figures. Denials counts the distinct refused KMS
// calls tied to a launch; Unlinked those that are not.
type Summary struct {
	Incidents int `json:"incidents"`
	Confirmed int `json:"confirmed"`
	Probable  int `json:"probable"`
	Possible  int `json:"possible"`
	Attempts  int `json:"attempts"`
	Denials   int `json:"denials"`
	Unlinked  int `json:"unlinked"`

	Suppressed int `json:"suppressed"` // of the incidents
}

// Launches counts the failed launches of all incidents, each once: those with a
// refusal of their own, and those whose refusals fit other launches as well.
func (c *Case) Launches() (failed, possible int) {
	type place struct {
		object string
		record int
	}
	grades := make(map[place]Grade)
	for i := range c.Incidents {
		attempts := c.Incidents[i].Attempts
		for j := range attempts {
			a := &attempts[j]
			at := place{a.Launch.Ref.Object, a.Launch.Ref.Record}
			if grade := grades[at]; a.Grade.Rank() > grade.Rank() {
				grades[at] = a.Grade
			}
		}
	}
	for _, grade := range grades {
		if grade == Possible {
			possible++
		} else {
			failed++
		}
	}
	return failed, possible
}

// Grade says how much of the story the archive shows.
type Grade string

// The grades, best first.
const (
	Confirmed Grade = "confirmed" // launch, tied refusal, and evidence that the instance did not stay up
	Probable  Grade = "probable"  // launch and tied refusal, no evidence either way about the stop
	Possible  Grade = "possible"  // another launch fits the refusal as well
)

// Rank orders grades: 3 confirmed, 2 probable, 1 possible, 0 anything else.
func (g Grade) Rank() int {
	switch g {
	case Confirmed:
		return 3
	case Probable:
		return 2
	case Possible:
		return 1
	}
	return 0
}

// Incident is every failed launch of one account, region, principal, key and
// cause.
type Incident struct {
	ID            string      `json:"id"`
	Grade         Grade       `json:"grade"`
	Cause         Cause       `json:"cause"`
	Account       string      `json:"account"`
	Region        string      `json:"region"`
	Principal     Principal   `json:"principal"`
	Key           Key         `json:"key"`
	FirstSeen     time.Time   `json:"first_seen"`
	LastSeen      time.Time   `json:"last_seen"`
	Attempts      []Attempt   `json:"attempts"`
	Trigger       *Trigger    `json:"trigger"`
	TriggerSearch string      `json:"trigger_search"` // what was looked through for it
	LastGood      *Pointer    `json:"last_good"`
	Resolution    *Resolution `json:"resolution"`
	Remedy        Remedy      `json:"remedy"`
	AtRisk        []AtRisk    `json:"at_risk"`
	Suppressed    *Suppressed `json:"suppressed"` // nil where it counts

	// Distrusted are the objects that it rests on and that digests speak
	// against.
	Distrusted []custody.Finding `json:"distrusted"`
}

// Cause is why KMS refused, as far as its message says.
type Cause struct {
	Code      string `json:"code"`      // one of the contract's 22
	Statement string `json:"statement"` // one sentence, never more than the message supports
	Evidence  []Ref  `json:"evidence"`
}

// Principal is whose policy decides: the user, role (with its path) or root.
// Sessions and InvokedBy are sorted and distinct.
type Principal struct {
	ARN       string   `json:"arn"`
	Type      string   `json:"type"`
	Sessions  []string `json:"sessions"`
	InvokedBy []string `json:"invoked_by"`
}

// Key is the KMS key; ARN is nil where the refusal does not name it. Inferred is the
// one key, then, that all of the incident's instances are known to use.
type Key struct {
	ARN      *string `json:"arn"`
	Account  *string `json:"account"`
	Manager  string  `json:"manager"` // aws, customer or unknown
	Inferred *string `json:"inferred"`
}

// Attempt is one failed launch. By is the user, role or root that made the launch
// call, where that is not the incident's principal: of a call that the instance made
// itself the policy of EC2's infrastructure role decides.
type Attempt struct {
	Launch    Pointer    `json:"launch"`
	By        *string    `json:"launched_by"`
	Grade     Grade      `json:"grade"`
	JoinedBy  []string   `json:"joined_by"` // request-id, grantee-instance, volume, principal-time
	LagS      float64    `json:"lag_s"`     // first refusal minus launch, seconds, may be negative
	Instances []Instance `json:"instances"`
	Denials   []Denial   `json:"denials"`
}

// Pointer is a record and the call it records.
type Pointer struct {
	Ref    Ref    `json:"ref"`
	Action string `json:"action"`
}

// Instance is one instance that the refusal can have cost.
type Instance struct {
	ID      string  `json:"id"`
	Outcome Outcome `json:"outcome"`
	Stop    *Stop   `json:"stop"`
}

// Outcome is what became of an instance after the launch.
type Outcome string

// The outcomes.
const (
	Stopped    Outcome = "stopped"
	Terminated Outcome = "terminated"
	Running    Outcome = "running"
	Unknown    Outcome = "unknown"
)

// Sources of a stop, strongest first.
const (
	FromConfigItem       = "config-item"
	FromDescribe         = "describe"
	FromStateChange      = "state-change"
	FromInterfaceCleanup = "interface-cleanup"
	FromImplied          = "implied"  // the next call found it down: an inference
	FromAPICall          = "api-call" // somebody stopped it: counter-evidence
)

// Stop is the evidence of a stop.
type Stop struct {
	Source      string  `json:"source"`
	StateReason *string `json:"state_reason"`
	Ref         Ref     `json:"ref"`
}

// Denial is one refused KMS call tied to the attempt. Volume is named by the
// records of the call itself where VolumeFrom is "record"; where it is
// "history", it is the only volume with this key that other records tie to the
// instances. Candidates is the number
// of launches that fit it; above one the tie is possible only. Where more fit
// than are listed, the nearest are.
type Denial struct {
	Ref          Ref     `json:"ref"`
	Action       string  `json:"action"`
	ErrorCode    string  `json:"error_code"`
	ErrorMessage string  `json:"error_message"`
	Volume       *string `json:"volume"`
	VolumeFrom   *string `json:"volume_from"`
	Candidates   int     `json:"candidates"`
}

// Trigger is the best candidate for what broke it, and the runners-up. It is
// never more than a candidate.
type Trigger struct {
	Ref       Ref       `json:"ref"`
	Action    string    `json:"action"`
	By        string    `json:"by"`
	Statement string    `json:"statement"`
	Others    []Trigger `json:"others"`
}

// Resolution is the first success after the incident, or the fixing change.
type Resolution struct {
	Ref       Ref    `json:"ref"`
	Action    string `json:"action"`
	Statement string `json:"statement"`
}

// Remedy is what really fixes this cause. The policies are JSON documents
// filled from the evidence, nil where no policy of that kind can help;
// Terraform is the same policies in its language. Commands are in the order in
// which they are to be run.
type Remedy struct {
	Summary            string          `json:"summary"`
	IdentityPolicy     json.RawMessage `json:"identity_policy"`
	KeyPolicyStatement json.RawMessage `json:"key_policy_statement"`
	Notes              []string        `json:"notes"`
	Terraform          *string         `json:"terraform"`
	Commands           []Command       `json:"commands"`
}

// Command is a line for a POSIX shell, with credentials of the account.
type Command struct {
	Purpose string `json:"purpose"` // "To enable the key"
	Account string `json:"account"`
	Command string `json:"command"`
}

// AtRisk is another instance that the archive ties to the same principal and
// key.
type AtRisk struct {
	InstanceID string  `json:"instance_id"`
	Volume     *string `json:"volume"`
	Ref        Ref     `json:"ref"`
}

// Unlinked is a refused KMS call that no launch explains, with why.
type Unlinked struct {
	Ref          Ref     `json:"ref"`
	Action       string  `json:"action"`
	PrincipalARN *string `json:"principal_arn"`
	KeyARN       *string `json:"key_arn"`
	ErrorCode    string  `json:"error_code"`
	ErrorMessage string  `json:"error_message"`
	Why          string  `json:"why"`    // a short code, see package analyze
	Detail       string  `json:"detail"` // the same in a sentence
}

// Unexplained is a launch that did not stay up and that no refusal explains.
type Unexplained struct {
	Launch     Pointer `json:"launch"`
	InstanceID string  `json:"instance_id"`
	Stop       Stop    `json:"stop"`
}

// Ref points at one record: Object is the path as given or the s3:// URI,
// Record the zero-based position in that object's record array.
type Ref struct {
	EventID   string    `json:"event_id"`
	EventName string    `json:"event_name"`
	EventTime time.Time `json:"event_time"`
	Object    string    `json:"object"`
	Record    int       `json:"record"`

	// Where the record, or the outermost envelope around it, stands in the
	// inflated object, in bytes: what a person cuts out to see the original.
	// Length is zero for a row of Parquet, which has no bytes of its own.
	// Nested says that there may be such an envelope.
	Offset int64 `json:"offset"`
	Length int   `json:"length"`
	Nested bool  `json:"nested"`
}
