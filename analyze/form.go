package analyze

import (
	"encoding/json"
	"strings"
)

// forms are policies with blanks in the place of what the evidence fills in, by
// their shape. There are some tens of shapes, and to lay one out takes many
// times as long as to fill it.
type forms map[shape]form

// form is the text between the blanks, and which blank follows each.
type form struct {
	texts  []string
	blanks []int // one less than texts
}

// shape is all that the layout of a policy hangs on.
type shape struct {
	language         language
	identity, key    bool
	launches, anyway bool
	gives            bool // the principal gives a grant
	holder           holderKind
}

// language is what a policy is written in.
type language uint8

const (
	inTerraform language = iota
	inJSON
)

// blank is what a form is laid out with. Nothing of ours is spelt like it.
var (
	blank     = scope{key: "@key@", region: "@region@", principal: "@principal@", grantee: "@grantee@"}
	blankName = "@name@"
)

// fill fills in a form, which is laid out where there is none of its shape yet.
// Texts are written as spell has them.
func (f forms) fill(sh shape, s scope, name string, spell func(string) string, lay func(empty scope) string) string {
	of, ok := f[sh]
	if !ok {
		empty := blank
		empty.launches, empty.anyway = s.launches, s.anyway
		blanks := empty.blanks(blankName)
		if !sh.gives {
			empty.grantee = ""
		}
		for i, text := range blanks {
			blanks[i] = spell(text)
		}
		of = cutForm(lay(empty), blanks)
		f[sh] = of
	}
	values, size := s.blanks(name), 0
	for i, v := range values {
		if values[i] = `"` + v + `"`; !plainText(v) {
			values[i] = spell(v)
		}
	}
	for _, text := range of.texts {
		size += len(text)
	}
	for _, which := range of.blanks {
		size += len(values[which])
	}
	var out strings.Builder
	out.Grow(size)
	for i, text := range of.texts {
		out.WriteString(text)
		if i < len(of.blanks) {
			out.WriteString(values[of.blanks[i]])
		}
	}
	return out.String()
}

// blanks are what the blanks of a form are filled with.
func (s scope) blanks(name string) [5]string {
	return [...]string{s.key, s.viaService(), s.principal, s.grantee, name}
}

// cutForm cuts a layout at its blanks.
func cutForm(text string, blanks [5]string) (f form) {
	for {
		next, at := -1, len(text)
		for i, blank := range blanks {
			if j := strings.Index(text, blank); j >= 0 && j < at {
				next, at = i, j
			}
		}
		f.texts = append(f.texts, text[:at])
		if next < 0 {
			return f
		}
		f.blanks = append(f.blanks, next)
		text = text[at+len(blanks[next]):]
	}
}

// plainText reports whether a text is written alike in all languages, between
// quotes: as nearly all names are, and quicker than any of them writes it.
func plainText(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c|0x20 < 'a' || c|0x20 > 'z' {
			if (c < '-' || c > ':') && c != '_' && c != '@' { // - . / 0 to 9 :
				return false
			}
		}
	}
	return true
}

// identityPolicy is a whole identity-based policy.
func (f forms) identityPolicy(s scope) json.RawMessage {
	sh := shape{language: inJSON, identity: true, launches: s.launches, anyway: s.anyway}
	return json.RawMessage(f.fill(sh, s, "", jsonText, func(empty scope) string { return string(empty.identityPolicy()) }))
}

// keyStatement is what to add to the key policy's Statement: one statement, or
// an array of two.
func (f forms) keyStatement(s scope) json.RawMessage {
	sh := shape{language: inJSON, key: true, launches: s.launches, anyway: s.anyway, gives: s.grantee != ""}
	return json.RawMessage(f.fill(sh, s, "", jsonText, func(empty scope) string { return string(empty.keyStatement()) }))
}

// jsonText is a text as it stands in JSON.
func jsonText(s string) string { return string(marshal(s)) }
