package inflate

import (
	"hash/crc32"
	"math/rand/v2"
	"testing"
)

// TestChecksum holds our checksum against the library, for bytes of any number, in
// two parts.
func TestChecksum(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	text := make([]byte, 20_000)
	for i := range text {
		text[i] = byte(chance.UintN(256))
	}
	for range 3000 {
		p := text[chance.IntN(64) : 64+chance.IntN(len(text)-64)]
		cut := chance.IntN(len(p) + 1)
		var c checksum
		c.add(p[:cut])
		c.add(p[cut:])
		if want := crc32.ChecksumIEEE(p); c.sum != want {
			t.Fatalf("%d bytes, cut at %d: %08x, want %08x", len(p), cut, c.sum, want)
		}
	}
}

func BenchmarkChecksum(b *testing.B) {
	text := make([]byte, 128<<10)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var c checksum
	for b.Loop() {
		c.add(text)
	}
}
