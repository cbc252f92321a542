package ingest

import (
	"os"
	"path/filepath"
	"testing"
)

// TestNames: a source names what lies in it however both are spelt, and nothing
// beside it.
func TestNames(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, d := range []string{"logs/sub", "logs2", "o[d]d"} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"logs/sub/a.gz", "logs2/a.gz", "o[d]d/a.gz", "hard.gz"} {
		if f == "hard.gz" {
			if err := os.Link("logs2/a.gz", f); err != nil {
				t.Skip(err)
			}
		} else if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"linked": "logs", "a.gz": "logs2/a.gz"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	for _, c := range []struct {
		source, path string
		want         bool
	}{
		{"logs", "logs/sub/a.gz", true},
		{"logs", "logs", true},
		{"logs/sub/..", filepath.Join(dir, "logs", "new"), true},
		{"logs", "linked/sub/a.gz", true},
		{"linked", "logs/sub/new.gz", true},
		{"logs", "logs2/a.gz", false},
		{"logs", ".", false},
		{"logs2/a.gz", "hard.gz", true},
		{"logs2/a.gz", "a.gz", true},
		{"a.gz", "logs2/a.gz", true},
		{"logs2/a.gz", "logs2/b.gz", false},
		{"logs/**/*.gz", "logs/sub/a.gz", true},
		{"logs/**/*.gz", "linked/sub/more/b.gz", true},
		{"logs/**/*.gz", "logs/sub/report.md", false},
		{"logs/**/sub", "logs/sub/a.gz", true},
		{"logs/*/../sub", "logs/sub/new.gz", true},
		{"logs*", "logs2/report.md", true},
		{"*/sub", "logs/sub/report.md", true},
		{"../" + filepath.Base(dir) + "/*.md", "report.md", true},
		{"*.gz", "report.md", false},
		{"o[d]d", "o[d]d/new", true}, // it is there, and so no pattern
		{"o[d]d", "odd/new", false},
	} {
		if got := Names(c.source, c.path); got != c.want {
			t.Errorf("%q names %q: %t", c.source, c.path, got)
		}
	}
}
