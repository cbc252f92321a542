package report

import (
	"maps"
	"slices"

	"grantrail/analyze/incident"
)

// writeIncident tells one incident: what happened, the facts, when, why, and
// what to do about it.
func writeIncident(p *page, in *incident.Incident) error {
	p.heading(2, headline(in))
	writeDistrusted(p, in.Distrusted)
	p.para(story(in))
	writeFacts(p, in)
	writeTimeline(p, in.Attempts)
	writeWhy(p, in.Attempts)
	if err := writeRemedy(p, in.Remedy); err != nil {
		return err
	}
	writeAtRisk(p, in)
	return nil
}

// headline names the two that do not get along.
func headline(in *incident.Incident) inert {
	key := inert("a KMS key that the refusal does not name")
	if in.Key.ARN != nil {
		key = keyName(in.Key)
	}
	verb := inert("cannot use")
	if in.Resolution != nil {
		verb = "could not use"
	}
	return say("Incident %s: %s %s %s", code(in.ID), code(tail(in.Principal.ARN)), verb, key)
}

// story is the incident in two sentences. Launches of grade possible get one
// of their own, since none of them is known to have failed.
func story(in *incident.Incident) inert {
	firm, open := split(in.Attempts)
	var s []inert
	if len(firm) > 0 {
		s = append(s, refused(in, firm), fate(firm))
	}
	if len(open) > 0 {
		s = append(s, candidates(open))
	}
	return join(s, " ")
}

// refused says who launched what, when, and what KMS said no to.
func refused(in *incident.Incident, firm []*incident.Attempt) inert {
	first, last := firm[0].Launch.Ref.EventTime, firm[len(firm)-1].Launch.Ref.EventTime
	when := say("At %s UTC,", at(first))
	if !first.Equal(last) {
		when = say("Between %s and %s UTC,", at(first), at(last))
	}
	launched := make(map[string]int)
	for _, a := range firm {
		launched[a.Launch.Action]++
	}
	whose := inert("its")
	if len(firm) > 1 {
		whose = "their"
	}
	launches := say("%s EC2 accepted %s by %s (%s), and KMS refused the %s", when, count(len(firm), "launch", "launches"),
		launchers(in, firm), tallies(launched, code), codes(actions(firm), maxValues))
	if firm[0].By != nil {
		return launches + say(" of %s.", code(tail(in.Principal.ARN)))
	}
	return launches + say(" made on %s behalf.", whose)
}

// launchers are who launched: the incident's principal, but where somebody else did.
func launchers(in *incident.Incident, attempts []*incident.Attempt) inert {
	by := make(map[string]bool)
	for _, a := range attempts {
		if a.By != nil {
			by[tail(*a.By)] = true
		} else {
			by[tail(in.Principal.ARN)] = true
		}
	}
	return codes(slices.Sorted(maps.Keys(by)), maxValues)
}

// fate says what became of the instances, as far as the archive shows.
func fate(firm []*incident.Attempt) inert {
	ended, seen := make(map[string]int), make(map[string]bool)
	inferred, n, wide := 0, 0, 0
	for _, a := range firm {
		unseen := func(i incident.Instance) bool { return i.Stop == nil }
		if len(a.Denials) < len(a.Instances) && slices.ContainsFunc(a.Instances, unseen) {
			wide++
		}
		for _, i := range a.Instances {
			seen[i.ID] = true
			n++
			ended[string(i.Outcome)]++
			if i.Stop != nil && i.Stop.Source == incident.FromImplied {
				inferred++
			}
		}
	}
	if n == 0 {
		return "The archive does not say which instances these were."
	}
	what := count(n, "instance", "instances")
	if len(seen) < n {
		what = say("%s of %s", count(n, "launch", "launches"), count(len(seen), "instance", "instances"))
	}
	s := say("Of %s that may be affected, %s", what, tallies(ended, fateName))
	if inferred > 0 {
		s += say("; %s inferred, not recorded", count(inferred, "stop is", "stops are"))
	}
	s += "."
	if wide > 0 {
		s += say(" In %s fewer calls were refused than instances are listed: no more than that many were hit, and the records do not say which.", count(wide, "launch", "launches"))
	}
	return s
}

// candidates says of open launches that none is picked, and of the first
// refusal that fits more of them than are listed, how many there are. The
// timeline has the number for each.
func candidates(open []*incident.Attempt) inert {
	listed := make(map[string]int)
	fit := make(map[string]int)
	for _, a := range open {
		for _, d := range a.Denials {
			listed[d.Ref.EventID]++
			fit[d.Ref.EventID] = d.Candidates
		}
	}
	s := say("**Possible only:** %s more than one launch.", count(len(listed), "refusal fits", "refusals fit"))
	for _, id := range slices.Sorted(maps.Keys(fit)) {
		if fit[id] > listed[id] {
			return s + say(" Of the %s that fit %s, the nearest %s are listed and none is picked.", number(fit[id]), code(id), number(listed[id]))
		}
	}
	return s + " Each launch that fits is listed and none is picked."
}

// fateName is an outcome as a phrase that follows a number.
func fateName(outcome string) inert {
	if incident.Outcome(outcome) == incident.Unknown {
		return "of unknown fate"
	}
	return prose(outcome)
}

// tallies is "2 `StartInstances`, 1 `RunInstances`", the most frequent first.
func tallies(n map[string]int, name func(string) inert) inert {
	names := byCount(n)
	var parts []inert
	for _, k := range names[:min(len(names), maxValues)] {
		parts = append(parts, number(n[k])+" "+name(k))
	}
	return join(parts, ", ")
}

// actions are the distinct refused calls, sorted.
func actions(attempts []*incident.Attempt) []string {
	seen := make(map[string]bool)
	for _, a := range attempts {
		for _, d := range a.Denials {
			seen[d.Action] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}
