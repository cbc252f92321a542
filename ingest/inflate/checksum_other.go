//go:build !amd64 || purego

package inflate

import "hash/crc32"

// checksum adds bytes to a CRC-32 (RFC 1952, section 8).
func checksum(sum uint32, p []byte) uint32 { return crc32.Update(sum, crc32.IEEETable, p) }
