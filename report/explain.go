package report

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"grantrail/analyze/incident"
)

// ErrNoIncident is the error of [Explain] for an id that the case does not
// have.
var ErrNoIncident = errors.New("the case has no such incident")

// Explain writes the join of one incident step by step, as plain text: each
// record with its object, number and bytes, and a shell line that prints
// exactly that record from the archive.
func Explain(w io.Writer, c *incident.Case, id string) error {
	for i := range c.Incidents {
		if c.Incidents[i].ID == id {
			e := &explanation{}
			e.incident(&c.Incidents[i])
			_, err := io.WriteString(w, e.b.String())
			return err
		}
	}
	return fmt.Errorf("%w: %q", ErrNoIncident, id)
}

// explanation is text in the making. Every foreign string passes through
// visible before it is written.
type explanation struct{ b strings.Builder }

func (e *explanation) line(depth int, format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = visible(s)
		}
	}
	e.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&e.b, format, args...)
	e.b.WriteByte('\n')
}

func (e *explanation) incident(in *incident.Incident) {
	key := "not named by the refusals"
	if in.Key.ARN != nil {
		key = *in.Key.ARN
	}
	e.line(0, "%s: %s, %s", in.ID, string(in.Grade), in.Cause.Code)
	e.line(1, "principal  %s", in.Principal.ARN)
	e.line(1, "key        %s", key)
	e.line(1, "where      account %s, %s", in.Account, in.Region)
	for i := range in.Attempts {
		e.attempt(&in.Attempts[i], i+1, len(in.Attempts))
	}
	e.around(in)
}

func (e *explanation) attempt(a *incident.Attempt, n, of int) {
	e.line(0, "")
	e.line(0, "Launch %d of %d: %s", n, of, string(a.Grade))
	e.record("launch", a.Launch.Action+" was accepted", a.Launch.Ref)
	for i := range a.Denials {
		d := &a.Denials[i]
		e.record("refusal", d.Action+" was refused with "+d.ErrorCode, d.Ref)
		e.line(2, "message  %s", d.ErrorMessage)
		if d.Volume != nil {
			e.line(2, "volume   %s, %s", *d.Volume, volumeMeans[value(d.VolumeFrom)])
		}
		e.line(2, "fits     %s", fits(d.Candidates))
	}
	for _, by := range a.JoinedBy {
		e.line(1, "joined by %s: %s", by, joinMeans[by])
	}
	e.line(1, "lag       %g s from the launch to the first refusal", a.LagS)
	for _, in := range a.Instances {
		e.instance(in)
	}
	e.line(1, "grade     %s: %s", string(a.Grade), string(meaning[a.Grade]))
}

// volumeMeans says how a volume is known.
var volumeMeans = map[string]string{
	"record":  "as the records of this request name it",
	"history": "the only one with this key that earlier or later records tie to the instances",
}

func fits(n int) string {
	if n == 1 {
		return "this launch and no other in the archive"
	}
	return fmt.Sprintf("%d launches; none is picked", n)
}

// joinMeans says what each tie rests on.
var joinMeans = map[string]string{
	"request-id":       "launch and refusal carry the same requestID, in the same account and region",
	"grantee-instance": "the refused call names an instance of the launch",
	"volume":           "the refused call names a volume that earlier records tie to an instance of the launch",
	"principal-time":   "same account, region, principal and session, inside the join window",
}

func (e *explanation) instance(in incident.Instance) {
	if in.Stop == nil {
		e.line(1, "instance %s: %s, no record of a stop", in.ID, string(in.Outcome))
		return
	}
	what := string(in.Outcome) + ", known by " + in.Stop.Source
	if in.Stop.Source == incident.FromImplied {
		what += " (an inference: the call below found it stopped, and nobody had stopped it)"
	}
	if in.Stop.StateReason != nil {
		what += ", reason " + *in.Stop.StateReason
	}
	e.record("instance "+in.ID, what, in.Stop.Ref)
}

// around is what came before and after.
func (e *explanation) around(in *incident.Incident) {
	e.line(0, "")
	e.line(0, "Before and after")
	if in.LastGood != nil {
		e.record("last good", in.LastGood.Action, in.LastGood.Ref)
	}
	if in.Trigger != nil {
		for _, t := range append([]incident.Trigger{*in.Trigger}, in.Trigger.Others...) {
			e.record("trigger candidate", t.Action+" by "+t.By+". "+t.Statement, t.Ref)
		}
	}
	if in.TriggerSearch != "" {
		e.line(1, "%s", in.TriggerSearch)
	}
	if in.Resolution != nil {
		e.record("resolution", in.Resolution.Action+". "+in.Resolution.Statement, in.Resolution.Ref)
	}
	for _, a := range in.AtRisk {
		e.record("at risk", a.InstanceID, a.Ref)
	}
}

// record is one step: what it says, where it stands, and how to see it.
func (e *explanation) record(name, what string, r incident.Ref) {
	e.line(1, "%s: %s, at %s", name, what, stamp(r.EventTime))
	where := fmt.Sprintf("%d bytes at offset %d of the inflated object", r.Length, r.Offset)
	if r.Length == 0 {
		where = "a row of Parquet"
	}
	e.line(2, "record   %d of %s (%s), event %s", r.Record, r.Object, where, r.EventID)
	e.b.WriteString(strings.Repeat("  ", 2) + "show     " + shellLine(r) + "\n")
}
