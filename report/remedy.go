package report

import (
	"bytes"
	"encoding/json"

	"grantrail/analyze/incident"
)

// answer is what KMS said: the error as a whole.
type answer struct{ code, message string }

// writeWhy quotes each distinct answer of KMS once, in the order of their
// first appearance.
func writeWhy(p *page, attempts []incident.Attempt) {
	p.heading(3, "Why")
	known := make(map[answer]map[string]bool) // the events with each; nil past those that are quoted
	var order []answer
	for i := range attempts {
		denials := attempts[i].Denials
		for j := range denials {
			d := &denials[j]
			said := answer{d.ErrorCode, d.ErrorMessage}
			events, ok := known[said]
			if !ok && len(order) < maxMessages {
				events = make(map[string]bool)
				order = append(order, said)
			}
			if !ok {
				known[said] = events
			}
			if events != nil {
				events[d.Ref.EventID] = true
			}
		}
	}
	if len(order) == 0 {
		p.para("No refusal is recorded.")
		return
	}
	var quotes []inert
	for _, said := range order {
		quotes = append(quotes, say("%s, %s: %s", code(said.code), count(len(known[said]), "refusal", "refusals"), code(said.message)))
	}
	p.list(quotes)
	p.omitted(len(known)-len(quotes), "answer", "answers", elsewhere)
}

// writeRemedy is what fixes it, with the policies ready to be pasted.
func writeRemedy(p *page, r incident.Remedy) error {
	p.heading(3, "Fix")
	p.para(p.shared(r.Summary))
	for _, policy := range []struct {
		title inert
		doc   json.RawMessage
	}{{"Identity policy:", r.IdentityPolicy}, {"Key policy statement:", r.KeyPolicyStatement}} {
		if absent(policy.doc) {
			continue
		}
		p.para(policy.title)
		if err := p.fence(policy.doc); err != nil {
			return err
		}
	}
	if r.Terraform != nil {
		p.para("The same for Terraform:")
		p.listing("hcl", *r.Terraform)
	}
	notes := make([]inert, len(r.Notes))
	for i, n := range r.Notes {
		notes[i] = p.shared(n)
	}
	p.list(notes)
	for _, c := range r.Commands {
		p.para(say("%s, run in account %s:", p.shared(c.Purpose), code(c.Account)))
		p.listing("sh", c.Command)
	}
	return nil
}

// absent reports whether there is no document: nil from the analysis, the
// word null from a saved case.
func absent(doc json.RawMessage) bool {
	trimmed := bytes.TrimSpace(doc)
	return len(trimmed) == 0 || string(trimmed) == "null"
}

// writeAtRisk is what else depends on the same key and principal.
func writeAtRisk(p *page, in *incident.Incident) {
	risks := in.AtRisk
	if len(risks) == 0 {
		return
	}
	p.heading(3, "Also at risk")
	next := inert("Their next start can fail in the same way.")
	if in.Resolution != nil {
		next = "Where what resolved it does not cover them, their next start can fail in the same way."
	}
	p.para("The archive ties these instances to the same principal and key. " + next)
	shown := risks[:min(len(risks), maxAtRisk)]
	rows := make([][]inert, len(shown))
	for i, r := range shown {
		rows[i] = []inert{code(r.InstanceID), optional(r.Volume), at(r.Ref.EventTime), p.cite(r.Ref)}
	}
	p.table([]inert{"Instance", "Volume", "Seen (UTC)", "Record"}, rows)
	p.omitted(len(risks)-len(shown), "instance", "instances", inJSON)
}
