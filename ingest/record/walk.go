package record

import (
	"bytes"
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

// errOutline is text that is no JSON object. A walk over valid JSON never
// meets it.
var errOutline = errors.New("the text is no JSON object")

// walk hands out the top-level members of an object that is known to be valid
// JSON: it finds where each value ends and looks at nothing inside. Nearly
// every record of an archive is read no further than this, so it is written
// for speed; for text that nobody has validated, what it hands out means
// nothing.
func walk(raw []byte, member func(name []byte, value jsontext.Value) error) error {
	i := space(raw, 1)
	if i < len(raw) && raw[i] == '}' {
		return nil
	}
	for i < len(raw) && raw[i] == '"' {
		end := stringEnd(raw, i)
		name := raw[i:end]
		if i = space(raw, end); i >= len(raw) || raw[i] != ':' {
			return errOutline
		}
		i = space(raw, i+1)
		if end = valueEnd(raw, i); end <= i {
			return errOutline
		}
		if err := member(nameOf(name), raw[i:end]); err != nil {
			return err
		}
		if i = space(raw, end); i >= len(raw) || raw[i] != ',' {
			break
		}
		i = space(raw, i+1)
	}
	if i >= len(raw) || raw[i] != '}' {
		return errOutline
	}
	return nil
}

// nameOf is a member's name without its quotes, its escapes undone.
func nameOf(quoted []byte) []byte {
	if len(quoted) >= 2 && simple(quoted) {
		return quoted[1 : len(quoted)-1]
	}
	name, _ := jsontext.AppendUnquote(nil, quoted) // what cannot be undone is no name that counts
	return name
}

// space is the first byte from i on that is not white space.
func space(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t' || raw[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is the offset behind the value that begins at i.
func valueEnd(raw []byte, i int) int {
	if i >= len(raw) {
		return i
	}
	switch raw[i] {
	case '"':
		return stringEnd(raw, i)
	case '{', '[':
		return nestedEnd(raw, i)
	}
	for ; i < len(raw); i++ {
		switch raw[i] {
		case ',', '}', ']', ' ', '\n', '\t', '\r':
			return i
		}
	}
	return i
}

// stringEnd is the offset behind the string that begins at i.
func stringEnd(raw []byte, i int) int {
	for i++; ; {
		n := bytes.IndexByte(raw[i:], '"')
		if n < 0 {
			return len(raw)
		}
		i += n
		back := i
		for raw[back-1] == '\\' {
			back--
		}
		i++
		if (i-1-back)%2 == 0 {
			return i // the quote is not escaped
		}
	}
}

// nestedEnd is the offset behind the object or array that begins at i.
func nestedEnd(raw []byte, i int) int {
	depth := 0
	for i < len(raw) {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return i
}

// numberEnd is the offset behind the number that begins at i, RFC 8259, section
// 6, and how many digits it has where it is an integer; else 0. Where there is no
// number the offset is -1.
func numberEnd(raw []byte, i int) (end, digits int) {
	if i < len(raw) && raw[i] == '-' {
		i++
	}
	first := i
	if i = digitsEnd(raw, i); i == first || raw[first] == '0' && i > first+1 {
		return -1, 0
	}
	digits = i - first
	if i < len(raw) && raw[i] == '.' {
		digits = 0
		point := i + 1
		if i = digitsEnd(raw, point); i == point {
			return -1, 0
		}
	}
	if i < len(raw) && raw[i]|0x20 == 'e' {
		digits = 0
		if i++; i < len(raw) && (raw[i] == '+' || raw[i] == '-') {
			i++
		}
		power := i
		if i = digitsEnd(raw, power); i == power {
			return -1, 0
		}
	}
	return i, digits
}

// digitsEnd is the offset behind the digits from i on.
func digitsEnd(raw []byte, i int) int {
	for i < len(raw) && '0' <= raw[i] && raw[i] <= '9' {
		i++
	}
	return i
}
