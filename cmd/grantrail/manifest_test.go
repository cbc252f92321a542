package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestManifestArgs: a manifest says how its run was asked, and not how the process
// around it was.
func TestManifestArgs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "manifest.txt")
	args := []string{"investigate", filepath.Join("..", "..", "testdata", "demo"), "--manifest", path}
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), world{args, func(string) (string, bool) { return "", false }, strings.NewReader(""), &stdout, &stderr})
	if code != exitOK {
		t.Fatalf("exit code %d, %s", code, stderr.String())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if head, _, _ := strings.Cut(string(text), "\n"); !strings.Contains(head, `"args":["investigate",`) {
		t.Errorf("%s", head)
	}
}
