//go:build !purego

package scan

import "golang.org/x/sys/cpu"

var (
	hasAVX2   = cpu.X86.HasAVX2 && cpu.X86.HasPCLMULQDQ && cpu.X86.HasBMI1 && cpu.X86.HasBMI2 && cpu.X86.HasPOPCNT
	hasAVX512 = hasAVX2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW
)

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

// usual reads members as nearly all of them are written, from i on, of a record
// that begins at start: with the name that is expected behind the one before,
// no white space but a blank behind a colon, and between them a comma, or what
// stood there last. It gives the last name that it read, how much of that
// member, and where it stopped.
func (t *Text) usual(start, i int, before *name) (last *name, at int, read step) {
	if !hasAVX2 {
		return t.usualAnywhere(start, i, before)
	}
	return usualAVX2(t, start, i, before)
}

// usualAVX2 is usual in what is marked: of strings and nested values that go on
// behind that, it reads the names.
//
//go:noescape
func usualAVX2(t *Text, start, i int, before *name) (last *name, at int, read step)
