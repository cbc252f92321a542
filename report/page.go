package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// page is Markdown being written, block by block with a blank line between.
type page struct {
	bytes.Buffer
	objects []string         // those cited, in the order of first citation
	cited   map[string]int   // the number of each, from 1
	told    int              // rows of all timelines so far
	read    map[string]inert // what was made of sentences that incidents share
}

// shared is prose of a sentence that other incidents say as well.
func (p *page) shared(sentence string) inert {
	text, ok := p.read[sentence]
	if !ok {
		if p.read == nil {
			p.read = make(map[string]inert)
		}
		text = prose(sentence)
		p.read[sentence] = text
	}
	return text
}

// heading starts a section; level 1 is the title.
func (p *page) heading(level int, text inert) {
	fmt.Fprintf(p, "%s %s\n\n", strings.Repeat("#", level), text)
}

// para writes one paragraph. The text starts with a word of ours or with
// prose, so it cannot start another kind of block.
func (p *page) para(text inert) {
	fmt.Fprintf(p, "%s\n\n", text)
}

// list writes bullets, and nothing where there are no items.
func (p *page) list(items []inert) {
	if len(items) == 0 {
		return
	}
	for _, item := range items {
		fmt.Fprintf(p, "- %s\n", item)
	}
	p.WriteByte('\n')
}

// table writes rows under head, and nothing where there are no rows. Each row
// has as many cells as head.
func (p *page) table(head []inert, rows [][]inert) {
	if len(rows) == 0 {
		return
	}
	p.row(head)
	p.WriteString(strings.Repeat("| --- ", len(head)) + "|\n")
	for _, row := range rows {
		p.row(row)
	}
	p.WriteByte('\n')
}

func (p *page) row(cells []inert) {
	for _, c := range cells {
		p.WriteString("| ")
		p.WriteString(cell(c))
		p.WriteByte(' ')
	}
	p.WriteString("|\n")
}

var slashPipe = regexp.MustCompile(`\\\|`)

// cell escapes pipes, which end a cell even within a code span. A backslash
// directly before one is spelt out first: parsers differ on whether \\| is an
// escaped pipe, and whoever could write one would write the next cell.
func cell(text inert) string {
	if strings.IndexByte(string(text), '|') < 0 {
		return string(text)
	}
	s := slashPipe.ReplaceAllString(string(text), "⟦U+005C⟧|")
	return strings.ReplaceAll(s, "|", `\|`)
}

// fence writes a JSON document as a code block. The content has no backtick
// left in it, so nothing inside can close the fence, and it is still the same
// JSON document.
func (p *page) fence(doc json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(doc), "", "  "); err != nil {
		return fmt.Errorf("indenting a policy: %w", err)
	}
	body := bytes.ReplaceAll(escapeUnseen(b.Bytes()), []byte("`"), []byte(`\u0060`))
	fmt.Fprintf(p, "```json\n%s\n```\n\n", body)
	return nil
}

// listing writes text in another language as a code block. A backtick becomes
// the escape that JSON and HCL strings share, what cannot be seen is shown, and
// no line begins like the row of a table.
func (p *page) listing(language inert, text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		if lines[i] = strings.ReplaceAll(visible(line), "`", `\u0060`); strings.HasPrefix(line, "|") {
			lines[i] = " " + lines[i]
		}
	}
	fmt.Fprintf(p, "```%s\n%s\n```\n\n", language, strings.Join(lines, "\n"))
}

// omitted says how many of something a list left out, and where they are.
func (p *page) omitted(n int, one, many, where inert) {
	if n > 0 {
		p.para(say("… and %s, %s.", count(n, "more "+one, "more "+many), where))
	}
}
