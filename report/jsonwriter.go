package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// jsonWriter writes a value as the case file spells it: as encoding/json does
// with two-space indents, but that nil lists and maps are empty ones and that
// what would not be seen is a \u escape.
//
// encoding/json holds a document whole, and indents it in a second copy: a
// case of 200,000 launches, which is half a gigabyte, took 3.5 GB. Here it
// leaves in blocks. A test holds the bytes against encoding/json's.
type jsonWriter struct {
	w     io.Writer
	err   error
	types map[reflect.Type]encoder
}

// encoder appends a value, indented by depth, and returns what is left to be
// written.
type encoder func(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte

func newJSONWriter(w io.Writer) *jsonWriter {
	return &jsonWriter{w: w, types: map[reflect.Type]encoder{}}
}

// document writes v and a newline.
func (j *jsonWriter) document(v any) error {
	r := reflect.ValueOf(v)
	b := j.of(r.Type())(j, make([]byte, 0, 2*block), r, 0)
	j.flush(append(b, '\n'))
	return j.err
}

// flush writes b and returns its room.
func (j *jsonWriter) flush(b []byte) []byte {
	if j.err == nil {
		_, j.err = j.w.Write(b)
	}
	return b[:0]
}

// of is the encoder of a type, made at its first value. It goes by type, so
// that a member added to the case is covered without anyone thinking of it
// here.
func (j *jsonWriter) of(t reflect.Type) encoder {
	e, ok := j.types[t]
	if !ok {
		e = j.compile(t)
		j.types[t] = e
	}
	return e
}

func (j *jsonWriter) compile(t reflect.Type) encoder {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return encodeTime
	case t == reflect.TypeFor[json.RawMessage]():
		return encodeRaw
	}
	switch t.Kind() {
	case reflect.String:
		return func(_ *jsonWriter, b []byte, v reflect.Value, _ int) []byte { return appendString(b, v.String()) }
	case reflect.Int, reflect.Int64:
		return func(_ *jsonWriter, b []byte, v reflect.Value, _ int) []byte { return strconv.AppendInt(b, v.Int(), 10) }
	case reflect.Bool:
		return func(_ *jsonWriter, b []byte, v reflect.Value, _ int) []byte { return strconv.AppendBool(b, v.Bool()) }
	case reflect.Float64:
		return encodeFloat
	case reflect.Pointer:
		return j.compilePointer(t)
	case reflect.Struct:
		return j.compileStruct(t)
	case reflect.Slice:
		return j.compileSlice(t)
	}
	return encodeOther
}

// compilePointer looks the pointed-to type up late: a type can hold itself.
func (j *jsonWriter) compilePointer(t reflect.Type) encoder {
	return func(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte {
		if v.IsNil() {
			return append(b, "null"...)
		}
		return j.of(t.Elem())(j, b, v.Elem(), depth)
	}
}

// member is a member of an object: its name as it is written, and its value.
type member struct {
	name   string
	index  int
	encode encoder
}

func (j *jsonWriter) compileStruct(t reflect.Type) encoder {
	var members []member
	for i := range t.NumField() {
		name, options, tagged := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		switch {
		case name == "-":
			continue
		case name == "" || tagged || options != "":
			return encodeOther // no type of the case has these
		}
		members = append(members, member{string(appendString(nil, name)) + ": ", i, j.of(t.Field(i).Type)})
	}
	return func(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte {
		b = append(b, '{')
		for i := range members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(newline(b, depth+1), members[i].name...)
			b = members[i].encode(j, b, v.Field(members[i].index), depth+1)
		}
		return append(newline(b, depth), '}')
	}
}

func (j *jsonWriter) compileSlice(t reflect.Type) encoder {
	if t.Elem().Kind() == reflect.Uint8 {
		return encodeOther
	}
	return func(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte {
		n := v.Len()
		if n == 0 {
			return append(b, "[]"...)
		}
		encode := j.of(t.Elem())
		b = append(b, '[')
		for i := range n {
			if i > 0 {
				b = append(b, ',')
			}
			b = encode(j, newline(b, depth+1), v.Index(i), depth+1)
			if len(b) >= block {
				b = j.flush(b)
			}
		}
		return append(newline(b, depth), ']')
	}
}

func newline(b []byte, depth int) []byte {
	b = append(b, '\n')
	for range depth {
		b = append(b, "  "...)
	}
	return b
}

func encodeTime(j *jsonWriter, b []byte, v reflect.Value, _ int) []byte {
	t := v.Interface().(time.Time)
	out, err := t.AppendText(append(b, '"'))
	j.fail(err)
	return append(out, '"')
}

// encodeFloat leaves to encoding/json what it writes with an exponent, or
// refuses.
func encodeFloat(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte {
	if f := math.Abs(v.Float()); f == 0 || f >= 1e-6 && f < 1e21 {
		return strconv.AppendFloat(b, v.Float(), 'f', -1, 64)
	}
	return encodeOther(j, b, v, depth)
}

func encodeRaw(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte {
	if v.IsNil() {
		return append(b, "null"...)
	}
	return j.indented(b, v.Bytes(), depth)
}

// encodeOther leaves a value to encoding/json.
func encodeOther(j *jsonWriter, b []byte, v reflect.Value, depth int) []byte {
	if v.Kind() == reflect.Map && v.IsNil() {
		return append(b, "{}"...)
	}
	text, err := json.Marshal(v.Interface())
	if err != nil {
		j.fail(err)
		return b
	}
	return j.indented(b, text, depth)
}

// indented appends a text of JSON in the document's layout.
func (j *jsonWriter) indented(b, text []byte, depth int) []byte {
	var compact, safe, out bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		j.fail(err)
		return b
	}
	json.HTMLEscape(&safe, compact.Bytes())
	if err := json.Indent(&out, safe.Bytes(), strings.Repeat("  ", depth), "  "); err != nil {
		j.fail(err)
		return b
	}
	return append(b, escapeUnseen(out.Bytes())...)
}

// fail keeps the first failure; nothing is written after it.
func (j *jsonWriter) fail(err error) {
	if j.err == nil {
		j.err = err
	}
}

// plainJSON are the ASCII characters that stand for themselves in a string.
var plainJSON = func() (plain [utf8.RuneSelf]bool) {
	for c := byte(' '); c < 0x7f; c++ {
		plain[c] = !strings.ContainsRune(`"\<>&`, rune(c))
	}
	return plain
}()

// appendString appends a string as encoding/json spells it for HTML, and as
// [escapeUnseen] would after it.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf && plainJSON[s[i]] {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= utf8.RuneSelf && r != utf8.RuneError && !Hidden(r) {
			i += size
			continue
		}
		b = append(b, s[from:i]...)
		i += size
		from = i
		switch r {
		case '"', '\\':
			b = append(b, '\\', byte(r))
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = appendEscape(b, r)
		}
	}
	return append(append(b, s[from:]...), '"')
}
