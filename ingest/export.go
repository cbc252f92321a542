package ingest

import (
	"bytes"
	"context"
	"errors"
	"unicode/utf8"

	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/export"
	"grantrail/ingest/record"
)

// Exported is the result of an export.
type Exported struct {
	Manifest custody.Manifest
	Counts   export.Counts
	LeftOut  int // records that the filters did not want
}

// Wants reports whether a record is wanted. It is called from several
// goroutines; what it is given is valid until it returns.
type Wants func(h *record.Head, of *record.Found, raw []byte) bool

// exporting is what an export does with records, instead of keeping those that
// the analysis can use.
type exporting struct {
	wants    Wants
	verdicts map[string]custody.Verdict // of objects, where there are digests
	rows     func() *export.Rows        // to be filled
}

// Export writes every record of a listing that is wanted, in the order of the
// objects. Where there are digests, everything is read once before, so that
// each row can say what its object is worth.
func Export(ctx context.Context, listing *Listing, opt Options, to export.Options, wants Wants) (*Exported, error) {
	ex := &exporting{wants: wants}
	out := &Exported{}
	var integrity custody.Integrity
	opt.account = true
	if listing.digests && !opt.NoVerify {
		if listing.once {
			return nil, errors.New("digests ask for two readings, and one of the sources can be read once only: save it to a file, or leave the digests alone with --no-verify")
		}
		verified := opt
		verified.verdicts = map[string]custody.Verdict{}
		ev, err := Read(ctx, listing, verified)
		if err != nil {
			return nil, err
		}
		ev.Release()
		ex.verdicts, integrity = verified.verdicts, ev.Manifest.Integrity
	}
	opt.NoVerify, opt.Inventory, opt.export = true, false, ex
	c := newCollector(listing, opt)
	defer c.builder.Release()
	w, err := export.NewWriter(to)
	if err != nil {
		return nil, err
	}
	ex.rows = w.Rows
	err = run(ctx, listing, opt, func(o *Object, res *result) error {
		out.LeftOut += res.leftOut
		return c.take(o, res)
	}, w.Write)
	counts, closing := w.Close()
	if err == nil {
		err = closing
	}
	if err != nil {
		return nil, err
	}
	c.close()
	out.Manifest, out.Counts = c.manifest, counts
	if ex.verdicts != nil {
		out.Manifest.Integrity = integrity
	}
	return out, nil
}

// export takes one record.
func (w *worker) export(h *record.Head, it container.Item) {
	raw := it.Raw
	if !utf8.Valid(raw) { // the files say that they hold text
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
		var err error
		if h, err = w.decoder.ValidHead(raw); err != nil {
			return // it was refused, and counted as such
		}
	}
	w.add(h, w.outlines().Values(w.decoder, raw), raw, it.Index)
}

// exportScanned takes a record that no parser has read, and reports false where
// one has to.
func (w *worker) exportScanned(h *record.Head, it container.Item) bool {
	if !it.Members.ASCII() && !utf8.Valid(it.Raw) {
		return false
	}
	of, valid := w.outlines().Members(it.Raw, it.Members)
	if valid {
		w.add(h, of, it.Raw, it.Index)
	}
	return valid
}

// outlines are for all records of the worker.
func (w *worker) outlines() *record.Outlines {
	if w.found == nil {
		w.found = record.NewOutlines()
	}
	return w.found
}

// add adds a record that is wanted to the rows.
func (w *worker) add(h *record.Head, of *record.Found, raw []byte, index int) {
	if !w.opt.asked(h.Time) || !w.opt.export.wants(h, of, raw) {
		w.res.leftOut++
		return
	}
	if w.rows == nil {
		w.rows = w.opt.export.rows()
		w.rows.Object, w.rows.Verdict = w.body.name, string(w.opt.export.verdicts[w.body.name])
	}
	w.rows.Add(of, h.Account, h.Region, h.Time, index)
	if w.rows.Full() {
		w.handOn()
	}
}

// handOn gives the rows so far away: of one body each.
func (w *worker) handOn() {
	if w.rows != nil && w.rows.Len() > 0 {
		w.hand(w.rows)
		w.rows = nil
	}
}
