package report

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// defused makes a foreign string a CSV cell: one visible line, which no
// spreadsheet runs. Where the spreadsheet's list separator is a semicolon, as
// in much of Europe, one of our cells is several of theirs, so each part is
// defused by itself.
func defused(s string) string {
	if plain(s) {
		return s
	}
	parts := strings.Split(s, ";")
	for i, part := range parts {
		if formula(part) {
			part = "'" + part
		}
		parts[i] = visible(part)
	}
	return strings.Join(parts, ";")
}

// plain reports whether a text is what almost every cell is: visible ASCII
// without a separator in it, that begins with a letter or digit and so is no
// formula. The rest of this file is for what is not.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c < ' ' || c > '~' || c == ';') {
			return false
		}
	}
	return true
}

// starter is what makes a spreadsheet compute, also in its full-width forms,
// which some convert; tab and CR, which some strip.
var starter = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^\s*[\t\r]`)
})

// formula reports whether a spreadsheet could take s for a formula. Spaces,
// quotes and characters that cannot be seen are looked through, since one
// importer or another strips them.
func formula(s string) bool {
	return starter().MatchString(s) || starter().MatchString(strings.TrimLeftFunc(s, skipped))
}

func skipped(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("'\"`‘’“”«»", r) ||
		r == utf8.RuneError || Hidden(r)
}
