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
// A grant was of no use to an instance whose own call was refused after it, nor to
// one that is recorded not to have stayed up, or is known to have another volume with
// this key that got none.
//
// Four signs count only while another instance is left, since the refusal
// must have hit one: a grant for an unknown key, or for this key where a stop is
// inferred; volumes known by then to use other keys only; and a later stop call
// that found it running. None counts of an instance that is recorded not to have
// stayed up.
//
// Where none is left the launch does not fit, and the second result says why.
//
// The refusals of a launch are alike but for the instance that each names, so
// what holds for all is settled once: a batch of hundreds has as many refusals.
func (s *scan) suspects(l *launch, r *refusal) ([]string, string) {
	if r.instance != "" && len(l.instances) > 0 && !slices.Contains(l.instances, r.instance) {
		return nil, whyNoLaunch
	}
	q := question{r.key, r.cause == throttled, r.own, s.t.Name(r.row) == "CreateGrant", r.ns}
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
	own       bool
	grant     bool
	ns        int64 // what was granted after it counts more
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
	fates, retried := s.fates(l), s.retried(l, r)
	left = l.instances // and a copy, once one is cleared
	for i, id := range l.instances {
		cleared := ""
		switch {
		case fates[i].outcome == incident.Running:
			cleared = whyRan
		case s.served(l, id, fates[i], r, retried):
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
	witnessed := make(map[string]bool)
	for i, f := range s.fates(l) {
		if f.witnessed() {
			witnessed[l.instances[i]] = true
		}
	}
	for _, cleared := range []func(id string) bool{
		func(id string) bool { return s.grantedIn(l, id, r.key, 0) },
		func(id string) bool { return s.usesOther(instanceID{l.place, id}, r.key, s.nextLaunch(l, id)) },
		func(id string) bool { return s.ranUntilHalt(l, id) },
	} {
		left = unlessAll(left, func(id string) bool { return !witnessed[id] && cleared(id) })
	}
	return left
}

// served reports whether an instance got in the same launch what a refusal says
// that somebody did not get.
func (s *scan) served(l *launch, id string, f fate, r *refusal, retried bool) bool {
	switch {
	case f.witnessed():
		return false
	case r.own: // what it was granted before was of no use
		return s.usedAfter(l, id, r)
	case r.key == "":
		return retried && !f.silent() && s.grantedIn(l, id, "", 0)
	case f.silent(): // a grant before, or of the same second, may be for another volume
		return s.grantedIn(l, id, r.key, r.ns+1)
	case s.t.Name(r.row) != "CreateGrant": // a grant before does not stand for another call
		return s.grantedIn(l, id, r.key, r.ns)
	}
	return s.grantedIn(l, id, r.key, 0) && !s.lacks(l, id, r.key)
}

// retried reports whether a throttled call that names no key was made again, under
// whatever request: some instance of the launch got a grant after it. Those that had got
// theirs by then were not throttled.
func (s *scan) retried(l *launch, r *refusal) bool {
	return r.cause == throttled && r.key == "" &&
		slices.ContainsFunc(l.instances, func(id string) bool { return len(s.grants(l, id, r.ns)) > 0 })
}

// lacks reports whether an instance had a volume with this key that got no grant in a
// launch, where another of its volumes got one.
func (s *scan) lacks(l *launch, id, key string) bool {
	some, none := false, false
	for _, v := range s.volumesOf[instanceID{l.place, id}] {
		of := volumeID{l.place, v}
		switch {
		case s.grantedFor(l, id, v):
			some = true
		case sameKey(s.volumeKeys[of], key) && s.attached[of][0].ns < l.ns && s.attachedAt(of, l.ns) == id:
			none = true
		}
	}
	return some && none
}

// unlessAll drops what a sign clears, unless that would leave nothing.
func unlessAll(ids []string, cleared func(string) bool) []string {
	left := slices.DeleteFunc(slices.Clone(ids), cleared)
	if len(left) == 0 {
		return ids
	}
	return left
}
