//go:build !purego

package scan

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPlain holds what is read in assembly against the plain way, for lists that
// are changed in some bytes, each read twice.
func TestPlain(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this machine has no AVX2")
	}
	avx2, avx512 := hasAVX2, hasAVX512
	defer func() { hasAVX2, hasAVX512 = avx2, avx512 }()
	const bytes = "\"\\[]{}:, \n1tfnaAe"
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
	for range 20_000 {
		list := []byte(lists[chance.IntN(len(lists))])
		for range chance.IntN(4) {
			list[chance.IntN(len(list))] = bytes[chance.IntN(len(bytes))]
		}
		list = slices.Clip(list[:len(list)-chance.IntN(1+len(list)/8)])
		plain, fast := NewText(vocabulary), NewText(vocabulary)
		for range 2 {
			hasAVX2, hasAVX512 = false, false
			want, found := scanned(plain, list)
			hasAVX2, hasAVX512 = avx2, avx512 && chance.IntN(2) == 0
			if got, is := scanned(fast, list); is != found || !slices.Equal(got, want) {
				t.Fatalf("%q:\ngot  %d %q\nwant %d %q", list, is, got, found, want)
			}
		}
	}
}
