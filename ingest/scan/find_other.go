//go:build !amd64 || purego

package scan

// find marks the first 64*len(out) bytes of text, behind what c was left by.
func find(text []byte, out []mark, c *carry) { findAnywhere(text, out, c) }
