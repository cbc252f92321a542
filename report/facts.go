package report

import "grantrail/analyze/incident"

// meaning is what a grade stands for.
var meaning = map[incident.Grade]inert{
	incident.Confirmed: "a launch, a refused KMS call tied to it, and evidence that the instance did not stay up",
	incident.Probable:  "a launch and a refused KMS call tied to it; no evidence either way about the stop",
	incident.Possible:  "the refusal is tied by principal and time alone, and more than one launch fits",
}

// managers are the ways a key is managed.
var managers = map[string]inert{
	"aws":      "AWS managed",
	"customer": "customer managed",
	"unknown":  "manager unknown",
}

// writeFacts is the table of what is known of an incident. Facts that the
// archive does not have take no row.
func writeFacts(p *page, in *incident.Incident) {
	rows := [][]inert{
		{"Grade", say("**%s**: %s", prose(string(in.Grade)), known(meaning, in.Grade))},
		{"Cause", say("%s: %s", code(in.Cause.Code), p.shared(in.Cause.Statement))},
		{"Account, region", say("%s, %s", code(in.Account), code(in.Region))},
		{"Principal", say("%s (%s)", code(in.Principal.ARN), prose(in.Principal.Type))},
	}
	if len(in.Principal.Sessions) > 0 {
		rows = append(rows, []inert{"Sessions", codes(in.Principal.Sessions, maxValues)})
	}
	if len(in.Principal.InvokedBy) > 0 {
		rows = append(rows, []inert{"Invoked by", codes(in.Principal.InvokedBy, maxValues)})
	}
	rows = append(rows,
		[]inert{"Key", keyFact(in)},
		[]inert{"Seen (UTC)", say("%s to %s, %s", at(in.FirstSeen), at(in.LastSeen), count(len(in.Attempts), "launch", "launches"))})
	p.table([]inert{"Fact", "Value"}, append(rows, turns(p, in)...))
}

// keyFact is the key, who manages it, and whose it is when it is not ours.
func keyFact(in *incident.Incident) inert {
	key := inert("not named by the refusal")
	switch {
	case in.Key.ARN != nil:
		key = code(*in.Key.ARN)
	case in.Key.Inferred != nil:
		key += say("; by history %s", code(*in.Key.Inferred))
	}
	key += ", " + known(managers, in.Key.Manager)
	if a := in.Key.Account; a != nil && *a != in.Account {
		key += say(", in account %s", code(*a))
	}
	return key
}

// turns are the events around the incident: the last success, what may have
// broken it, and what came after.
func turns(p *page, in *incident.Incident) (rows [][]inert) {
	if g := in.LastGood; g != nil {
		rows = append(rows, []inert{"Last success before", say("%s %s, %s", at(g.Ref.EventTime), code(g.Action), p.cite(g.Ref))})
	}
	if t := in.Trigger; t != nil {
		rows = append(rows, []inert{"Trigger", suspect(p, *t)})
		for _, o := range t.Others[:min(len(t.Others), maxOthers)] {
			rows = append(rows, []inert{"Another candidate", suspect(p, o)})
		}
		if n := len(t.Others) - maxOthers; n > 0 {
			rows = append(rows, []inert{"Further candidates", say("%s, %s", number(n), inJSON)})
		}
	}
	if in.TriggerSearch != "" {
		rows = append(rows, []inert{"Search for the trigger", prose(in.TriggerSearch)})
	}
	if r := in.Resolution; r != nil {
		rows = append(rows, []inert{"Resolution", say("%s %s: %s %s", at(r.Ref.EventTime), code(r.Action), prose(r.Statement), p.cite(r.Ref))})
	}
	return rows
}

// suspect is a change that may have broken it.
func suspect(p *page, t incident.Trigger) inert {
	return say("%s %s by %s: %s %s", at(t.Ref.EventTime), code(t.Action), code(t.By), prose(t.Statement), p.cite(t.Ref))
}

// known looks a word of the schema up, and passes an unknown one on.
func known[K ~string](names map[K]inert, word K) inert {
	if name, ok := names[word]; ok {
		return name
	}
	return prose(string(word))
}
