package analyze

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// lead is how far a refusal's time may lie before its launch's: both are cut
// to whole seconds by different services.
const (
	lead      = 2 * time.Second
	leadNanos = int64(lead)
)

// maxListed is the most launches listed for one refusal. Where more fit, the
// nearest are listed and the rest is counted.
const maxListed = 20

// How a refusal is tied to a launch, in the order reports list them.
const (
	byRequest  = "request-id"
	byGrantee  = "grantee-instance"
	byVolume   = "volume"
	byCallTime = "principal-time"
)

// tie is one refusal and the launches that fit it.
type tie struct {
	refusal  int
	launches []int // into scan.launches, nearest first
	fit      int   // how many fit in all
	by       string
	why      string // where none fits
}

// possible reports whether the tie rests on principal and time alone and
// another launch fits as well.
func (t *tie) possible() bool { return t.fit > 1 }

// join ties every refusal to the launches that fit it.
//
// First by account, region and requestID: a call that EC2 forwards carries the
// requestID of the call that caused it. No AWS page promises this; every
// capture shows it. Else by principal and time: same account, region, user or
// role and session, the refusal no more than lead before the launch and no
// more than the join window after it. Both sides are sorted once and walked
// together, so the cost follows their sizes and not their product.
func (s *scan) join() []tie {
	ties := make([]tie, 0, len(s.refusals))
	var rest []int
	for i := range s.refusals {
		r := &s.refusals[i]
		t := tie{refusal: i, why: r.why}
		switch exact := s.exact(r); {
		case len(exact) > 0 && (r.why == "" || r.unsure || s.callers(r, exact)):
			s.settle(&t, r, exact, byRequest)
		case r.why != "":
		default:
			if t.why = s.otherCall(r); t.why == "" {
				rest = append(rest, len(ties))
			}
		}
		ties = append(ties, t)
	}
	s.window(ties, rest)
	return ties
}

// byRequest are the launches by request, indexed at the first call.
func (s *scan) byRequest() map[request][]int {
	if s.exactIndex != nil {
		return s.exactIndex
	}
	index := make(map[request][]int, len(s.launches))
	for i := range s.launches {
		if l := &s.launches[i]; l.request != "" {
			r := request{l.place, l.request}
			index[r] = append(index[r], i)
		}
	}
	s.exactIndex = index
	return index
}

// exact are the launches with the refusal's requestID. Where several share it
// (a placeholder, or conflicting copies), those that principal and time agree
// with are preferred.
func (s *scan) exact(r *refusal) []int {
	if r.request == "" {
		return nil
	}
	same := s.byRequest()[request{r.place, r.request}]
	if len(same) < 2 {
		return same
	}
	var agreed []int
	for _, i := range same {
		if l := &s.launches[i]; l.who == r.who && s.inWindow(l.ns, r.ns) {
			agreed = append(agreed, i)
		}
	}
	if len(agreed) > 0 {
		return agreed
	}
	return same
}

// callers reports whether launches with the requestID of a refusal are all of its own
// caller, and the refused call one that they need. It has lost its invokedBy: a call
// that the caller makes has a requestID of its own.
func (s *scan) callers(r *refusal, launches []int) bool {
	return r.why == whyDirect && r.who != nobody && fatal(s.t.Name(r.row), false) &&
		!slices.ContainsFunc(launches, func(i int) bool { return s.launches[i].who != r.who })
}

// orders are the calls that have EC2 launch instances later on, in launches that the
// archive may not have.
const orders = "CreateFleet ModifyFleet RequestSpotInstances RequestSpotFleet ModifySpotFleetRequest"

// otherCall says why a refusal is none of the launches in the archive where another EC2
// call has its requestID, or "".
func (s *scan) otherCall(r *refusal) string {
	if r.request == "" {
		return ""
	}
	switch name, ok := s.requests[request{r.place, r.request}]; {
	case !ok:
		return ""
	case hasWord(orders, name):
		return whyNoLaunch
	}
	return whyOtherCall
}

