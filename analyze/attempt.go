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
		EventID: strings.Clone(r.s.t.ID(row)), EventName: r.keep(r.s.t.Name(row)),
		EventTime: r.s.t.Time(row), Object: r.objects[at.Object], Record: at.Record,
		Offset: at.Offset, Length: at.Length, Nested: at.Nested,
	}
}

// attempt reports one failed launch.
func (r *reporter) attempt(a *attempt) incident.Attempt {
	l := &r.s.launches[a.launch]
	ref := r.ref(l.row)
	out := incident.Attempt{
		Launch:    incident.Pointer{Ref: ref, Action: ref.EventName},
		JoinedBy:  r.joinedBy(l, a.ties),
		Instances: r.instances(l, a.ties),
		Denials:   make([]incident.Denial, 0, len(a.ties)),
	}
	slices.SortStableFunc(a.ties, func(x, y *tie) int { return x.refusal - y.refusal }) // time order
	for _, t := range a.ties {
		out.Denials = append(out.Denials, r.denial(l, t))
	}
	if l.principal.id != r.s.refusals[a.ties[0].refusal].principal.id {
		out.By = optional(l.principal.arn)
	}
	out.LagS = float64(r.s.refusals[a.ties[0].refusal].ns-l.ns) / float64(time.Second)
	out.Grade = r.grade(l, out.Instances, a.ties)
	return out
}

func (r *reporter) grade(l *launch, reported []incident.Instance, ties []*tie) incident.Grade {
	if !slices.ContainsFunc(ties, func(t *tie) bool { return !t.possible() }) {
		return incident.Possible
	}
	next := 0 // reported are in the order of the launch
	for i, f := range r.s.fates(l) {
		if next == len(reported) {
			break
		}
		if reported[next].ID != l.instances[i] {
			continue
		}
		next++
		if f.silent() {
			return incident.Confirmed
		}
	}
	return incident.Probable
}

// joinedBy lists every tie that holds, in a fixed order. Principal and time
// are named only where they are what the tie rests on.
func (r *reporter) joinedBy(l *launch, ties []*tie) []string {
	var holds [len(ways)]bool
	for _, t := range ties {
		ref := &r.s.refusals[t.refusal]
		if i := slices.Index(ways[:], t.by); i >= 0 {
			holds[i] = true
		}
		if slices.Contains(l.instances, ref.instance) {
			holds[1] = true
		} else if id := r.s.instanceOf(ref); slices.Contains(l.instances, id) {
			holds[2] = true
		}
	}
	lists, ok := r.ways[holds]
	if !ok {
		lists = []string{}
		for i, by := range ways {
			if holds[i] {
				lists = append(lists, by)
			}
		}
		r.ways[holds] = slices.Clip(lists)
	}
	return lists
}

// ways are the ties in the order in which they are listed.
var ways = [...]string{byRequest, byGrantee, byVolume, byCallTime}

// toll marks the instances of a launch that its refusals can have cost, in the launch's
// order.
type toll struct {
	hit    []bool
	n      int
	before []string // suspects of the refusal before
}

func (c *toll) of(i int) bool { return c.hit != nil && c.hit[i] }

func (c *toll) add(s *scan, l *launch, t *tie) {
	if c.hit == nil {
		c.hit = make([]bool, len(l.instances))
	}
	left, _ := s.suspects(l, &s.refusals[t.refusal])
	if len(left) > 1 && len(left) == len(c.before) && &left[0] == &c.before[0] {
		return // the same as of the refusal before
	}
	c.before = left
	at := 0 // suspects are in the order of the launch
	for _, id := range left {
		for l.instances[at] != id {
			at++
		}
		if !c.hit[at] {
			c.hit[at] = true
			c.n++
		}
	}
}

// instances are all that the attempt's refusals can have cost, in the order in
// which the launch names them.
func (r *reporter) instances(l *launch, ties []*tie) []incident.Instance {
	var hit toll
	for _, t := range ties {
		hit.add(r.s, l, t)
	}
	out := make([]incident.Instance, 0, hit.n)
	for i, id := range l.instances {
		if hit.of(i) {
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
		Ref: r.ref(ref.row), Action: r.action(ref.row),
		ErrorCode: r.keep(r.s.t.ErrorCode(ref.row)), ErrorMessage: r.keep(r.s.t.ErrorMessage(ref.row)),
		Candidates: t.fit,
	}
	if len(ref.volumes) == 1 { // of several it is one
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
	if len(left) < 2 { // it may name its instance
		return s.sharedVolume(l, left, ref)
	}
	if l.answer.volume == nil {
		v := s.sharedVolume(l, left, ref)
		l.answer.volume = &v
	}
	return *l.answer.volume
}

func (s *scan) sharedVolume(l *launch, instances []string, ref *refusal) string {
	key := ref.key
	only := ""
	for _, id := range instances {
		for _, v := range s.volumesOf[instanceID{l.place, id}] {
			switch {
			case key == "" || !sameKey(s.volumeKeys[volumeID{l.place, v}], key), v == only:
			case !ref.own && s.grantedFor(l, id, v): // it is another that was refused
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
func (r *reporter) action(row int) string {
	name := r.s.t.Name(row)
	if name == "ReEncrypt" {
		said := r.s.read(r.s.t.ErrorCode(row), r.s.t.ErrorMessage(row), r.s.t.ARN(row))
		if _, half, ok := strings.Cut(said.action, ":"); ok {
			name = half
		}
	}
	return r.keep(name)
}
