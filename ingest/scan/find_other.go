//go:build !amd64 || purego

package scan

// find marks the first n blocks of text, at most stride, behind what c was left
// by.
func find(text []byte, n int, out *marks, c *carry, known Bytes) {
	findAnywhere(text, n, out, c, known)
}
