package main

import (
	"os"
	"strings"
	"testing"
)

// TestReadmeShowsDemo: what the README calls the output of make demo is its
// beginning, line by line.
func TestReadmeShowsDemo(t *testing.T) {
	t.Chdir("../..")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	const open, cut = "<!-- demo output -->\n````markdown\n", "…\n````\n"
	head, rest, ok := strings.Cut(string(readme), open)
	shown, tail, ok2 := strings.Cut(rest, cut)
	if !ok || !ok2 {
		t.Fatal("the README has no output of make demo")
	}
	report := command(t, "investigate", "testdata/demo")
	if *update {
		lines := strings.SplitAfterN(report, "\n", strings.Count(shown, "\n")+1)
		shown = strings.Join(lines[:len(lines)-1], "")
		if err := os.WriteFile("README.md", []byte(head+open+shown+cut+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if len(shown) < 500 || !strings.HasPrefix(report, shown) {
		t.Error("the README's output of make demo is not what it prints; run make update")
	}
}
