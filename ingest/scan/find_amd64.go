//go:build !purego

package scan

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ

// find marks the first 64*len(out) bytes of text, behind what c was left by.
func find(text []byte, out []mark, c *carry) {
	if !hasAVX2 {
		findAnywhere(text, out, c)
		return
	}
	if len(out) == 0 {
		return
	}
	_ = text[len(out)*64-1]
	findAVX2(&text[0], len(out), &out[0], c)
}

// findAVX2 is find for n blocks, of which there is at least one.
//
//go:noescape
func findAVX2(text *byte, n int, out *mark, c *carry)
