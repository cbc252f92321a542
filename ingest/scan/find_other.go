//go:build !amd64 || purego

package scan

// find fills out with the masks of the first 64*len(out) bytes of text.
func find(text []byte, out []masks) { findAnywhere(text, out) }
