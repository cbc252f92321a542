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
