//go:build !purego

package scan

// others are the ways to find bytes that find does not take on this machine.
func others() map[string]func(text []byte, n int, out *marks, c *carry) {
	if !hasAVX512 {
		return nil
	}
	return map[string]func(text []byte, n int, out *marks, c *carry){
		"avx2": func(text []byte, n int, out *marks, c *carry) {
			if n > 0 {
				findAVX2(&text[0], n, out, c)
			}
		},
	}
}
