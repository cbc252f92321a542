package report

import (
	"bytes"
	"io"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"

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

// writeHTML is the Markdown report as a page. Raw HTML stays off in goldmark,
// which is its default.
func writeHTML(w io.Writer, c *incident.Case) error {
	source, err := markdownBytes(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString(htmlHead)
	if err := goldmark.New(goldmark.WithExtensions(extension.GFM)).Convert(source, &b); err != nil {
		return err
	}
	b.WriteString(htmlTail)
	_, err = w.Write(b.Bytes())
	return err
}
