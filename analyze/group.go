package analyze

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sort"
	"strings"

	"grantrail/analyze/incident"
)

// reporter turns what was joined into what is reported.
type reporter struct {
	s       *scan
	objects []string
	opt     *Options
	kept    map[string]string            // texts of the table that were copied
	ways    map[[len(ways)]bool][]string // lists of ties, which attempts share
	forms   forms
	unnamed map[int]bool // refusals of the question that name no key, and of which nothing says that it is an asked one
	unknown map[int]bool // failed launches of the question whose record names no instance, where instances are asked for
}

func newReporter(s *scan, objects []string, opt *Options) *reporter {
	return &reporter{
		s: s, objects: objects, opt: opt,
		kept: map[string]string{}, ways: map[[len(ways)]bool][]string{}, forms: forms{}, unnamed: map[int]bool{}, unknown: map[int]bool{},
	}
}

// maxKept is how many texts are remembered to be copied once. Where there are
// more, as of messages that each name a session of its own, the rest is copied
// each time.
const maxKept = 1 << 14

// keep copies a text out of the table, which may go. What many records say is
// copied once.
func (r *reporter) keep(s string) string {
	if s == "" {
		return ""
	}
	kept, ok := r.kept[s]
	if !ok {
		kept = strings.Clone(s)
		if len(r.kept) < maxKept {
			r.kept[kept] = kept
		}
	}
	return kept
}

// group is what makes refusals one incident.
type group struct {
	place     place
	principal string
	key       string
	cause     string
}

// gathered is an incident in the making.
type gathered struct {
	group
	attempts map[int]*attempt // by launch
	named    string           // policy ARN in KMS's message
}

// attempt is one failed launch, and the ties that say so.
type attempt struct {
	launch int
	ties   []*tie
}

// incidents groups the ties, one incident per account, region, principal, key
// and cause.
func (r *reporter) incidents(ties []tie) []incident.Incident {
	groups := map[group]*gathered{}
	for i := range ties {
		t := &ties[i]
		ref := &r.s.refusals[t.refusal]
		for _, l := range t.launches {
			switch {
			case !r.wants(ref, l):
			case !r.wantsKey(ref, l):
				if ref.key == "" {
					r.unnamed[t.refusal] = true
				}
			default:
				g := group{ref.place, ref.principal.id, ref.key, ref.cause}
				gather(groups, g, l, t)
			}
		}
	}
	found := make([]*incident.Incident, 0, len(groups)) // an incident is large: its place is sorted
	for _, g := range groups {
		if inc, ok := r.incident(g); ok {
			found = append(found, inc)
		}
	}
	slices.SortFunc(found, byFirstSeen)
	out := make([]incident.Incident, len(found))
	for i, inc := range found {
		out[i] = *inc
	}
	return out
}

func gather(groups map[group]*gathered, key group, launch int, t *tie) {
	g := groups[key]
	if g == nil {
		g = &gathered{group: key, attempts: map[int]*attempt{}}
		groups[key] = g
	}
	a := g.attempts[launch]
	if a == nil {
		a = &attempt{launch: launch}
		g.attempts[launch] = a
	}
	a.ties = append(a.ties, t)
}

// wants applies the filters that name a launch or a refusal.
func (r *reporter) wants(ref *refusal, launch int) bool {
	l := &r.s.launches[launch]
	return r.wantsRow(l.row) &&
		(r.opt.wantsPrincipal(ref.principal.arn, r.s.t.ARN(ref.row)) || r.opt.wantsPrincipal(l.principal.arn, r.s.t.ARN(l.row)))
}

// wantsKey reports whether a refusal is of an asked key: by its name, or, where it
// names none, by what the instances that it can have cost are known to use.
func (r *reporter) wantsKey(ref *refusal, launch int) bool {
	if ref.key != "" || len(r.opt.Keys) == 0 {
		return r.opt.wantsKey(ref.key)
	}
	l := &r.s.launches[launch]
	left, _ := r.s.suspects(l, ref)
	return slices.ContainsFunc(left, func(id string) bool {
		return slices.ContainsFunc(r.s.used[instanceID{l.place, id}], func(u use) bool { return r.opt.wantsKey(u.key) })
	})
}

func byFirstSeen(a, b *incident.Incident) int {
	return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), cmp.Compare(a.Account, b.Account),
		cmp.Compare(a.Region, b.Region), cmp.Compare(a.Principal.ARN, b.Principal.ARN),
		cmp.Compare(deref(a.Key.ARN), deref(b.Key.ARN)), cmp.Compare(a.Cause.Code, b.Cause.Code),
		cmp.Compare(a.ID, b.ID))
}

