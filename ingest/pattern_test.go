package ingest

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestLists: what a pattern is said to list is what it lists.
func TestLists(t *testing.T) {
	t.Chdir(t.TempDir())
	files := []string{"a.gz", "b.json", "logs/a.gz", "logs/day/a.gz", "logs/day/sub/b.json", "logs/other/a.gz", "logs/x.gz/in", "other/day/a.gz"}
	for _, f := range files {
		if err := os.MkdirAll(filepath.Dir(f), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for pattern, want := range map[string]int{
		"*": len(files), "*.gz": 1, "logs*": 5, "*/day": 3, "./*/day/": 3, "*/*.gz": 2, "*/day/*": 3, "{logs,other}/day": 3, "logs/?ay": 2, "logs/d[a-c]y": 2,
		"**": len(files), "**/*.gz": 6, "logs/**": 5, "logs/**/*.gz": 4, "logs/**/a.gz": 3, "logs/**/day": 2, "{logs,logs/day}": 5,
	} {
		l, err := List(context.Background(), []string{pattern}, ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var listed, said []string
		for o := range l.All() {
			listed = append(listed, o.Name())
		}
		for _, f := range files {
			if lists(pattern, filepath.FromSlash(f)) {
				said = append(said, filepath.FromSlash(f))
			}
		}
		if len(said) != want || !slices.Equal(listed, said) {
			t.Errorf("%q lists %q, and is said to list %q", pattern, listed, said)
		}
	}
	if lists("[", "[") {
		t.Error("a pattern that is none lists something")
	}
}
