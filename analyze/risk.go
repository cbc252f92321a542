package analyze

import (
	"strings"

	"grantrail/analyze/incident"
)

// tied is a record that ties an instance, a volume and a key.
type tied struct {
	row         int
	instance    instanceID
	volume, key string
}

// risk is a principal and a key, in a place.
type risk struct {
	place     place
	principal string
	key       string // as sameAs spells it
}

// risks are the ties by who has launched the instance and by key, in time
// order; of several that say the same, the first. They are sorted out at the
// first call: most archives have many ties and no incident.
func (s *scan) risks() map[risk][]tied {
	if s.riskIndex != nil {
		return s.riskIndex
	}
	s.riskIndex = map[risk][]tied{}
	if len(s.ties) == 0 {
		return s.riskIndex
	}
	launchers := s.launchers()
	type said struct {
		instance    instanceID
		volume, key string
	}
	seen := make(map[said]bool, len(s.ties))
	for _, t := range s.ties {
		what := said{t.instance, t.volume, sameAs(t.key)}
		if seen[what] {
			continue
		}
		seen[what] = true
		for _, principal := range launchers[t.instance] {
			k := risk{t.instance.place, principal, what.key}
			s.riskIndex[k] = append(s.riskIndex[k], t)
		}
	}
	return s.riskIndex
}

// launchers are the principals that have launched each instance of a tie.
func (s *scan) launchers() map[instanceID][]string {
	out := map[instanceID][]string{}
	for i := range s.ties {
		out[s.ties[i].instance] = nil
	}
	type launcher struct {
		instance  instanceID
		principal string
	}
	seen := map[launcher]bool{}
	for i := range s.launches {
		l := &s.launches[i]
		for _, id := range l.instances {
			by := launcher{instanceID{l.place, id}, l.principal.id}
			if _, tied := out[by.instance]; tied && !seen[by] {
				seen[by] = true
				out[by.instance] = append(out[by.instance], by.principal)
			}
		}
	}
	return out
}

// atRisk lists what else the archive ties to the key and to the principal:
// instances whose volumes use the key, and that the principal has launched. One
// that was terminated starts no more, and one that a volume was taken from starts
// without it.
func (r *reporter) atRisk(st *story) []incident.AtRisk {
	out := []incident.AtRisk{}
	if st.key == "" || st.inferred {
		return out
	}
	for _, t := range r.s.risks()[risk{st.place, st.principal, sameAs(st.key)}] {
		if !st.instances[t.instance.id] && !r.s.terminated(t.instance) && r.s.has(t.instance, t.volume) {
			out = append(out, incident.AtRisk{
				InstanceID: strings.Clone(t.instance.id), Volume: optional(t.volume), Ref: r.ref(t.row),
			})
		}
	}
	return out
}
