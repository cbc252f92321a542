package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/dustin/go-humanize/english"
	"golang.org/x/term"

	"grantrail/analyze/incident"
	"grantrail/ingest"
	"grantrail/ingest/custody"
)

// display is what a person sees on standard error.
type display struct {
	w        io.Writer
	progress bool
	json     bool
	quiet    bool
}

func (t *typed) display(w world) (display, error) {
	d := display{w: w.stderr, quiet: t.quiet}
	switch t.logFormat {
	case "text":
	case "json":
		d.json = true
	default:
		return d, usagef("--log-format %q: want text or json", t.logFormat)
	}
	switch t.progress {
	case "auto":
		f, ok := w.stderr.(*os.File)
		d.progress = ok && term.IsTerminal(int(f.Fd())) && !t.quiet
	case "always":
		d.progress = true
	case "never":
	default:
		return d, usagef("--progress %q: want auto, always or never", t.progress)
	}
	return d, nil
}

// redraw is the shortest time between two progress lines.
const redraw = 100 * time.Millisecond

// progressLine is one line, drawn over itself. It gives what is done of the
// total and no estimate: objects differ too much for one to be true.
type progressLine struct {
	display
	last time.Time
}

func (d display) start() *progressLine { return &progressLine{display: d} }

func (p *progressLine) update(at ingest.Progress) {
	now := time.Now()
	if !p.progress || now.Sub(p.last) < redraw && at.Objects < at.OfObjects {
		return
	}
	p.last = now
	_, _ = fmt.Fprintf(p.w, "\r\x1b[Kgrantrail: %s of %s %s, %s of %s",
		humanize.Comma(int64(at.Objects)), humanize.Comma(int64(at.OfObjects)), english.PluralWord(at.OfObjects, "object", ""),
		humanize.IBytes(uint64(at.Bytes)), humanize.IBytes(uint64(at.OfBytes)))
}

// listing shows how many objects are listed so far.
func (p *progressLine) listing(objects int) {
	now := time.Now()
	if !p.progress || now.Sub(p.last) < redraw {
		return
	}
	p.last = now
	_, _ = fmt.Fprintf(p.w, "\r\x1b[Kgrantrail: listing, %s %s", humanize.Comma(int64(objects)), english.PluralWord(objects, "object", ""))
}

