package analyze

import "grantrail/analyze/incident"

// Since compares a case with what the sweep before it concluded; nil is no
// sweep before. It returns what to remember for the next one. Where the
// question was narrowed, what it could not see says nothing: an incident that
// is missing is remembered as it was, and of one that is seen in part nothing
// is forgotten.
func Since(c *incident.Case, before []incident.Judged) (*incident.Changes, []incident.Judged) {
	known := make(map[string]incident.Judged, len(before))
	for _, j := range before {
		known[j.ID] = j
	}
	out := &incident.Changes{
		Schema: incident.ChangesSchema, First: before == nil,
		New: []string{}, Ongoing: []string{}, Raised: []incident.Raised{}, Resolved: []string{}, Unchanged: []string{}, Withdrawn: []string{},
	}
	narrowed := c.Asked.Narrowed()
	after := make([]incident.Judged, 0, len(c.Incidents))
	for i := range c.Incidents {
		now := judged(&c.Incidents[i])
		was, old := known[now.ID]
		if !old {
			out.New = append(out.New, now.ID)
			after = append(after, now)
			continue
		}
		delete(known, now.ID)
		fresh, unknown := unjudged(&was, &now)
		went := fresh > 0
		next := remember(&was, &now, narrowed, went, unknown)
		after = append(after, next)
		switch {
		case went:
			out.Ongoing = append(out.Ongoing, now.ID)
		case raised(&was, &now):
			went = true
			out.Raised = append(out.Raised, incident.Raised{ID: now.ID, Was: was.Grade, Suppressed: was.Suppressed})
		}
		if next.Resolved && !was.Resolved {
			out.Resolved = append(out.Resolved, now.ID)
		} else if !went {
			out.Unchanged = append(out.Unchanged, now.ID)
		}
	}
	for _, j := range before { // in their order
		switch _, missing := known[j.ID]; {
		case !missing:
		case narrowed:
			after = append(after, j)
		default:
			out.Withdrawn = append(out.Withdrawn, j.ID)
		}
	}
	return out, after
}

// unjudged is how many failed launches of an incident were not judged before, and how
// many others that were judged nobody has noted. Figures alone cannot tell: as many may
// have been dropped as have come late, and a narrowed question saw fewer. They are all
// there is of a sweep that noted no launches: as many as it counted were judged, and none
// that is later than its last.
func unjudged(was, now *incident.Judged) (fresh, unknown int) {
	unlisted := was.Launches.Lacks(now.Launches)
	unknown = max(0, was.Attempts-was.Launches.Len())
	switch {
	case unlisted > unknown:
		fresh = unlisted - unknown
	case unlisted > 0 && now.LastSeen.After(was.LastSeen):
		fresh = 1
	}
	return fresh, unknown - (unlisted - fresh)
}

// raised reports whether an incident is worth more than before by itself: evidence
// of its stop came later, or nobody lives with it any longer.
func raised(was, now *incident.Judged) bool {
	return was.Grade != "" && now.Grade.Rank() > was.Grade.Rank() || was.Suppressed && !now.Suppressed
}

// remember is what to remember of an incident that was known.
func remember(was, now *incident.Judged, narrowed, went bool, unknown int) incident.Judged {
	next := *now
	next.Launches = was.Launches.With(now.Launches)
	next.Attempts = next.Launches.Len()
	if !narrowed {
		return next
	}
	next.Attempts += unknown
	if was.Grade.Rank() > now.Grade.Rank() {
		next.Grade = was.Grade
	}
	if now.LastSeen.Before(was.LastSeen) { // what came after the last launch is out of sight, or not known to be after it
		next.LastSeen, next.Resolved = was.LastSeen, was.Resolved
	} else if !went {
		next.Resolved = was.Resolved || now.Resolved
	}
	return next
}

func judged(in *incident.Incident) incident.Judged {
	launches := incident.LaunchesOf(in.Attempts)
	return incident.Judged{
		ID: in.ID, Attempts: launches.Len(), LastSeen: in.LastSeen, Resolved: in.Resolution != nil,
		Grade: in.Grade, Suppressed: in.Suppressed != nil, Launches: launches,
	}
}
