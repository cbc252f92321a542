package record

import (
	"strings"
	"testing"
)

// TestHash: texts of every length, and those that differ from them in one bit, have
// hashes of their own.
func TestHash(t *testing.T) {
	met := map[uint64]string{}
	for n := range 40 {
		text := strings.Repeat("a", n)
		all := []string{text}
		for i := range n {
			for bit := range 8 {
				b := []byte(text)
				b[i] ^= 1 << bit
				all = append(all, string(b))
			}
		}
		for _, text := range all {
			of := hash([]byte(text))
			if other, has := met[of]; has {
				t.Errorf("%q and %q have one hash", text, other)
			}
			met[of] = text
		}
	}
}
