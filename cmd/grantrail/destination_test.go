package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMovesUndo: what could not be moved whole is where it was.
func TestMovesUndo(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for _, d := range []string{filepath.Join(from, "a"), filepath.Join(from, "b"), filepath.Join(to, "b", "foreign")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		t.Fatal(err)
	}
	var done moves
	if err := done.move(entries, from, to); err == nil {
		t.Fatal("a folder took the place of another")
	}
	if err := done.undo(); err != nil {
		t.Error(err)
	}
	for path, want := range map[string]bool{filepath.Join(from, "a"): true, filepath.Join(from, "b"): true, filepath.Join(to, "a"): false, filepath.Join(to, "b", "foreign"): true} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}
