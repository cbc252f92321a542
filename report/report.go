// Package report writes a case for people and for programs.
//
// A case ([incident.Case]) is plain data; [Render] turns it into one of its
// formats and [ReadCase] reads the JSON one back.
//
//   - markdown, GitHub's dialect: what an engineer reads first. Long lists are
//     cut at the limits in document.go, and each cut says how much it hides, so
//     that a report opens however large its case.
//   - csv, RFC 4180: one row for each incident, attempt and instance, every
//     row one line of text.
//   - json: the case file, schema grantrail.case/v1, and nothing left out.
//   - html: the blocks of the Markdown once more, as one page without scripts or
//     anything fetched from elsewhere.
//   - ocsf: JSON Lines, each incident a Detection Finding (class 2004) of OCSF
//     1.3.0, for a SIEM.
//   - timesketch: the timelines of the incidents as CSV, for Timesketch.
//
// # Promises
//
// The same case gives the same bytes: there is no clock, no environment and no
// map order in here. A case read back and rendered again is the same file.
//
// Every string of a case was written by a stranger: whoever names a session,
// a key alias or an S3 object writes into the report. No such string becomes
// markup, a link, a table cell of its own, a spreadsheet formula or a terminal
// control. Each format has its own way:
//
//   - Markdown and HTML: a code span, with controls and invisible characters
//     replaced by visible signs ([inert] and what makes one).
//   - CSV: the same signs, and an apostrophe before what would be a formula.
//   - JSON: the same characters as \u escapes, so the value itself survives.
//
// What to conclude, and from what, is package analyze's affair.
package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"grantrail/analyze/incident"
)

// Format is a way to write a case, by the name that users type.
type Format string

// The formats, in canonical order.
const (
	Markdown Format = "markdown"
	CSV      Format = "csv"
	JSON     Format = "json"
	HTML     Format = "html"
	OCSF     Format = "ocsf"

	Timesketch Format = "timesketch"
)

// formats pairs each format with its file name and its renderer.
var formats = []struct {
	name   Format
	file   string
	render func(io.Writer, *incident.Case) error
}{
	{Markdown, "report.md", writeMarkdown},
	{CSV, "incidents.csv", writeCSV},
	{JSON, "case.json", writeJSON},
	{HTML, "report.html", writeHTML},
	{OCSF, "findings.jsonl", writeOCSF},
	{Timesketch, "timeline.csv", writeTimesketch},
}

// ParseFormat returns the format named s. The error lists the valid names.
func ParseFormat(s string) (Format, error) {
	names := make([]string, len(formats))
	for i, f := range formats {
		if Format(s) == f.name {
			return f.name, nil
		}
		names[i] = string(f.name)
	}
	return "", fmt.Errorf("unknown format %q: valid are %s", s, strings.Join(names, ", "))
}

// FileName is the name that f has in an output directory, and empty for a
// format that is not one of these.
func (f Format) FileName() string {
	for _, known := range formats {
		if f == known.name {
			return known.file
		}
	}
	return ""
}

// Render writes c to w in format f, and does not change c. It fails for an
// unknown format, for a time outside the years 0 to 9999, for a policy that is
// not JSON, and when w does. For all but the last it has written nothing.
//
// It writes in blocks, and what it holds meanwhile does not grow with the case:
// a case file of 200,000 launches is half a gigabyte.
func Render(w io.Writer, f Format, c *incident.Case) error {
	for _, known := range formats {
		if f != known.name {
			continue
		}
		to := &writer{w: w}
		out := bufio.NewWriterSize(to, block)
		err := known.render(out, c)
		if err == nil {
			err = out.Flush()
		}
		switch {
		case to.err != nil:
			return fmt.Errorf("writing %s: %w", f, to.err)
		case err != nil:
			return fmt.Errorf("rendering %s: %w", f, err)
		}
		return nil
	}
	return fmt.Errorf("rendering: unknown format %q", f)
}

// block is how much is held before it is written, in bytes.
const block = 64 << 10

// writer keeps a failure to write apart from a failure to render.
type writer struct {
	w   io.Writer
	err error
}

func (w *writer) Write(b []byte) (n int, err error) {
	if w.err == nil {
		n, w.err = w.w.Write(b)
	}
	return n, w.err
}
