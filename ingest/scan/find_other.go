//go:build !amd64 || purego

package scan

// find marks the first n blocks of text, at most stride, behind what c was left
// by.
func find(text []byte, n int, out *marks, c *carry) { findAnywhere(text, n, out, c) }

// usual reads members as nearly all of them are written, from i on, of a record
// that begins at start: with the name that is expected behind the one before,
// no white space but a blank behind a colon, and between them a comma, or what
// stood there last. It gives the last name that it read, how much of that
// member, and where it stopped.
func (t *Text) usual(start, i int, before *name) (last *name, at int, read step) {
	return t.usualAnywhere(start, i, before)
}
