//go:build !amd64 || purego

package scan

// usual reads members as nearly all of them are written, from i on, of a record
// that begins at start: with the name that is expected behind the one before,
// no white space but a blank behind a colon, and between them a comma, or what
// stood there last. It gives the last name that it read, how much of that
// member, and where it stopped.
func (t *Text) usual(start, i int, before *name) (last *name, at int, read step) {
	return t.usualAnywhere(start, i, before)
}
