//go:build !purego

package scan

import "golang.org/x/sys/cpu"

var (
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
	hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW
)

// find marks the first n blocks of text, at most stride, behind what c was left
// by.
func find(text []byte, n int, out *marks, c *carry, known Bytes) {
	if !hasAVX2 {
		findAnywhere(text, n, out, c, known)
		return
	}
	if n <= 0 {
		return
	}
	_, _ = text[n*64-1], out.quotes[n-1]
	if hasAVX512 {
		findAVX512(&text[0], n, out, c)
	} else {
		findAVX2(&text[0], n, out, c)
	}
}

// findAVX2 is find for n blocks, of which there is at least one.
//
//go:noescape
func findAVX2(text *byte, n int, out *marks, c *carry)

// findAVX512 is findAVX2, 64 bytes at a time.
//
//go:noescape
func findAVX512(text *byte, n int, out *marks, c *carry)
