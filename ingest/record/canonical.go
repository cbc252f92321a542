package record

import (
	"bytes"
	"crypto/sha256"

	"github.com/go-json-experiment/json/jsontext"
)

// Fingerprint identifies a record's content whatever its layout: the first 16
// bytes of the SHA-256 of its canonical form (RFC 8785), so that a
// pretty-printed copy equals the compact one. A readOnly written as text, as
// lookup-events does, is the same as the boolean of the log file.
func fingerprint(raw []byte) [16]byte {
	var c canonical
	var t tree
	return c.fingerprint(&t, t.read(raw))
}

// canonical writes texts in their canonical form. Its buffer is reused.
type canonical struct {
	text     []byte
	readOnly bool // a member of that name is text
}

// fingerprint is that of what a tree was given to read. Whatever it could
// not read, or is not sure of, is left to the library.
func (c *canonical) fingerprint(t *tree, read bool) [16]byte {
	if !read || !t.sure {
		return digest(libraryForm(t.raw), true)
	}
	c.text, c.readOnly = c.text[:0], false
	c.value(t, 0)
	return digest(c.text, c.readOnly)
}

// value writes a value.
func (c *canonical) value(t *tree, at int32) {
	it := &t.items[at]
	switch it.kind {
	case '{':
		c.text = append(c.text, '{')
		for i, name := range t.order[it.order : it.order+it.members] {
			if i > 0 {
				c.text = append(c.text, ',')
			}
			c.member(t, name)
		}
		c.text = append(c.text, '}')
	case '[':
		c.text = append(c.text, '[')
		for i := at + 1; i < it.next; i = t.items[i].next {
			if i > at+1 {
				c.text = append(c.text, ',')
			}
			c.value(t, i)
		}
		c.text = append(c.text, ']')
	default:
		c.text = append(c.text, t.whole(int(at))...)
	}
}

func (c *canonical) member(t *tree, name int32) {
	n, v := &t.items[name], &t.items[name+1]
	c.readOnly = c.readOnly || v.kind == '"' && string(t.inner(int(name))) == "readOnly"
	if v.from == n.to+1 && v.kind != '{' && v.kind != '[' {
		c.text = append(c.text, t.raw[n.from:v.to]...) // it is written without white space
		return
	}
	c.text = append(append(c.text, t.whole(int(name))...), ':')
	c.value(t, name+1)
}

// libraryForm is the canonical form of a text as the library has it, or the text
// where it has none.
func libraryForm(raw []byte) []byte {
	v := jsontext.Value(append([]byte(nil), raw...))
	if v.Canonicalize(jsontext.AllowInvalidUTF8(true)) != nil {
		return raw
	}
	return v
}

// digest is the first half of a text's hash. ReadOnly says that a member of that
// name may be text.
func digest(text []byte, readOnly bool) [16]byte {
	if readOnly && bytes.Contains(text, []byte(`"readOnly":"`)) {
		for _, word := range []string{"true", "false"} {
			// Inside a string the quotes would be escaped: this is a member, or one whose
			// name ends as this one.
			text = bytes.ReplaceAll(text, []byte(`"readOnly":"`+word+`"`), []byte(`"readOnly":`+word))
		}
	}
	sum := sha256.Sum256(text)
	return [16]byte(sum[:16])
}
