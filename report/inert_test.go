package report

import (
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

func TestCode(t *testing.T) {
	long := strings.Repeat("é", maxShown)
	for _, tt := range []struct{ in, want string }{
		{"", "—"},
		{"plain", "`plain`"},
		{"a`b", "``a`b``"},
		{"`a``b", "``` `a``b ```"},
		{"a`", "`` a` ``"},
		{" a ", "`␠a␠`"},
		{"  ", "`␠␠`"},
		{"a\x1b[0m\n\x7f", "`a␛[0m␊␡`"},
		{"a\u202eb\u0085", "`a⟦U+202E⟧b⟦U+0085⟧`"},
		{"a\xffb", "`a⟦0xFF⟧b`"},
		{long, "`" + long + "`"},
		{long + "ab", "`" + long + "`… (2 more)"},
	} {
		if got := code(tt.in); string(got) != tt.want {
			t.Errorf("code(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestProse(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "—"},
		{"The caller's policy, on EC2 (2 of 3), fits.", "The caller's policy, on EC2 (2 of 3), fits."},
		{"No policy allows kms:CreateGrant, on arn:x/y.", "No policy allows `kms:CreateGrant`, on `arn:x/y`."},
		{"Since 2026-03-02 10:20:30.", "Since 2026-03-02 10:20:30."},
		{"3 objects", "3 objects"},
		{"1. item", "`1`. item"},
		{"1) item", "`1`) item"},
		{"a condition (aws:SourceIp, aws:SourceVpc), of EC2's", "a condition (`aws:SourceIp`, `aws:SourceVpc`), of EC2's"},
		{"of 111122223333: all", "of `111122223333`: all"},
		{"f(x) and (f(x))", "`f(x)` and `(f(x))`"},
		{"- item", "`-` item"},
		{"see www.evil.example", "see `www.evil.example`"},
		{"a  b", "a b"},
		{"a\nb", "`a␊b`"},
		{"...", "`..`."},
		{".", "`.`"},
		{"**bold**", "`**bold**`"},
	} {
		if got := prose(tt.in); string(got) != tt.want {
			t.Errorf("prose(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

// TestPlainly: what is told without a pattern, the pattern tells.
func TestPlainly(t *testing.T) {
	for _, word := range []string{"a", "policy,", "can't", "and/or", "identity-based.", "Zz!"} {
		if !plainly(word) {
			t.Errorf("%q is not told", word)
		}
	}
	var spell func(word string, n int)
	spell = func(word string, n int) {
		if plainly(word) && !plainWord().MatchString(word) {
			t.Errorf("%q is no plain word", word)
		}
		for _, c := range []byte("aZ-'/.!:(\"0@[`{ \n\xc3") {
			if n > 0 {
				spell(word+string(rune(c)), n-1)
			}
		}
	}
	spell("", 4)
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]inert{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := number(n); got != want {
			t.Errorf("number(%d) = %s, want %s", n, got, want)
		}
	}
}

// FuzzInert holds code and prose to their word, in a paragraph, a heading and
// a table: nothing but text and code spans, and all of the text still there.
func FuzzInert(f *testing.F) {
	for _, s := range corpus {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var source []byte
		sameAsHTML(t, func(p *page) {
			p.heading(2, "H "+code(s))
			p.para("P " + code(s) + " tail")
			p.para(prose(s))
			p.list([]inert{prose(s)})
			p.table([]inert{"a", "b"}, [][]inert{{code(s), "end"}, {prose(s), "end"}})
			if source == nil {
				source = p.Bytes()
			}
			p.para("**" + prose(s) + "** and *" + code(s) + "*")
			p.listing("text", s)
			p.rule()
		})
		checkInert(t, s, source)
	})
}

func checkInert(t *testing.T, s string, source []byte) {
	head, rest := clip(s)
	text := edges(visible(head))
	suffix := string(more(rest))
	if s == "" {
		text = string(dash)
	}
	doc := parsed(source)
	want := []string{"H " + text + suffix, "P " + text + suffix + " tail"}
	node := doc.FirstChild()
	for _, w := range want {
		if got := inlineText(t, node, source); got != w {
			t.Fatalf("%s says %q, want %q", node.Kind(), got, w)
		}
		node = node.NextSibling()
	}
	sentence := inlineText(t, node, source)
	if squeezed(sentence) != squeezed(visible(head)+suffix) && strings.Trim(s, " ") != "" {
		t.Fatalf("prose says %q, want %q", sentence, visible(head)+suffix)
	}
	list := node.NextSibling()
	if got := inlineText(t, list.FirstChild().FirstChild(), source); got != sentence || list.ChildCount() != 1 {
		t.Fatalf("list says %q, want %q", got, sentence)
	}
	checkTable(t, list.NextSibling(), source, strings.ReplaceAll(text+suffix, `\|`, "⟦U+005C⟧|"))
}

// checkTable expects two rows of two cells, the first of which says want.
func checkTable(t *testing.T, table ast.Node, source []byte, want string) {
	if table == nil || table.Kind() != extast.KindTable || table.ChildCount() != 3 || table.NextSibling() != nil {
		t.Fatal("not one table of two rows at the end")
	}
	for row := table.FirstChild().NextSibling(); row != nil; row = row.NextSibling() {
		if row.ChildCount() != 2 || inlineText(t, row.LastChild(), source) != "end" {
			t.Fatalf("row has %d cells, the last is not ours", row.ChildCount())
		}
	}
	if got := inlineText(t, table.FirstChild().NextSibling().FirstChild(), source); got != want {
		t.Fatalf("cell says %q, want %q", got, want)
	}
}

var spaces = regexp.MustCompile(` +`)

// squeezed is s as prose lays it out: single spaces, none at the edges.
func squeezed(s string) string { return strings.Trim(spaces.ReplaceAllString(s, " "), " ") }

// inlineText is what a reader sees of n. It fails on inline nodes other than
// text and code spans.
func inlineText(t *testing.T, n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(child ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || child.Type() != ast.TypeInline {
			return ast.WalkContinue, nil
		}
		switch c := child.(type) {
		case *ast.Text:
			b.Write(c.Value(source))
		case *ast.String:
			b.Write(c.Value)
		case *ast.CodeSpan:
		default:
			t.Fatalf("foreign text became a %s", child.Kind())
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
