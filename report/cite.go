package report

import (
	"fmt"

	"grantrail/analyze/incident"
)

// cite points at the original of a record: `o3#41` is position 41, counted
// from zero, in the third object that the report cites. The names of log files
// run to 150 characters, and a table of them could not be read; the list of
// them closes the report.
func (p *page) cite(r incident.Ref) inert {
	if r.Object == "" {
		return dash
	}
	n, ok := p.cited[r.Object]
	if !ok {
		n = len(p.objects) + 1
		p.objects = append(p.objects, r.Object)
		if p.cited == nil {
			p.cited = make(map[string]int)
		}
		p.cited[r.Object] = n
	}
	return inert(fmt.Sprintf("`o%d#%d`", n, r.Record))
}

// writeCited resolves the citations of everything above it.
func writeCited(p *page) {
	if len(p.objects) == 0 {
		return
	}
	p.heading(2, "Objects cited")
	p.para("A record such as `o1#41` is position 41, counted from zero, in the records of object `o1`.")
	rows := make([][]inert, len(p.objects))
	for i, o := range p.objects {
		rows[i] = []inert{inert(fmt.Sprintf("`o%d`", i+1)), code(o)}
	}
	p.table([]inert{"Cited as", "Object"}, rows)
}
