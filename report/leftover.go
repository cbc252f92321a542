package report

import (
	"cmp"
	"slices"

	"grantrail/analyze/incident"
)

// writeUnexplained is the launches with a stop and no refusal.
func writeUnexplained(p *page, launches []incident.Unexplained) {
	p.heading(2, "Launches that did not stay up and that no refusal explains")
	if len(launches) == 0 {
		p.para("None.")
		return
	}
	shown := launches[:min(len(launches), maxUnexplained)]
	rows := make([][]inert, len(shown))
	for i, u := range shown {
		reason := optional(u.Stop.StateReason)
		rows[i] = []inert{
			at(u.Launch.Ref.EventTime), code(u.Launch.Action), code(u.InstanceID), at(u.Stop.Ref.EventTime),
			known(sight, u.Stop.Source), reason, p.cite(u.Launch.Ref), p.cite(u.Stop.Ref),
		}
	}
	p.table([]inert{"Launch (UTC)", "Call", "Instance", "Stop seen (UTC)", "Seen by", "State reason", "Launch record", "Stop record"}, rows)
	p.omitted(len(launches)-len(shown), "launch", "launches", inJSON)
}

// writeUnlinked is the refusals without a launch: how many for which reason,
// then one by one. Their messages are left to the JSON.
func writeUnlinked(p *page, calls []incident.Unlinked) {
	p.heading(2, "Refused KMS calls that no launch explains")
	if len(calls) == 0 {
		p.para("None.")
		return
	}
	p.table([]inert{"Why", "Calls", "In words"}, reasonRows(calls))
	shown := calls[:min(len(calls), maxUnlinked)]
	rows := make([][]inert, len(shown))
	for i, u := range shown {
		rows[i] = []inert{
			at(u.Ref.EventTime), code(u.Action), code(u.ErrorCode), tailOf(u.PrincipalARN), tailOf(u.KeyARN), code(u.Why), p.cite(u.Ref),
		}
	}
	p.table([]inert{"Time (UTC)", "Call", "Error", "Principal", "Key", "Why", "Record"}, rows)
	p.omitted(len(calls)-len(shown), "call", "calls", inJSON)
}

// reasonRows counts the calls by why, the most frequent first.
func reasonRows(calls []incident.Unlinked) [][]inert {
	type group struct {
		why, detail string
		n           int
	}
	var groups []group
	index := make(map[string]int)
	for _, u := range calls {
		i, ok := index[u.Why]
		if !ok {
			i = len(groups)
			index[u.Why] = i
			groups = append(groups, group{why: u.Why, detail: u.Detail})
		}
		groups[i].n++
	}
	slices.SortFunc(groups, func(a, b group) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.why, b.why)) })
	rows := make([][]inert, len(groups))
	for i, g := range groups {
		rows[i] = []inert{code(g.why), number(g.n), prose(g.detail)}
	}
	return rows
}
