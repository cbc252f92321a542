package report

import "grantrail/ingest/custody"

// writeIntegrity is what the digest files say of the objects.
func writeIntegrity(p *page, i custody.Integrity) {
	p.heading(2, "Integrity")
	if !i.Checked {
		p.para("Not checked: no digest file was validated.")
	}
	checks := make([]inert, len(i.Checks))
	for n, c := range i.Checks {
		checks[n] = prose(c)
	}
	p.list(checks)
	p.table([]inert{"Files", "Verdict", "Count"}, append(verdictRows("Log files", i.Logs), verdictRows("Digest files", i.Digests)...))
	shown := i.Findings[:min(len(i.Findings), maxFindings)]
	rows := make([][]inert, len(shown))
	for n, f := range shown {
		rows[n] = []inert{code(f.Object), code(f.Verdict), prose(f.Detail)}
	}
	p.table([]inert{"Object", "Verdict", "Detail"}, rows)
	p.omitted(len(i.Findings)-len(shown), "finding", "findings", inJSON)
}

// writeDistrusted says, before anything else of an incident, which of its
// objects digests speak against.
func writeDistrusted(p *page, findings []custody.Finding) {
	if len(findings) == 0 {
		return
	}
	p.para(say("**Rests on evidence that failed verification:** %s.", count(len(findings), "object", "objects")))
	shown := findings[:min(len(findings), maxFindings)]
	rows := make([][]inert, len(shown))
	for n, f := range shown {
		rows[n] = []inert{code(f.Object), code(f.Verdict), prose(f.Detail)}
	}
	p.table([]inert{"Object", "Verdict", "Detail"}, rows)
	p.omitted(len(findings)-len(shown), "object", "objects", inJSON)
}

func verdictRows(files inert, verdicts map[string]int) (rows [][]inert) {
	for _, v := range byCount(verdicts) {
		rows = append(rows, []inert{files, code(v), number(verdicts[v])})
	}
	return rows
}