// inWindow reports whether a refusal at ns fits a launch's time.
func (s *scan) inWindow(launch, ns int64) bool {
	return ns-launch >= -leadNanos && ns-launch <= int64(s.opt.JoinWindow)
}

// settle keeps the launches in which an instance is left for the refusal, and
// says why where none is.
func (s *scan) settle(t *tie, r *refusal, launches []int, by string) {
	t.by = by
	for _, i := range launches {
		l := &s.launches[i]
		if l.refused != "" {
			t.why = whyRefused
			if l.refused == "Client.DryRunOperation" || l.refused == "DryRunOperation" {
				t.why = whyDryRun
			}
			continue
		}
		if left, why := s.suspects(l, r); len(left) == 0 && len(l.instances) > 0 {
			t.why = why
			continue
		}
		t.launches = append(t.launches, i)
	}
	if by == byCallTime {
		found := len(t.launches)
		t.launches = slices.DeleteFunc(t.launches, func(i int) bool { return s.unlike(&s.launches[i], r) })
		if found > 0 && len(t.launches) == 0 {
			t.why = whyNoLaunch
		}
	}
	if t.fit = len(t.launches); t.fit > 0 {
		t.why = ""
	}
	if t.fit > maxListed {
		t.launches = nearest(s.launches, t.launches, r.ns)
	}
}

// unlike reports whether a refusal that fits by caller and time cannot be this
// launch's: a start needs a grant and no data key; or the launch's grants are seen to
// carry its requestID, and this one has another; or every instance is known to use
// other keys.
func (s *scan) unlike(l *launch, r *refusal) bool {
	grant := s.t.Name(r.row) == "CreateGrant"
	if s.t.Name(l.row) == "StartInstances" && !grant && !r.own {
		return true
	}
	if grant && r.cause != throttled && r.request != "" && s.grantsUnder()[request{l.place, l.request}] { // else the tie were by request
		return true
	}
	return len(l.instances) > 0 && !slices.ContainsFunc(l.instances, func(id string) bool {
		return !s.usesOther(instanceID{l.place, id}, r.key, s.nextLaunch(l, id))
	})
}

// grantsUnder are the requests under which EC2 asked for a grant, given or refused.
// They are sorted out at the first call: most refusals are tied by request.
func (s *scan) grantsUnder() map[request]bool {
	if s.requested != nil {
		return s.requested
	}
	s.requested = map[request]bool{}
	for i := range s.refusals {
		if r := &s.refusals[i]; r.request != "" && r.why == "" && s.t.Name(r.row) == "CreateGrant" {
			s.requested[request{r.place, r.request}] = true
		}
	}
	for i := range s.successes {
		if ok := &s.successes[i]; s.t.Request(ok.row) != "" && s.t.Name(ok.row) == "CreateGrant" {
			s.requested[s.request(ok.row)] = true
		}
	}
	return s.requested
}

// nearest lists the launches closest to a time, earlier first where equal.
func nearest(all []launch, fit []int, ns int64) []int {
	fit = slices.Clone(fit)
	slices.SortStableFunc(fit, func(a, b int) int { return cmp.Compare(distance(all[a].ns, ns), distance(all[b].ns, ns)) })
	return slices.Clone(fit[:min(maxListed, len(fit))]) // which may be few of very many
}

func distance(a, b int64) int64 {
	if a > b {
		return a - b
	}
	return b - a
}

