package report

import (
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"grantrail/analyze/incident"
)

// writeJSON is the case file: two-space indent, a final newline, lists never
// null. It is made twice, the first time for nobody, so that a case that cannot
// be written leaves nothing half written.
func writeJSON(w io.Writer, c *incident.Case) error {
	if err := newJSONWriter(io.Discard).document(c); err != nil {
		return err
	}
	return newJSONWriter(w).document(c)
}

// escapeUnseen writes as \u escapes what a terminal would act on or a reader
// would not see, so that a case file can be printed without being obeyed.
// Outside its strings JSON has no such characters but the newlines and spaces
// of its layout, which stay.
//
// U+FFFD is among them, since encoding/json writes bytes that are not UTF-8 as
// \ufffd: the second rendering of a case must spell it as the first did.
func escapeUnseen(doc []byte) []byte {
	out := make([]byte, 0, len(doc))
	from := 0
	for i := 0; i < len(doc); {
		if doc[i] >= ' ' && doc[i] < 0x7f || doc[i] == '\n' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(doc[i:])
		if r == utf8.RuneError || Hidden(r) {
			out = appendEscape(append(out, doc[from:i]...), r)
			from = i + size
		}
		i += size
	}
	return append(out, doc[from:]...)
}

// appendEscape appends r as JSON spells it in ASCII, as two surrogates where
// it takes two.
func appendEscape(out []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(out, `\u%04x`, r)
}
