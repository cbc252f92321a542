package report

import (
	"cmp"
	"slices"

	"grantrail/ingest/custody"
)

// writeUnread is what the evidence withheld. What is only worth knowing is
// told apart: a reader must see at once whether there is a hole.
func writeUnread(p *page, m *custody.Manifest) {
	p.heading(2, "What could not be read")
	var lost, noted []custody.Warning
	for _, w := range m.Warnings {
		if harmless(w.Kind) {
			noted = append(noted, w)
		} else {
			lost = append(lost, w)
		}
	}
	if len(lost) == 0 && !m.Incomplete() {
		p.para("Everything was read.")
	} else {
		p.para(holes(m))
	}
	writeWarnings(p, lost)
	if len(noted) > 0 {
		p.heading(3, "Also noted")
		writeWarnings(p, noted)
	}
}

// harmless reports whether a warning of kind k takes nothing from the
// evidence. A kind that is not known here is not harmless.
func harmless(k custody.Kind) bool {
	switch k {
	case custody.KindBOM, custody.KindLink, custody.KindNotRegular, custody.KindNotEvidence, custody.KindNotification,
		custody.KindDuplicateObject, custody.KindConflict, custody.KindSuperseded:
		return true
	}
	return false
}

// holes is the size of what is missing.
func holes(m *custody.Manifest) inert {
	var parts []inert
	for _, q := range []struct {
		n         int
		one, many inert
	}{
		{m.Objects.Unread, "object was not read", "objects were not read"},
		{m.Objects.Partial, "object was read in part", "objects were read in part"},
		{m.Records.Refused, "record was refused", "records were refused"},
		{m.Integrity.Failures(), "object failed verification, see *Integrity*", "objects failed verification, see *Integrity*"},
		{m.Other.Refused, "item of other evidence was refused", "items of other evidence were refused"},
	} {
		if q.n > 0 {
			parts = append(parts, count(q.n, q.one, q.many))
		}
	}
	if len(parts) == 0 {
		return "No object was left unread, with these reservations:"
	}
	return enumerate(parts) + "."
}

// writeWarnings is one row a warning up to the limit, then counts by kind.
func writeWarnings(p *page, warnings []custody.Warning) {
	shown := warnings[:min(len(warnings), maxWarnings)]
	rows := make([][]inert, len(shown))
	for i, w := range shown {
		record := dash
		if w.Record != nil {
			record = number(*w.Record)
		}
		rows[i] = []inert{code(w.Object), record, code(string(w.Kind)), prose(w.Detail)}
	}
	p.table([]inert{"Object", "Record", "Kind", "Detail"}, rows)
	hidden := warnings[len(shown):]
	p.omitted(len(hidden), "warning", "warnings", inJSON)
	p.table([]inert{"Kind of the others", "Count"}, kindRows(hidden))
}

// kindRows counts warnings by kind, the most frequent first.
func kindRows(warnings []custody.Warning) [][]inert {
	n := make(map[custody.Kind]int)
	for _, w := range warnings {
		n[w.Kind]++
	}
	var rows [][]inert
	for _, k := range byCount(n) {
		rows = append(rows, []inert{code(string(k)), number(n[k])})
	}
	return rows
}

// byCount is the keys of n, the most frequent first, then by name.
func byCount[K cmp.Ordered](n map[K]int) []K {
	keys := make([]K, 0, len(n))
	for k := range n {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b K) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	return keys
}
