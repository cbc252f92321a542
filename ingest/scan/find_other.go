//go:build !amd64 || purego

package scan

// find marks the first n blocks of text, at most stride, behind what c was left
// by. Plain is text that has nothing but ASCII, and no control characters.
func find(text []byte, n int, out *marks, c *carry, plain bool) { findAnywhere(text, n, out, c, plain) }
