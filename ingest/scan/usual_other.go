//go:build !amd64 || purego

package scan

// usual is usualAnywhere.
func (t *Text) usual(start, i int, before *name) (last *name, at int, read step) {
	return t.usualAnywhere(start, i, before)
}
