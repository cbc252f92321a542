package analyze

import (
	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

// Custody is the case of a run that only looks at what the evidence is worth:
// its lists are empty, and its conclusion claims nothing about launches.
func Custody(ev Evidence, opt Options) *incident.Case {
	asked := opt.asked()
	asked.VerifyOnly = true
	return &incident.Case{
		Schema: incident.Schema, Tool: opt.Tool, Asked: asked, Custody: ev.Manifest,
		Conclusion: incident.Inconclusive,
		Reasons:    append([]string{"Only the evidence was verified: no launch was looked for."}, unreadable(&ev.Manifest)...),
		Incidents:  []incident.Incident{}, Unlinked: []incident.Unlinked{}, Unexplained: []incident.Unexplained{},
	}
}

// distrust marks the incidents that rest on objects which digests speak
// against.
func distrust(c *incident.Case) {
	against := map[string]custody.Finding{}
	for _, f := range c.Custody.Integrity.Findings {
		if custody.Verdict(f.Verdict).Fails() {
			against[f.Object] = f
		}
	}
	for i := range c.Incidents {
		in := &c.Incidents[i]
		in.Distrusted = []custody.Finding{}
		if len(against) == 0 {
			continue
		}
		seen := map[string]bool{}
		rests := func(r incident.Ref) {
			if f, bad := against[r.Object]; bad && !seen[r.Object] {
				seen[r.Object] = true
				in.Distrusted = append(in.Distrusted, f)
			}
		}
		for _, a := range in.Attempts {
			rests(a.Launch.Ref)
			for _, d := range a.Denials {
				rests(d.Ref)
			}
			for _, v := range a.Instances {
				if v.Stop != nil {
					rests(v.Stop.Ref)
				}
			}
		}
		if in.Trigger != nil {
			rests(in.Trigger.Ref)
		}
	}
}
