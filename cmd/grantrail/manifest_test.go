package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManifestArgs: a manifest says how its run was asked, and not how the process
// around it was.
func TestManifestArgs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.txt")
	_, stderr, code := ran(t.Context(), "investigate", filepath.Join("..", "..", "testdata", "demo"), "--manifest", path)
	if code != exitOK {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if head, _, _ := strings.Cut(string(text), "\n"); !strings.Contains(head, `"args":["investigate",`) {
		t.Errorf("%s", head)
	}
}