// end wipes the line: what stays is the summary.
func (p *progressLine) end() {
	if p.progress && !p.last.IsZero() {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// closing writes the summary of a finished run.
func (d display) closing(c *incident.Case, reports []string, elapsed time.Duration) {
	switch {
	case d.quiet:
	case d.json:
		d.closingJSON(c, reports, elapsed)
	default:
		d.closingText(c, reports, elapsed)
	}
}

func (d display) closingText(c *incident.Case, reports []string, elapsed time.Duration) {
	r, s := c.Custody.Records, c.Summary
	if c.Asked.VerifyOnly {
		d.closingVerify(c, reports, elapsed)
		return
	}
	say(d.w, "%s", c.Conclusion)
	failed, possible := c.Launches()
	rows := []struct{ name, value string }{
		{"incidents", fmt.Sprintf("%d confirmed, %d probable, %d possible; %s", s.Confirmed, s.Probable, s.Possible, english.Plural(failed+possible, "failed launch", "failed launches"))},
		{"changes", changed(c)},
		{"objects", accounted(&c.Custody)},
		{"records", fmt.Sprintf("%d seen, %d kept, %d duplicate, %d conflicting, %d refused", r.Seen, r.Kept, r.Duplicate, r.Conflicting, r.Refused)},
		{"report", strings.Join(reports, ", ")},
		{"elapsed", elapsed.Round(time.Millisecond).String()},
	}
	for _, row := range rows {
		if row.value != "" {
			_, _ = fmt.Fprintf(d.w, "  %-10s %s\n", row.name, printable(row.value))
		}
	}
}

// accounted is what became of the objects.
func accounted(m *custody.Manifest) string {
	o := &m.Objects
	return fmt.Sprintf("%d listed: %d read, %d partial, %d unread, %d skipped, %d duplicate", o.Listed, o.Read, o.Partial, o.Unread, o.Skipped, o.Duplicate)
}

// changed is what a sweep found changed, or "" outside of one.
func changed(c *incident.Case) string {
	d := c.Changes
	if d == nil {
		return ""
	}
	incidents := fmt.Sprintf("%d new, %d went on, %d resolved, %d suppressed", len(d.New), len(d.Ongoing), len(d.Resolved), c.Summary.Suppressed)
	if n := len(d.Raised); n > 0 {
		incidents += fmt.Sprintf(", %d raised", n)
	}
	if n := len(d.Withdrawn); n > 0 {
		incidents += fmt.Sprintf(", %d withdrawn", n)
	}
	objects := fmt.Sprintf("%d of %s read", d.Objects.New+d.Objects.Retried+d.Objects.Replaced, english.Plural(d.Objects.Listed, "object", ""))
	if n := d.Objects.Gone; n > 0 {
		objects += fmt.Sprintf(", %d gone", n)
	}
	return incidents + "; " + objects
}

func (d display) closingJSON(c *incident.Case, reports []string, elapsed time.Duration) {
	sayJSON(d.w, map[string]any{
		"conclusion": c.Conclusion, "summary": c.Summary, "objects": c.Custody.Objects,
		"records": c.Custody.Records, "reports": reports, "elapsed_s": elapsed.Seconds(), "changes": c.Changes,
	})
}

// exported is the summary of an export.
func (d display) exported(out *ingest.Exported, dir string, elapsed time.Duration) {
	if d.quiet {
		return
	}
	m, n := &out.Manifest, out.Counts
	if d.json {
		sayJSON(d.w, map[string]any{
			"rows": n, "left_out": out.LeftOut, "objects": m.Objects, "records": m.Records, "output": dir, "elapsed_s": elapsed.Seconds(),
		})
		return
	}
	say(d.w, "exported")
	for _, row := range []struct{ name, value string }{
		{"rows", fmt.Sprintf("%d written to %s, %d duplicate, %d conflicting, %d left out by the filters", n.Written, english.Plural(n.Files, "file", ""), n.Duplicate, n.Conflict, out.LeftOut)},
		{"objects", accounted(m)},
		{"records", fmt.Sprintf("%d seen, %d refused", m.Records.Seen, m.Records.Refused)},
		{"output", dir},
		{"elapsed", elapsed.Round(time.Millisecond).String()},
	} {
		_, _ = fmt.Fprintf(d.w, "  %-10s %s\n", row.name, printable(row.value))
	}
}

// closingVerify is the summary of a run that only verified.
func (d display) closingVerify(c *incident.Case, reports []string, elapsed time.Duration) {
	i := &c.Custody.Integrity
	word := "verified: nothing speaks against the evidence"
	switch {
	case !i.Checked && i.Fails():
		word = "not verified: no digest file is among the sources, and what was compared with the manifest is not as it was"
	case !i.Checked:
		word = "not verified: no digest file is among the sources"
	case i.Fails():
		word = "verified: digests speak against some of the evidence"
	case c.Custody.Incomplete():
		word = "verified: nothing speaks against the evidence, and some of it could not be read"
	}
	say(d.w, "%s", word)
	for _, row := range []struct{ name, value string }{
		{"logs", verdicts(i.Logs)},
		{"digests", verdicts(i.Digests)},
		{"objects", accounted(&c.Custody)},
		{"report", strings.Join(reports, ", ")},
		{"elapsed", elapsed.Round(time.Millisecond).String()},
	} {
		_, _ = fmt.Fprintf(d.w, "  %-10s %s\n", row.name, printable(row.value))
	}
}

func verdicts(n map[string]int) string {
	parts := make([]string, 0, len(n))
	for _, v := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[v], v))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
