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
func (s *scan) suspects(l *launch, r *refusal) ([]string, string) {
	var left []string
	why := ""
	fates := s.fates(l)
	for i, id := range l.instances {
		switch {
		case fates[i].outcome == incident.Running:
			why = whyRan
		case r.key != "" && s.grantedIn(l, id, r.key), s.retried(l, id, fates[i], r):
			why = whyGranted
		default:
			left = append(left, id)
		}
	}
	if named := s.instanceOf(r); slices.Contains(left, named) {
		return []string{named}, ""
	}
	left = unlessAll(left, func(id string) bool { return r.key == "" && s.grantedIn(l, id, "") })
	left = unlessAll(left, func(id string) bool { return s.usesOther(instanceID{l.place, id}, r.key) })
	left = unlessAll(left, func(id string) bool { return s.ranUntilHalt(l, id) })
	return left, why
}

// unlessAll drops what a sign clears, unless that would leave nothing.
func unlessAll(ids []string, cleared func(string) bool) []string {
	left := slices.DeleteFunc(slices.Clone(ids), cleared)
	if len(left) == 0 {
		return ids
	}
	return left
}
