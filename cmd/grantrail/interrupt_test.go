package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// TestInterrupted: an interrupt gives exit code 130, leaves no report and no
// goroutine.
func TestInterrupted(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	out := filepath.Join(t.TempDir(), "report.md")
	_, stderr, code := ran(ctx, "investigate", filepath.Join("..", "..", "testdata", "demo"), "-o", out)
	if code != exitInterrupted {
		t.Errorf("exit code %d, %s", code, stderr)
	}
	if entries, _ := os.ReadDir(filepath.Dir(out)); len(entries) != 0 {
		t.Errorf("%v is left behind", entries)
	}
}
