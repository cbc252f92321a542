package export

import "slices"

// Where records of more partitions than are at hand at a time come one after the
// other, as they do from a stream of a whole organisation, a partition would be
// closed and begun again for nearly each record. There rows are held back, and
// written partition by partition.

const (
	// heldBytes bound the records that are held back, and heldRows how often:
	// rows of a few records have room for more.
	heldBytes = 32 << 20
	heldRows  = 128
	// resourceSize is what a resource takes: more than its text where it says little.
	resourceSize = 3 * 8
)

// crowd is rows that are held back.
type crowd struct {
	rows []*Rows
	size int // bytes of the records' text, or of their resources where those are more
}

// stretch is rows of one partition, one behind the other.
type stretch struct {
	rows     *Rows
	from, to int
}

// crowds reports whether partitions would be closed for rows that are needed for
// them, or were needed before.
func (w *Writer) crowds(rows *Rows) bool {
	var keys []key
	for from := range rows.stretches() {
		k := rows.key(from)
		if slices.Contains(keys, k) {
			continue
		}
		if keys = append(keys, k); len(keys) > maxOpen || w.parts[k] != nil && !w.atHand(k) {
			return true
		}
	}
	return false
}

func (w *Writer) atHand(k key) bool {
	return slices.ContainsFunc(w.open, func(p *part) bool { return p.key == k })
}

// hold holds rows back, as long as there is room for them.
func (w *Writer) hold(rows *Rows) error {
	w.held.rows = append(w.held.rows, rows)
	if w.held.size += max(len(rows.text), resourceSize*len(rows.resources)); w.held.size < heldBytes && len(w.held.rows) < heldRows {
		return nil
	}
	return w.release()
}

// release writes what is held back: first of the partitions at hand, then of the
// others in the order in which they came, and of each in its own order.
func (w *Writer) release() error {
	var keys []key
	for _, p := range w.open {
		keys = append(keys, p.key)
	}
	all := map[key][]stretch{}
	for _, k := range keys {
		all[k] = nil
	}
	for _, rows := range w.held.rows {
		for from, to := range rows.stretches() {
			k := rows.key(from)
			if _, known := all[k]; !known {
				keys = append(keys, k)
			}
			all[k] = append(all[k], stretch{rows, from, to})
		}
	}
	for _, k := range keys {
		if err := w.writeAll(k, all[k]); err != nil {
			return err
		}
	}
	for _, rows := range w.held.rows {
		w.lines <- line{rows: rows, last: true}
	}
	w.held = crowd{}
	return nil
}

// writeAll writes what there is of a partition.
func (w *Writer) writeAll(k key, all []stretch) error {
	if len(all) == 0 {
		return nil
	}
	p, err := w.part(k, func() {})
	if err != nil {
		return err
	}
	var runs []run
	for i, s := range all {
		runs = w.addRuns(p, s.rows, s.from, s.to, runs)
		if i+1 == len(all) || all[i+1].rows != s.rows {
			w.lines <- line{rows: s.rows, runs: runs}
			runs = nil
		}
	}
	return nil
}
