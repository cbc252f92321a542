//go:build !amd64 || purego

package scan

func others() map[string]func(text []byte, n int, out *marks, c *carry) { return nil }
