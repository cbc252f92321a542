package trailtest

import _ "embed"

//go:embed demo.trail
var demo string

// Demo describes the archive below testdata/demo: a scheduler that lost its
// right to make grants on a Monday afternoon and failed silently on three
// mornings, and an Auto Scaling group locked out by a key policy.
func Demo() string { return demo }
