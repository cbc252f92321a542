package analyze

import "grantrail/analyze/incident"

// Since compares a case with what the sweep before it concluded; nil is no
// sweep before. It returns what to remember for the next one. Where the
// question was narrowed, an incident that is missing says nothing and is
// remembered as it was.
func Since(c *incident.Case, before []incident.Judged) (*incident.Changes, []incident.Judged) {
	known := make(map[string]incident.Judged, len(before))
	for _, j := range before {
		known[j.ID] = j
	}
	out := &incident.Changes{
		Schema: incident.ChangesSchema, First: before == nil,
		New: []string{}, Ongoing: []string{}, Raised: []incident.Raised{}, Resolved: []string{}, Unchanged: []string{}, Withdrawn: []string{},
	}
	after := make([]incident.Judged, 0, len(c.Incidents))
	for i := range c.Incidents {
		now := judged(&c.Incidents[i])
		after = append(after, now)
		was, old := known[now.ID]
		delete(known, now.ID)
		went := now.Attempts > was.Attempts || now.LastSeen.After(was.LastSeen)
		switch {
		case !old:
			out.New = append(out.New, now.ID)
			continue
		case went:
			out.Ongoing = append(out.Ongoing, now.ID)
		case raised(&was, &now):
			went = true
			out.Raised = append(out.Raised, incident.Raised{ID: now.ID, Was: was.Grade, Suppressed: was.Suppressed})
		}
		if now.Resolved && !was.Resolved {
			out.Resolved = append(out.Resolved, now.ID)
		} else if !went {
			out.Unchanged = append(out.Unchanged, now.ID)
		}
	}
	for _, j := range before { // in their order
		switch _, missing := known[j.ID]; {
		case !missing:
		case c.Asked.Narrowed():
			after = append(after, j)
		default:
			out.Withdrawn = append(out.Withdrawn, j.ID)
		}
	}
	return out, after
}

// raised reports whether an incident is worth more than before by itself: evidence
// of its stop came later, or nobody lives with it any longer.
func raised(was, now *incident.Judged) bool {
	return was.Grade != "" && now.Grade.Rank() > was.Grade.Rank() || was.Suppressed && !now.Suppressed
}

func judged(in *incident.Incident) incident.Judged {
	return incident.Judged{
		ID: in.ID, Attempts: len(in.Attempts), LastSeen: in.LastSeen, Resolved: in.Resolution != nil,
		Grade: in.Grade, Suppressed: in.Suppressed != nil,
	}
}
