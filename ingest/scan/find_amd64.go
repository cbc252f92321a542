//go:build !purego

package scan

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ

// find marks the first n blocks of text, at most stride, behind what c was left
// by.
func find(text []byte, n int, out *marks, c *carry) {
	if !hasAVX2 {
		findAnywhere(text, n, out, c)
		return
	}
	if n <= 0 {
		return
	}
	_, _ = text[n*64-1], out.quotes[n-1]
	findAVX2(&text[0], n, out, c)
}

// findAVX2 is find for n blocks, of which there is at least one.
//
//go:noescape
func findAVX2(text *byte, n int, out *marks, c *carry)
