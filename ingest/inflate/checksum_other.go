//go:build !amd64 || purego

package inflate

import "hash/crc32"

// checksum is a CRC-32 (RFC 1952, section 8).
type checksum struct{ sum uint32 }

// add adds bytes.
func (c *checksum) add(p []byte) { c.sum = crc32.Update(c.sum, crc32.IEEETable, p) }
