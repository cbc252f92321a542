package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"grantrail/analyze/incident"
)

// writeMarkdown is the report as an engineer reads it. Its limits bound
// its size, so that it is made whole and then written.
func writeMarkdown(w io.Writer, c *incident.Case) error {
	text, err := document(c, gfm{})
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// gfm is Markdown in GitHub's dialect, https://github.github.com/gfm/, with a blank
// line between blocks.
type gfm struct{}

func (gfm) heading(to *bytes.Buffer, level int, text inert) {
	fmt.Fprintf(to, "%s %s\n\n", strings.Repeat("#", level), text)
}

func (gfm) para(to *bytes.Buffer, text inert) { fmt.Fprintf(to, "%s\n\n", text) }

func (gfm) list(to *bytes.Buffer, items []inert) {
	for _, item := range items {
		fmt.Fprintf(to, "- %s\n", item)
	}
	to.WriteByte('\n')
}

func (g gfm) table(to *bytes.Buffer, head []inert, rows [][]inert) {
	g.row(to, head)
	to.WriteString(strings.Repeat("| --- ", len(head)) + "|\n")
	for _, row := range rows {
		g.row(to, row)
	}
	to.WriteByte('\n')
}

func (gfm) row(to *bytes.Buffer, cells []inert) {
	for _, c := range cells {
		to.WriteString("| ")
		to.WriteString(strings.ReplaceAll(cell(c), "|", `\|`))
		to.WriteByte(' ')
	}
	to.WriteString("|\n")
}

func (gfm) listing(to *bytes.Buffer, language inert, lines string) {
	fmt.Fprintf(to, "```%s\n%s\n```\n\n", language, lines)
}

func (gfm) rule(to *bytes.Buffer) { to.WriteString("---\n\n") }

// cell is text for a table, where Markdown escapes pipes, which end a cell even
// within a code span. A backslash directly before one is spelt out: parsers differ
// on whether \\| is an escaped pipe, and whoever could write one would write the
// next cell. So it is in all dialects: a report says the same in each.
func cell(text inert) string { return strings.ReplaceAll(string(text), `\|`, "⟦U+005C⟧|") }