func (r *reporter) incident(g *gathered) (*incident.Incident, bool) {
	order := make([]int, 0, len(g.attempts))
	for l := range g.attempts {
		order = append(order, l)
	}
	sort.Ints(order) // launches are numbered in time order
	at := r.s.places.values[g.place]
	inc := &incident.Incident{
		ID: g.id(at), Account: r.keep(at.account), Region: r.keep(at.region),
		Attempts: make([]incident.Attempt, 0, len(order)), AtRisk: []incident.AtRisk{},
	}
	first := r.s.refusals[g.attempts[order[0]].ties[0].refusal]
	inc.Key = incident.Key{ARN: optional(g.key), Account: optional(accountOf(g.key)), Manager: r.s.keys.manager(g.key, at.account, g.cause)}
	inc.Principal = incident.Principal{ARN: r.keep(first.principal.arn), Type: r.keep(first.principal.kind), Sessions: []string{}, InvokedBy: []string{}}
	inc.Cause = incident.Cause{Code: g.cause, Statement: statements[g.cause], Evidence: []incident.Ref{}}
	for _, l := range order {
		a := r.attempt(g.attempts[l])
		if !r.opt.wantsInstance(instanceIDs(a)...) {
			if len(a.Instances) == 0 {
				r.unknown[l] = true
			}
			continue
		}
		inc.Attempts = append(inc.Attempts, a)
		r.note(inc, g, g.attempts[l])
	}
	if len(inc.Attempts) == 0 {
		return inc, false
	}
	inc.FirstSeen = inc.Attempts[0].Launch.Ref.EventTime
	inc.LastSeen = inc.Attempts[len(inc.Attempts)-1].Launch.Ref.EventTime
	tidy(inc)
	r.tell(g, inc)
	inc.Remedy = remedy(inc, g.named, r.forms)
	return inc, true
}

// id is stable over runs and sweeps: it hangs on what makes the incident one,
// and on nothing that later evidence can change.
func (g *gathered) id(at placeName) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{at.account, at.region, g.principal, g.key, g.cause}, "\x00")))
	return "gt-" + hex.EncodeToString(sum[:])[:12]
}

// maxEvidence is the most refusals named as evidence of a cause; every one is
// in its attempt.
const maxEvidence = 5

// note adds what an attempt's refusals say of who and why.
func (r *reporter) note(inc *incident.Incident, g *gathered, a *attempt) {
	for _, t := range a.ties {
		ref := &r.s.refusals[t.refusal]
		r.name(&inc.Principal.Sessions, ref.principal.session)
		r.name(&inc.Principal.InvokedBy, r.s.t.InvokedBy(ref.row))
		g.named = cmp.Or(g.named, r.keep(ref.policy))
		if len(inc.Cause.Evidence) < maxEvidence {
			if ev := r.ref(ref.row); !slices.Contains(inc.Cause.Evidence, ev) {
				inc.Cause.Evidence = append(inc.Cause.Evidence, ev)
			}
		}
	}
	r.name(&inc.Principal.InvokedBy, r.s.t.InvokedBy(r.s.launches[a.launch].row))
}

// name adds a name to those that [tidy] settles, where it is not the one before.
func (r *reporter) name(to *[]string, name string) {
	if n := len(*to); name != "" && (n == 0 || (*to)[n-1] != name) {
		*to = append(*to, r.keep(name))
	}
}

// tidy settles what was collected: distinct sorted names, and the best grade.
func tidy(inc *incident.Incident) {
	for _, names := range []*[]string{&inc.Principal.Sessions, &inc.Principal.InvokedBy} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	for _, a := range inc.Attempts {
		if a.Grade.Rank() > inc.Grade.Rank() {
			inc.Grade = a.Grade
		}
	}
}

func instanceIDs(a incident.Attempt) []string {
	ids := make([]string, len(a.Instances))
	for i, in := range a.Instances {
		ids[i] = in.ID
	}
	return ids
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	s = strings.Clone(s)
	return &s
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (r *reporter) by(row int) string {
	p := r.s.principals.of(r.s.t.Identity(row), "")
	if p.session != "" {
		return strings.Clone(p.arn + " (session " + p.session + ")")
	}
	return strings.Clone(p.arn)
}
