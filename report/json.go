package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"grantrail/analyze/incident"
)

// jsonBytes is the case file: two-space indent, a final newline, lists never
// null.
func jsonBytes(c *incident.Case) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	if err := enc.Encode(withLists(c)); err != nil {
		return nil, err
	}
	return escapeUnseen(b.Bytes()), nil
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
	for i := 0; i < len(doc); {
		r, size := utf8.DecodeRune(doc[i:])
		if r == '\n' || r != utf8.RuneError && !hidden(r) {
			out = append(out, doc[i:i+size]...)
		} else {
			out = appendEscape(out, r)
		}
		i += size
	}
	return out
}

// appendEscape appends r as JSON spells it in ASCII, as two surrogates where
// it takes two.
func appendEscape(out []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(out, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(out, `\u%04x`, r)
}
