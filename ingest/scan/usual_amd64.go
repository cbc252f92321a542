//go:build !purego

package scan

// usual is usualAnywhere, in assembly where there is AVX2.
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
