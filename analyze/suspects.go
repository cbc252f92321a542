package analyze

import (
	"slices"

	"grantrail/analyze/incident"
)

// suspects are the instances of a launch that a refusal can have cost. A batch
// start names a set; what the archive shows of an instance takes it out:
//
//   - it is seen running after the launch,
//   - it got a grant for this key in this launch,
//   - the record names another instance, itself or by its volume.
//
// Three signs count only while another instance is left, since the refusal
// must have hit one: a grant for an unknown key, volumes known to use other
// keys only, and a later stop call that found it running.
//
// Where none is left the launch does not fit, and the second result says why.
//
// The refusals of a launch are alike but for the instance that each names, so
// what holds for all is settled once: a batch of hundreds has as many refusals.
func (s *scan) suspects(l *launch, r *refusal) ([]string, string) {
	q := question{r.key, r.cause == throttled, 0}
	if q.throttled {
		q.ns = r.ns // what was granted after it counts
	}
	if l.answer == nil || l.answer.question != q {
		left, why := s.notCleared(l, r)
		l.answer = &answer{question: q, left: left, why: why}
	}
	a := l.answer
	if named := s.instanceOf(r); named != "" && slices.Contains(a.left, named) {
		return []string{named}, ""
	}
	if a.likely == nil {
		a.likely = s.likelyHit(l, r, a.left)
	}
	return a.likely, a.why
}

// question is all of a refusal that suspects hang on, but for the instance it
// names.
type question struct {
	key       string
	throttled bool
	ns        int64
}

// answer is the latest question about a launch, and what was found.
type answer struct {
	question
	left   []string // not cleared
	likely []string // without those that only a sign clears, once asked for
	why    string
	volume *string // what onlyVolume says of the likely ones, once asked for
}

// notCleared are the instances that nothing takes out, and why the others are.
func (s *scan) notCleared(l *launch, r *refusal) (left []string, why string) {
	fates := s.fates(l)
	left = l.instances // and a copy, once one is cleared
	for i, id := range l.instances {
		cleared := ""
		switch {
		case fates[i].outcome == incident.Running:
			cleared = whyRan
		case r.key != "" && s.grantedIn(l, id, r.key), s.retried(l, id, fates[i], r):
			cleared = whyGranted
		}
		switch {
		case cleared == "" && why != "":
			left = append(left, id)
		case cleared != "" && why == "":
			left = slices.Clone(l.instances[:i])
			fallthrough
		case cleared != "":
			why = cleared
		}
	}
	return left, why
}

// likelyHit leaves out those that a sign clears.
func (s *scan) likelyHit(l *launch, r *refusal, left []string) []string {
	if len(left) < 2 {
		return left // the refusal must have hit one
	}
	left = unlessAll(left, func(id string) bool { return r.key == "" && s.grantedIn(l, id, "") })
	left = unlessAll(left, func(id string) bool { return s.usesOther(instanceID{l.place, id}, r.key) })
	return unlessAll(left, func(id string) bool { return s.ranUntilHalt(l, id) })
}

// unlessAll drops what a sign clears, unless that would leave nothing.
func unlessAll(ids []string, cleared func(string) bool) []string {
	left := slices.DeleteFunc(slices.Clone(ids), cleared)
	if len(left) == 0 {
		return ids
	}
	return left
}
