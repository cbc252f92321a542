package analyze

import (
	"fmt"
	"strings"
	"time"

	"grantrail/analyze/incident"
)

// story is the frame in which an incident's before and after are looked for.
type story struct {
	cause           string
	account, region string
	place           place
	principal       string // id
	arn             string // of the principal
	name            string // of the role or user
	user            bool   // it is an IAM user
	owner           string // account of the principal
	bound           string // account that the organisation's policies of this cause bind
	key             string
	goes            string // the key that successes go by: what an alias that was not found names by the archive's latest word
	inferred        bool   // the refusals name no key: it is the one that all the instances are known to use
	named           string // policy ARN in KMS's message
	calls           map[string]bool
	instances       map[string]bool
	requests        map[string]bool // of the failed launches
	runs            bool            // new instances were launched
	first, last     int64           // first launch, last refusal
	broken          int64           // first refusal
}

// story frames an incident.
func (r *reporter) story(g *gathered, inc *incident.Incident) *story {
	st := &story{
		cause: g.cause, account: inc.Account, region: inc.Region, place: g.place,
		principal: g.principal, key: g.key, named: g.named, arn: inc.Principal.ARN,
		owner: accountOf(inc.Principal.ARN), name: nameOf(inc.Principal.ARN),
		user:  strings.Contains(inc.Principal.ARN, ":user/"),
		calls: map[string]bool{}, instances: map[string]bool{}, requests: map[string]bool{},
		first: inc.FirstSeen.UnixNano(), broken: inc.Attempts[0].Denials[0].Ref.EventTime.UnixNano(),
	}
	for l := range g.attempts {
		if request := r.s.launches[l].request; request != "" {
			st.requests[request] = true
		}
	}
	for _, a := range inc.Attempts {
		st.runs = st.runs || a.Launch.Action == "RunInstances"
		for _, in := range a.Instances {
			st.instances[in.ID] = true
		}
		for _, d := range a.Denials {
			st.calls[d.Ref.EventName] = true
			st.last = max(st.last, d.Ref.EventTime.UnixNano())
		}
	}
	if st.bound = st.owner; strings.HasPrefix(st.cause, "rcp") && st.key != "" {
		st.bound = accountOf(st.key) // they bind resources
	}
	if st.key == "" {
		st.key = r.s.onlyKey(st)
		st.inferred = st.key != ""
		inc.Key.Inferred = optional(st.key)
	}
	if st.goes = st.key; r.s.keys.aliases[st.key] != "" {
		st.goes = r.s.keys.aliases[st.key]
	}
	return st
}

// onlyKey is the one key that the volumes of all the story's instances are
// known to use, or "".
func (s *scan) onlyKey(st *story) string {
	key := ""
	for id := range st.instances {
		keys := s.used[instanceID{st.place, id}]
		if len(keys) != 1 || key != "" && keys[0].key != key {
			return ""
		}
		key = keys[0].key
	}
	return key
}

// tell fills in what came before and after an incident.
func (r *reporter) tell(g *gathered, inc *incident.Incident) {
	st := r.story(g, inc)
	good, hadGood := r.s.lastGood(st)
	after := int64(0)
	if hadGood {
		after = good.ns
		inc.LastGood = r.pointer(good)
	}
	inc.Trigger, inc.TriggerSearch = r.trigger(st, after)
	inc.Resolution = r.resolution(st)
	inc.AtRisk = r.atRisk(st)
}

// pointer points at the launch that a granted call belongs to, or at the call
// itself where the archive does not have the launch.
func (r *reporter) pointer(ok success) *incident.Pointer {
	row := ok.row
	if l, found := r.s.launchWith(r.s.request(ok.row)); found {
		row = r.s.launches[l].row
	}
	return &incident.Pointer{Ref: r.ref(row), Action: strings.Clone(r.s.t.Name(row))}
}

func (s *scan) launchWith(r request) (int, bool) {
	if r.id == "" {
		return 0, false
	}
	for _, i := range s.byRequest()[r] {
		if s.launches[i].refused == "" {
			return i, true
		}
	}
	return 0, false
}

// resolution is the first success after the incident, with the change that can
// have made it; or that change alone, where nothing was launched since.
func (r *reporter) resolution(st *story) *incident.Resolution {
	good, ok := r.s.nextGood(st)
	before := int64(1<<63 - 1)
	if ok {
		before = good.ns
	}
	fixes, _ := r.candidates(st, mending, st.last, before)
	switch {
	case ok:
		p := r.pointer(good)
		text := fmt.Sprintf("The same principal was granted %s on this key again, %s after the last refusal.",
			r.s.t.Name(good.row), time.Duration(good.ns-st.last).Round(time.Second))
		if len(fixes) > 0 {
			f := fixes[0]
			text += fmt.Sprintf(" Candidate for what fixed it: %s by %s at %s (%s).", r.s.t.Name(f.row), r.by(f.row),
				r.s.t.Time(f.row).Format(time.RFC3339), f.why)
		}
		return &incident.Resolution{Ref: p.Ref, Action: p.Action, Statement: text}
	case len(fixes) > 0:
		f := fixes[0]
		return &incident.Resolution{
			Ref: r.ref(f.row), Action: strings.Clone(r.s.t.Name(f.row)),
			Statement: fmt.Sprintf("Candidate for a fix, by %s: %s. No such call is granted in the archive since then: nothing shows yet that it helped.", r.by(f.row), f.why),
		}
	}
	return nil
}
