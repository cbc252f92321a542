//go:build !purego

package inflate

import (
	"hash/crc32"

	"golang.org/x/sys/cpu"
)

var hasAVX512 = cpu.X86.HasAVX512F && cpu.X86.HasAVX512VPCLMULQDQ

// checksum is a CRC-32 (RFC 1952, section 8).
type checksum struct {
	sum  uint32
	rest folded
}

// folded is what any number of as many bytes are folded into: bytes with the same
// remainder.
type folded [256]byte

// add adds bytes.
//
// The library multiplies 16 bytes at a time, and waits for each product. Here
// they are 64, four times over: after Gopal et al., Fast CRC Computation for
// Generic Polynomials Using PCLMULQDQ Instruction, Intel, 2009. What they are
// folded into is left to the library.
func (c *checksum) add(p []byte) {
	if n := len(p) / len(c.rest); hasAVX512 && n >= 4 {
		foldAVX512(&p[0], n, ^c.sum, &c.rest)
		c.sum = crc32.Update(^uint32(0), crc32.IEEETable, c.rest[:]) // which holds what was before
		p = p[n*len(c.rest):]
	}
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p)
}

// foldAVX512 folds n times 256 bytes, and a remainder before them.
//
//go:noescape
func foldAVX512(p *byte, n int, before uint32, to *folded)
