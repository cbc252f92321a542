package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"grantrail/analyze/incident"
)

// The page around the report. It fetches nothing and runs nothing, and the
// policy in it has the browser refuse both, should the Markdown ever slip.
const (
	htmlHead = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>grantrail incident report</title>
<style>
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 78rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; }
h2 { font-size: 1.25rem; margin-top: 2.2rem; padding-bottom: .3rem; border-bottom: 1px solid #8884; }
h3 { font-size: 1.05rem; }
table { display: block; overflow-x: auto; border-collapse: collapse; margin: .8rem 0; }
th, td { border: 1px solid #8885; padding: .3rem .6rem; text-align: left; vertical-align: top; }
th { background: #8882; }
code { font: .9em ui-monospace, monospace; background: #8882; padding: .1em .3em; border-radius: 3px; white-space: pre-wrap; overflow-wrap: anywhere; }
td code { overflow-wrap: normal; word-break: break-word; }
pre { background: #8882; padding: .8rem; border-radius: 4px; overflow-x: auto; }
pre code { background: none; padding: 0; white-space: pre; }
</style>
</head>
<body>
<main>
`
	htmlTail = "</main>\n</body>\n</html>\n"
)

// writeHTML is the report that the Markdown is, as a page.
func writeHTML(w io.Writer, c *incident.Case) error {
	body, err := document(c, hypertext{})
	if err != nil {
		return err
	}
	for _, part := range [][]byte{[]byte(htmlHead), body, []byte(htmlTail)} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// hypertext is what the blocks of the Markdown are in HTML.
type hypertext struct{}

func (hypertext) heading(to *bytes.Buffer, level int, text inert) {
	fmt.Fprintf(to, "<h%d>%s</h%d>\n", level, marked(string(text)), level)
}

func (hypertext) para(to *bytes.Buffer, text inert) {
	fmt.Fprintf(to, "<p>%s</p>\n", marked(string(text)))
}

func (hypertext) list(to *bytes.Buffer, items []inert) {
	to.WriteString("<ul>\n")
	for _, item := range items {
		fmt.Fprintf(to, "<li>%s</li>\n", marked(string(item)))
	}
	to.WriteString("</ul>\n")
}

func (h hypertext) table(to *bytes.Buffer, head []inert, rows [][]inert) {
	to.WriteString("<table>\n<thead>\n")
	h.row(to, "th", head)
	to.WriteString("</thead>\n<tbody>\n")
	for _, row := range rows {
		h.row(to, "td", row)
	}
	to.WriteString("</tbody>\n</table>\n")
}

func (hypertext) row(to *bytes.Buffer, tag string, cells []inert) {
	to.WriteString("<tr>\n")
	for _, c := range cells {
		fmt.Fprintf(to, "<%s>%s</%s>\n", tag, marked(cell(c)), tag)
	}
	to.WriteString("</tr>\n")
}

func (hypertext) listing(to *bytes.Buffer, language inert, lines string) {
	fmt.Fprintf(to, "<pre><code class=\"language-%s\">%s\n</code></pre>\n", language, escape(lines))
}

func (hypertext) rule(to *bytes.Buffer) { to.WriteString("<hr>\n") }

// escape has in it no character that means something to HTML.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace

// marked is inert text in HTML. Of what Markdown marks there are in it code spans,
// and, outside of them and only around words of ours, **strong** and *stressed*.
func marked(text string) string {
	var to strings.Builder
	for text != "" {
		n := strings.IndexAny(text, "`*")
		if n < 0 {
			break
		}
		mark := run(text[n:])
		inside, behind, closed := until(text[n+len(mark):], mark)
		switch {
		case !closed || mark[0] == '*' && len(mark) > 2:
			inside, behind = escape(mark), text[n+len(mark):]
		case mark[0] == '`':
			inside = "<code>" + escape(unpadded(inside)) + "</code>"
		case mark == "*":
			inside = "<em>" + marked(inside) + "</em>"
		default:
			inside = "<strong>" + marked(inside) + "</strong>"
		}
		to.WriteString(escape(text[:n]))
		to.WriteString(inside)
		text = behind
	}
	to.WriteString(escape(text))
	return to.String()
}

// run is the run of one character that text begins with.
func run(text string) string { return text[:len(text)-len(strings.TrimLeft(text, text[:1]))] }

// until cuts a text at the next run that is equal to the mark. Runs inside a code span
// do not count, unless the mark is of backticks.
func until(text, mark string) (inside, behind string, found bool) {
	for at := 0; ; {
		n := strings.IndexAny(text[at:], "`*")
		if n < 0 {
			return "", "", false
		}
		at += n
		met := run(text[at:])
		if met == mark {
			return text[:at], text[at+len(mark):], true
		}
		at += len(met)
		if met[0] == '`' && mark[0] != '`' {
			if span, _, closed := until(text[at:], met); closed {
				at += len(span) + len(met)
			}
		}
	}
}

// unpadded is a code span without the space at both ends that keeps backticks apart
// from its fence.
func unpadded(span string) string {
	if len(span) > 1 && span[0] == ' ' && span[len(span)-1] == ' ' && strings.Trim(span, " ") != "" {
		return span[1 : len(span)-1]
	}
	return span
}
