//go:build !purego

package scan

// usual reads members as nearly all of them are written, from i on, of a record
// that begins at start: with the name that is expected behind the one before,
// no white space but a blank behind a colon, and between them a comma, or what
// stood there last. It gives the last name that it read, how much of that
// member, and where it stopped.
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