// window ties the refusals that share no requestID with a launch. Launches
// are grouped by place and actor, in time order; so are the refusals, so that
// the two ends of the window only move forward.
func (s *scan) window(ties []tie, rest []int) {
	if len(rest) == 0 {
		return // as in most archives
	}
	groups := s.byActor()
	slices.SortStableFunc(rest, func(a, b int) int {
		x, y := &s.refusals[ties[a].refusal], &s.refusals[ties[b].refusal]
		return cmp.Or(cmp.Compare(x.place, y.place), cmp.Compare(x.who, y.who), cmp.Compare(x.ns, y.ns))
	})
	var group []int
	var at actorAt
	lo, hi := 0, 0
	for _, i := range rest {
		t := &ties[i]
		r := &s.refusals[t.refusal]
		if now := (actorAt{r.place, r.who}); now != at || group == nil {
			at, group, lo, hi = now, groups[now], 0, 0
		}
		for lo < len(group) && s.launches[group[lo]].ns < r.ns-int64(s.opt.JoinWindow) {
			lo++
		}
		for hi = max(hi, lo); hi < len(group) && s.launches[group[hi]].ns <= r.ns+leadNanos; hi++ {
		}
		s.fallback(t, r, group[lo:hi])
	}
}

type actorAt struct {
	place place
	who   who
}

// byActor groups the launches that began, each group in time order.
func (s *scan) byActor() map[actorAt][]int {
	groups := map[actorAt][]int{}
	for i := range s.launches {
		l := &s.launches[i]
		if l.refused == "" && l.who != nobody {
			k := actorAt{l.place, l.who}
			groups[k] = append(groups[k], i)
		}
	}
	return groups
}

// exactFit is the most launches in a window that are each examined; past it only
// the nearest are, and more, up to mostFit, where none of these fits. The rest is
// counted as fitting.
const (
	exactFit = 8 * maxListed
	mostFit  = 32 * exactFit
)

// fallback ties a refusal by principal and time, after the instance that it
// names itself.
func (s *scan) fallback(t *tie, r *refusal, window []int) {
	if named := s.named(r); len(named) > 0 {
		s.settle(t, r, named, "")
		return
	}
	if r.instance != "" {
		t.why = whyNoLaunch // it names an instance that was not launched then
		return
	}
	if len(window) <= exactFit {
		s.settle(t, r, window, byCallTime)
	} else {
		mid := sort.Search(len(window), func(i int) bool { return s.launches[window[i]].ns >= r.ns })
		for size := exactFit; size <= mostFit && t.fit == 0; size *= 2 {
			near := window[max(0, mid-size/2):min(len(window), mid+size/2)]
			s.settle(t, r, near, byCallTime)
			if left := len(window) - len(near); t.fit > 0 {
				t.fit += left
			} else if left > 0 {
				t.why = whyNoLaunch // none of those that were examined
			}
		}
	}
	if t.fit == 0 && t.why != whyNoLaunch && (t.why == "" || s.foreign(r, window)) {
		t.why = whyNoLaunch
	}
}

// foreign reports whether a refusal has a requestID, and every launch of its window
// another. Where these are known to have done well, it is of a launch that the archive
// lacks, but for a throttled call: that is made again, under whatever request.
func (s *scan) foreign(r *refusal, window []int) bool {
	return r.request != "" && r.cause != throttled &&
		!slices.ContainsFunc(window, func(i int) bool { return s.launches[i].request == "" })
}

// named are the launches, in the window, of the instance that the refusal
// names: as grantee, as its own caller, or by a volume whose history the
// archive knows.
func (s *scan) named(r *refusal) []int {
	id := s.instanceOf(r)
	if id == "" {
		return nil
	}
	life := s.lives[instanceID{r.place, id}]
	var launches []int
	for i := firstAt(life, r.ns-int64(s.opt.JoinWindow)); i < len(life) && life[i].ns <= r.ns+leadNanos; i++ {
		if life[i].kind == markLaunch {
			launches = append(launches, life[i].launch)
		}
	}
	return launches
}

// instanceOf is the instance that a refusal names, directly or by its volume.
func (s *scan) instanceOf(r *refusal) string {
	if r.instance != "" {
		return r.instance
	}
	named := ""
	for _, v := range r.volumes {
		switch id := s.attachedAt(volumeID{r.place, v}, r.ns); {
		case named == "":
			named = id
		case id != "" && id != named:
			return "" // one of them: it does not say which
		}
	}
	return named
}
