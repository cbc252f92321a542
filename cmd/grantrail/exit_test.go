package main

import (
	"errors"
	"fmt"
	"testing"
)

// TestCauses: several causes stand in one line, each told from the next; a line's end
// in a cause is no end of it.
func TestCauses(t *testing.T) {
	a, b, c := errors.New("a"), errors.New("b\nb"), errors.New("c")
	for want, err := range map[string]error{
		"a":                      a,
		"a; b\nb":                errors.Join(a, b),
		"saving: a; b\nb; c":     fmt.Errorf("saving: %w", errors.Join(a, errors.Join(b, c))),
		"a and c":                fmt.Errorf("%w and %w", a, c),
		"sweep: saving: a; c: x": fmt.Errorf("sweep: %w: x", fmt.Errorf("saving: %w", errors.Join(a, c))),
	} {
		if got := causes(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestPrintable: nothing that a terminal obeys, or that turns or hides what stands
// beside it, gets there; letters of any script do.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"a/b\x1b[31m\nc\x7f\u009b":  "a/b\ufffd[31m\ufffdc\ufffd\ufffd",
		"\u202e\u2066\u200f\u061c":  "\ufffd\ufffd\ufffd\ufffd",
		"a\u200bb\u2028c\U000e0041": "a\ufffdb\ufffdc\ufffd",
		"Grüße, אב 日本 😀":            "Grüße, אב 日本 😀",
		"\xff":                      "\ufffd",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
