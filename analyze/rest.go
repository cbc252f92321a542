package analyze

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

// outsiders are the accounts whose callers EC2 used KMS for in another
// account's log, and that have no log of their own in the archive, sorted.
func (s *scan) outsiders(m *custody.Manifest) []string {
	covered := map[string]bool{}
	for _, cov := range m.Coverage {
		covered[cov.Account] = true
	}
	seen := map[string]bool{}
	for i := range s.successes {
		if caller := s.places.values[s.successes[i].place].account; !covered[caller] && !seen[caller] {
			seen[strings.Clone(caller)] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// unlinked lists the refused KMS calls that no launch explains, in time order.
func (r *reporter) unlinked(ties []tie) []incident.Unlinked {
	out := []incident.Unlinked{}
	for i := range ties {
		t := &ties[i]
		ref := &r.s.refusals[t.refusal]
		if why := r.whyUnlinked(t); why != "" && r.wantsRefusal(ref, why) {
			out = append(out, r.unlinkedCall(ref, why))
		}
	}
	return out
}

// whyUnlinked is "" for a refusal that an incident reports. One whose launches
// all lie outside the asked time is reported here, and says so.
func (r *reporter) whyUnlinked(t *tie) string {
	if len(t.launches) == 0 {
		return cmp.Or(t.why, whyNoLaunch)
	}
	for _, l := range t.launches {
		if r.opt.wantsTime(r.s.t.Time(r.s.launches[l].row)) {
			return ""
		}
	}
	return whyOutside
}

// wantsRefusal reports whether a refused call was asked for. One that EC2 forwarded
// and that has no launch may be of whatever key or instance it does not name.
func (r *reporter) wantsRefusal(ref *refusal, why string) bool {
	may := func(named string) bool { return why == whyNoLaunch && named == "" }
	return r.wantsRow(ref.row) &&
		r.opt.wantsPrincipal(ref.principal.arn, r.s.t.ARN(ref.row)) &&
		(may(ref.key) || r.opt.wantsKey(ref.key)) &&
		(may(ref.instance) || r.opt.wantsInstance(ref.instance))
}

func (r *reporter) unlinkedCall(ref *refusal, why string) incident.Unlinked {
	t := r.s.t
	detail := whyDetail[why]
	if why == whyOtherService && ref.unsure {
		detail = "A service that EC2 is not known to call KMS through made this call for the caller, and no launch has its requestID."
	}
	if why == whyOtherCall {
		detail += r.s.requests[request{ref.place, ref.request}] + "."
	}
	return incident.Unlinked{
		Ref: r.ref(ref.row), Action: r.action(ref.row),
		PrincipalARN: optional(ref.principal.arn), KeyARN: optional(ref.key),
		ErrorCode: r.keep(t.ErrorCode(ref.row)), ErrorMessage: r.keep(t.ErrorMessage(ref.row)),
		Why: why, Detail: detail,
	}
}

// unexplained lists the instances that did not stay up though nobody stopped
// them and no refusal fits their launch; or fits it, and cannot have cost them,
// where the stop is recorded. One that got its grant did come up: that a later call
// found it stopped says nothing of the launch. A stop is listed once, and not where an
// attempt has it: a call that repeats a launch shares its fate.
func (r *reporter) unexplained(ties []tie) []incident.Unexplained {
	explained := r.explained(ties)
	told := r.told(explained)
	out := []incident.Unexplained{}
	for i := range r.s.launches {
		l := &r.s.launches[i]
		if l.refused != "" || !r.wantsLaunch(l) {
			continue
		}
		for j, f := range r.s.fates(l) {
			id := l.instances[j]
			cameUp := f.source == incident.FromImplied && r.s.grantedIn(l, id, "", 0)
			tied := explained[i] != nil && (explained[i].of(j) || !f.witnessed())
			is := stopOf{instanceID{l.place, id}, f.row}
			if !f.silent() || cameUp || tied || told[is] || !r.opt.wantsInstance(id) {
				continue
			}
			told[is] = true
			out = append(out, incident.Unexplained{
				Launch:     incident.Pointer{Ref: r.ref(l.row), Action: r.keep(r.s.t.Name(l.row))},
				InstanceID: r.keep(id), Stop: *r.stop(f),
			})
		}
	}
	return slices.Clip(out)
}

// stopOf is an instance's stop, by the record that shows it.
type stopOf struct {
	instance instanceID
	row      int
}

// told are the stops of the instances that refusals can have cost.
func (r *reporter) told(explained []*toll) map[stopOf]bool {
	out := map[stopOf]bool{}
	for i, t := range explained {
		if t == nil {
			continue
		}
		l := &r.s.launches[i]
		for j, f := range r.s.fates(l) {
			if f.silent() && t.of(j) {
				out[stopOf{instanceID{l.place, l.instances[j]}, f.row}] = true
			}
		}
	}
	return out
}

// explained are the tolls of the launches that a refusal fits, and nil of others.
func (r *reporter) explained(ties []tie) []*toll {
	out := make([]*toll, len(r.s.launches))
	alone := &toll{hit: []bool{true}}
	for i := range ties {
		for _, n := range ties[i].launches {
			l := &r.s.launches[n]
			if len(l.instances) < 2 {
				out[n] = alone // as most are
				continue
			}
			if out[n] == nil {
				out[n] = &toll{}
			}
			out[n].add(r.s, l, &ties[i])
		}
	}
	return out
}

// found is what of the question is in the archive.
type found struct {
	launched bool // a launch
	used     bool // a use of the keys
	unnamed  int  // refusals that may be of the keys
	unknown  int  // failed launches that may be of the instances
	locked   int  // volumes of which EventBridge says that their key could not be used, and that no refused call is about
}

func (r *reporter) found() found {
	return found{r.launched(), r.used(), len(r.unnamed), len(r.unknown), len(r.locked())}
}

// locked are the volumes that EBS could not attach for their keys, and that neither
// a refused call nor an attachment accounts for.
func (r *reporter) locked() map[volumeID]bool {
	left := map[volumeID]bool{}
	for _, row := range r.s.locked {
		at := r.s.request(row)
		if _, other := r.s.requests[at]; other || !r.wantsRow(row) || !r.opt.wantsKey(r.s.keyOf(row)) {
			continue
		}
		for _, v := range r.s.t.Volumes(row) {
			if id := r.s.attachedAt(volumeID{at.place, v}, r.s.t.Nanos(row)); id == "" || r.opt.wantsInstance(id) {
				left[volumeID{at.place, v}] = true
			}
		}
	}
	if len(left) == 0 {
		return left // as mostly
	}
	for i := range r.s.refusals {
		for _, v := range r.s.refusals[i].volumes { // those of the same request among them
			delete(left, volumeID{r.s.refusals[i].place, v})
		}
	}
	return left
}

// launched reports whether any launch is of what was asked, keys aside: a
// launch names none.
func (r *reporter) launched() bool {
	return slices.ContainsFunc(r.s.launches, func(l launch) bool {
		return r.opt.wantsInstance(l.instances...) && r.inScope(&l)
	})
}

// used reports whether some KMS call that EC2 forwarded, granted or refused, is of an
// asked key, time and place; true where no key was asked for.
func (r *reporter) used() bool {
	return len(r.opt.Keys) == 0 ||
		slices.ContainsFunc(r.s.successes, func(s success) bool { return r.opt.wantsKey(s.key) && r.wantsRow(s.row) }) ||
		slices.ContainsFunc(r.s.refusals, func(ref refusal) bool { return r.opt.wantsKey(ref.key) && r.wantsRow(ref.row) })
}

// wantsLaunch reports whether a launch that no refusal explains was asked for.
// It names no key, so it is of no asked one.
func (r *reporter) wantsLaunch(l *launch) bool { return len(r.opt.Keys) == 0 && r.inScope(l) }

func (r *reporter) inScope(l *launch) bool {
	t := r.s.t
	return r.wantsRow(l.row) &&
		r.opt.wantsPrincipal(l.principal.arn, t.ARN(l.row))
}

// wantsRow reports whether an event was at the asked time and place.
func (r *reporter) wantsRow(row int) bool {
	t := r.s.t
	return r.opt.wantsTime(t.Time(row)) && r.opt.wantsPlace(t.Account(row), t.Region(row))
}
