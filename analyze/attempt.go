package analyze

import (
	"slices"
	"strings"
	"time"

	"grantrail/analyze/incident"
)

// ref points at a row's record. Its strings are copies: the table may go.
func (r *reporter) ref(row int) incident.Ref {
	at := r.s.t.Origin(row)
	return incident.Ref{
		EventID: strings.Clone(r.s.t.ID(row)), EventName: strings.Clone(r.s.t.Name(row)),
		EventTime: r.s.t.Time(row), Object: r.objects[at.Object], Record: at.Record,
		Offset: at.Offset, Length: at.Length, Nested: at.Nested,
	}
}

// attempt reports one failed launch.
func (r *reporter) attempt(a *attempt) incident.Attempt {
	l := &r.s.launches[a.launch]
	out := incident.Attempt{
		Launch:    incident.Pointer{Ref: r.ref(l.row), Action: strings.Clone(r.s.t.Name(l.row))},
		JoinedBy:  r.joinedBy(l, a.ties),
		Instances: r.instances(l, a.ties),
		Denials:   []incident.Denial{},
	}
	slices.SortStableFunc(a.ties, func(x, y *tie) int { return x.refusal - y.refusal }) // time order
	for _, t := range a.ties {
		out.Denials = append(out.Denials, r.denial(l, t))
	}
	out.LagS = float64(r.s.refusals[a.ties[0].refusal].ns-l.ns) / float64(time.Second)
	out.Grade = r.grade(l, out.Instances, a.ties)
	return out
}

func (r *reporter) grade(l *launch, reported []incident.Instance, ties []*tie) incident.Grade {
	if !slices.ContainsFunc(ties, func(t *tie) bool { return !t.possible() }) {
		return incident.Possible
	}
	for i, f := range r.s.fates(l) {
		if f.silent() && slices.ContainsFunc(reported, func(in incident.Instance) bool { return in.ID == l.instances[i] }) {
			return incident.Confirmed
		}
	}
	return incident.Probable
}

// joinedBy lists every tie that holds, in a fixed order. Principal and time
// are named only where they are what the tie rests on.
func (r *reporter) joinedBy(l *launch, ties []*tie) []string {
	holds := map[string]bool{}
	for _, t := range ties {
		ref := &r.s.refusals[t.refusal]
		if t.by != "" {
			holds[t.by] = true
		}
		if slices.Contains(l.instances, ref.instance) {
			holds[byGrantee] = true
		} else if id := r.s.instanceOf(ref); slices.Contains(l.instances, id) {
			holds[byVolume] = true
		}
	}
	out := []string{}
	for _, by := range []string{byRequest, byGrantee, byVolume, byCallTime} {
		if holds[by] {
			out = append(out, by)
		}
	}
	return out
}

// instances are all that the attempt's refusals can have cost, in the order in
// which the launch names them.
func (r *reporter) instances(l *launch, ties []*tie) []incident.Instance {
	hit := map[string]bool{}
	for _, t := range ties {
		left, _ := r.s.suspects(l, &r.s.refusals[t.refusal])
		for _, id := range left {
			hit[id] = true
		}
	}
	out := []incident.Instance{}
	for i, id := range l.instances {
		if hit[id] {
			f := r.s.fates(l)[i]
			out = append(out, incident.Instance{ID: strings.Clone(id), Outcome: f.outcome, Stop: r.stop(f)})
		}
	}
	return out
}

func (r *reporter) stop(f fate) *incident.Stop {
	if f.source == "" {
		return nil
	}
	return &incident.Stop{Source: f.source, StateReason: optional(f.reason), Ref: r.ref(f.row)}
}

func (r *reporter) denial(l *launch, t *tie) incident.Denial {
	ref := &r.s.refusals[t.refusal]
	d := incident.Denial{
		Ref: r.ref(ref.row), Action: action(r.s.t.Name(ref.row), r.s.t.ErrorMessage(ref.row)),
		ErrorCode: strings.Clone(r.s.t.ErrorCode(ref.row)), ErrorMessage: strings.Clone(r.s.t.ErrorMessage(ref.row)),
		Candidates: t.fit,
	}
	if len(ref.volumes) > 0 {
		d.Volume, d.VolumeFrom = optional(ref.volumes[0]), optional(fromRecord)
	} else if v := r.s.onlyVolume(l, ref); v != "" {
		d.Volume, d.VolumeFrom = optional(v), optional(fromHistory)
	}
	return d
}

// How a refusal's volume is known: the records of the call name it, or it is
// the only one with this key that the archive ties to the launch's instances.
const (
	fromRecord  = "record"
	fromHistory = "history"
)

// onlyVolume is the one volume with the refusal's key among all that the
// archive ties to the instances that it can have cost, or "".
func (s *scan) onlyVolume(l *launch, ref *refusal) string {
	left, _ := s.suspects(l, ref)
	only := ""
	for _, id := range left {
		for _, v := range s.volumesOf[instanceID{l.place, id}] {
			switch {
			case ref.key == "" || !sameKey(s.volumeKeys[volumeID{l.place, v}], ref.key), v == only:
			case only != "":
				return ""
			default:
				only = v
			}
		}
	}
	return only
}

// action is the KMS action that was refused. CloudTrail logs both halves of a
// re-encryption as ReEncrypt; the message says which one.
func action(name, message string) string {
	if name == "ReEncrypt" {
		if _, said, ok := strings.Cut(parseMessage(message).action, ":"); ok {
			return strings.Clone(said)
		}
	}
	return strings.Clone(name)
}
