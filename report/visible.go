package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// unseen is every character that changes a text without being seen in it:
// controls, format characters (bidi overrides, zero-width joints, tags), line
// and paragraph separators, fillers and variation selectors.
var unseen = []*unicode.RangeTable{
	unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp,
	unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector,
}

// Hidden reports whether r changes a text without being seen in it. Almost every character is ASCII, which
// takes no look at the tables.
func Hidden(r rune) bool {
	if r < 0x7f {
		return r < 0x20
	}
	return unicode.In(r, unseen...)
}

// visible returns s as one line of valid UTF-8 that shows all there is in it:
// C0 controls as control pictures (ESC is U+241B), DEL as U+2421, whatever
// else cannot be seen as ⟦U+202E⟧, and bytes that are not UTF-8 as ⟦0xFF⟧.
//
// A text that holds such a sign itself looks the same. The JSON format is the
// one that keeps them apart.
func visible(s string) string {
	if printable(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "⟦0x%02X⟧", s[i])
		case r < 0x20:
			b.WriteRune('\u2400' + r)
		case r == 0x7f:
			b.WriteRune('\u2421')
		case Hidden(r):
			fmt.Fprintf(&b, "⟦U+%04X⟧", r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// printable reports whether s is ASCII that shows as it is.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// maxShown is how many characters of one foreign string Markdown shows. KMS
// messages are cut at 1 KB by AWS; what is longer was made to be in the way.
const maxShown = 1200

// clip returns the first maxShown characters of s and the number that follow.
// A byte that is not UTF-8 counts as one character.
func clip(s string) (head string, rest int) {
	n := 0
	for i := range s {
		if n == maxShown {
			return s[:i], utf8.RuneCountInString(s[i:])
		}
		n++
	}
	return s, 0
}
