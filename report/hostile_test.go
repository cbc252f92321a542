package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"

	"grantrail/analyze/incident"
)

// parsed is Markdown as GitHub's dialect understands it.
func parsed(source []byte) ast.Node {
	return goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
}

// blocks lists the kinds of all block nodes in order, with the cells of each
// table row as children: the shape that no foreign text may change. Other
// than blocks, it fails on anything a foreign text could have made.
func blocks(t *testing.T, source []byte) []string {
	t.Helper()
	var shape []string
	_ = ast.Walk(parsed(source), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindLink, ast.KindImage, ast.KindAutoLink, ast.KindRawHTML, ast.KindHTMLBlock, ast.KindLinkReferenceDefinition, extast.KindStrikethrough, extast.KindTaskCheckBox:
			t.Errorf("foreign text became a %s", n.Kind())
		}
		if n.Type() == ast.TypeBlock {
			shape = append(shape, n.Kind().String())
		}
		return ast.WalkContinue, nil
	})
	return shape
}

var barePipe = regexp.MustCompile(`(^|[^\\])\|`)

func TestHostileMarkdown(t *testing.T) {
	eachInfested(func(name string, benign, hostile *incident.Case, s string) {
		t.Run(name, func(t *testing.T) {
			want, got := rendered(t, Markdown, benign), rendered(t, Markdown, hostile)
			if a, b := blocks(t, want), blocks(t, got); !slices.Equal(a, b) {
				t.Errorf("blocks differ from the benign report:\n%v\n%v", a, b)
			}
			checkRows(t, want, got)
			checkSeen(t, got)
		})
	})
}

// checkRows counts the pipes that end cells, row by row, without trusting a
// parser: an overlong row is cut in silence by some.
func checkRows(t *testing.T, want, got []byte) {
	t.Helper()
	pipes := func(doc []byte) (n []int) {
		for line := range strings.Lines(string(doc)) {
			if strings.HasPrefix(line, "|") {
				n = append(n, len(barePipe.FindAllString(line, -1)))
			}
		}
		return n
	}
	if a, b := pipes(want), pipes(got); len(a) == 0 || !slices.Equal(a, b) {
		t.Errorf("cells of each row: got %v, want %v", b, a)
	}
}

// checkSeen fails for bytes that a terminal obeys or a reader cannot see.
func checkSeen(t *testing.T, doc []byte) {
	t.Helper()
	if !utf8.Valid(doc) {
		t.Error("not UTF-8")
	}
	for _, r := range string(doc) {
		printable := ' ' <= r && r <= '~' // said apart, since the tables are slow
		if !printable && r != '\n' && r != '\r' && unicode.In(r, unseen...) {
			t.Errorf("unseen character %U", r)
		}
	}
}

func TestHostileHTML(t *testing.T) {
	eachInfested(func(name string, benign, hostile *incident.Case, s string) {
		t.Run(name, func(t *testing.T) {
			want, got := tags(t, rendered(t, HTML, benign)), tags(t, rendered(t, HTML, hostile))
			for _, tag := range []string{"script", "img", "a", "iframe", "link", "object"} {
				if got[tag] > 0 {
					t.Errorf("%d elements %q", got[tag], tag)
				}
			}
			for _, tag := range []string{"table", "tr", "td", "th", "pre", "li", "p", "h2", "meta", "style"} {
				if got[tag] != want[tag] {
					t.Errorf("%d elements %q, want %d", got[tag], tag, want[tag])
				}
			}
		})
	})
}

// tags counts the elements of a page by name.
func tags(t *testing.T, page []byte) map[string]int {
	t.Helper()
	n := make(map[string]int)
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if !errors.Is(z.Err(), io.EOF) {
				t.Fatal(z.Err())
			}
			return n
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			n[token.Data]++
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "href" || a.Key == "src" {
					t.Errorf("attribute %s on %s", a.Key, token.Data)
				}
			}
		}
	}
}

func TestHostileCSV(t *testing.T) {
	ours := []int{slices.Index(csvColumns, "lag_s"), slices.Index(csvColumns, "attempts_in_incident")}
	eachInfested(func(name string, benign, hostile *incident.Case, s string) {
		t.Run(name, func(t *testing.T) {
			doc := rendered(t, CSV, hostile)
			checkSeen(t, doc)
			want, got := cells(t, rendered(t, CSV, benign)), cells(t, doc)
			if len(got) != len(want) || bytes.Count(doc, []byte("\n")) != len(want) {
				t.Fatalf("%d rows in %d lines, want %d", len(got), bytes.Count(doc, []byte("\n")), len(want))
			}
			for _, row := range got[1:] {
				for i, c := range row {
					if !slices.Contains(ours, i) {
						checkCell(t, c)
					}
				}
			}
		})
	})
}

func cells(t *testing.T, doc []byte) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(doc)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// checkCell fails for a cell that computes, whole or split at semicolons.
func checkCell(t *testing.T, c string) {
	t.Helper()
	for part := range strings.SplitSeq(c, ";") {
		bare := strings.TrimLeft(part, " \u00a0\"")
		if bare != "" && strings.ContainsAny(bare[:1], "=+-@\t\r") || strings.HasPrefix(bare, "＝") {
			t.Errorf("cell %q holds a formula", c)
		}
	}
}

func TestHostileJSON(t *testing.T) {
	eachInfested(func(name string, _, hostile *incident.Case, s string) {
		t.Run(name, func(t *testing.T) {
			doc := rendered(t, JSON, hostile)
			checkSeen(t, doc)
			if bytes.ContainsAny(doc, "<>&") {
				t.Error("HTML characters are not escaped")
			}
			back, err := ReadCase(bytes.NewReader(doc))
			if err != nil {
				t.Fatal(err)
			}
			if got := back.Custody.Coverage[0].Region; utf8.ValidString(s) && got != s {
				t.Errorf("read back %q, want %q", got, s)
			}
			if again := rendered(t, JSON, back); !bytes.Equal(again, doc) {
				t.Error("rendered again, the case differs")
			}
		})
	})
}
