package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// page is a report being written, block by block.
type page struct {
	bytes.Buffer
	as      dialect
	objects []string         // those cited, in the order of first citation
	cited   map[string]int   // the number of each, from 1
	told    int              // rows of all timelines so far
	read    map[string]inert // what was made of sentences that incidents share
}

// dialect is how blocks are written. All text is inert, and so is what a dialect
// makes of it.
type dialect interface {
	heading(to *bytes.Buffer, level int, text inert)
	para(to *bytes.Buffer, text inert)
	list(to *bytes.Buffer, items []inert)
	table(to *bytes.Buffer, head []inert, rows [][]inert)
	listing(to *bytes.Buffer, language inert, lines string)
	rule(to *bytes.Buffer)
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
func (p *page) heading(level int, text inert) { p.as.heading(&p.Buffer, level, text) }

// para writes one paragraph. The text starts with a word of ours or with
// prose, so it cannot start another kind of block.
func (p *page) para(text inert) { p.as.para(&p.Buffer, text) }

// list writes bullets, and nothing where there are no items.
func (p *page) list(items []inert) {
	if len(items) > 0 {
		p.as.list(&p.Buffer, items)
	}
}

// table writes rows under head, and nothing where there are no rows. Each row
// has as many cells as head.
func (p *page) table(head []inert, rows [][]inert) {
	if len(rows) > 0 {
		p.as.table(&p.Buffer, head, rows)
	}
}

// rule draws a line across the page.
func (p *page) rule() { p.as.rule(&p.Buffer) }

// fence writes a JSON document as a code block. The content has no backtick
// left in it, so nothing inside can close the fence, and it is still the same
// JSON document.
func (p *page) fence(doc json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(doc), "", "  "); err != nil {
		return fmt.Errorf("indenting a policy: %w", err)
	}
	body := bytes.ReplaceAll(escapeUnseen(b.Bytes()), []byte("`"), []byte(`\u0060`))
	p.as.listing(&p.Buffer, "json", string(body))
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
	p.as.listing(&p.Buffer, language, strings.Join(lines, "\n"))
}

// omitted says how many of something a list left out, and where they are.
func (p *page) omitted(n int, one, many, where inert) {
	if n > 0 {
		p.para(say("… and %s, %s.", count(n, "more "+one, "more "+many), where))
	}
}
