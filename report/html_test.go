package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

	"grantrail/analyze/incident"
)

// TestHTML holds the HTML of whole reports to what another's parser makes of their
// Markdown.
func TestHTML(t *testing.T) {
	same := func(name string, c *incident.Case) {
		t.Run(name, func(t *testing.T) {
			page := string(rendered(t, HTML, c))
			body, framed := strings.CutPrefix(page, htmlHead)
			body, ended := strings.CutSuffix(body, htmlTail)
			if !framed || !ended {
				t.Fatalf("no page: %.100s", page)
			}
			compare(t, body, rendered(t, Markdown, c))
		})
	}
	for name, build := range cases {
		same(name, build())
	}
	eachInfested(func(name string, _, hostile *incident.Case, _ string) { same(name, hostile) })
}

// TestMarked is of what no report says yet.
func TestMarked(t *testing.T) {
	for _, text := range []inert{
		"a **b `c` d** e", "**`a**b`**", "*a* and **b**", "`` a`b ``", "` `", "`  `", "`a", "a ` b `` c `", "a * b", "*a", "``` a `` b ```", "x `*` y *z*", "5 < 6 & 7 > \"2\"",
	} {
		sameAsHTML(t, func(p *page) { p.para(text) })
	}
}

// sameAsHTML writes blocks in both dialects, and compares them.
func sameAsHTML(t *testing.T, write func(*page)) {
	t.Helper()
	markdown, html := &page{as: gfm{}}, &page{as: hypertext{}}
	write(markdown)
	write(html)
	compare(t, html.String(), markdown.Bytes())
}

// compare compares HTML with what GitHub's dialect makes of a source.
func compare(t *testing.T, html string, source []byte) {
	t.Helper()
	var want bytes.Buffer
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(source, &want); err != nil {
		t.Fatal(err)
	}
	if got := []byte(html); !bytes.Equal(got, want.Bytes()) {
		at := 0
		for at < min(len(got), want.Len()) && got[at] == want.Bytes()[at] {
			at++
		}
		from := max(0, at-60)
		t.Errorf("HTML differs at %d:\n%.200q, want\n%.200q", at, got[from:], want.Bytes()[from:])
	}
}
