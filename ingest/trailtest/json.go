package trailtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object that keeps the order of its members. A reader that
// stops early, or that leans on the order of fields, is only tested by records
// in the order the service writes them; a Go map would sort them.
type object []member

type member struct {
	name  string
	value any // object, list, string, bool, int64, json.Number or nil
}

type list []any

func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

func (o object) get(name string) any {
	if i := o.index(name); i >= 0 {
		return o[i].value
	}
	return nil
}

// with returns o with the member set, in its place or at the end. It may
// change o.
func (o object) with(name string, value any) object {
	if i := o.index(name); i >= 0 {
		o[i].value = value
		return o
	}
	return append(o, member{name, value})
}

// merge lays patch over o: objects merge, everything else replaces. Unlike RFC
// 7386 a null is a value, for records are full of nulls that matter.
func merge(o, patch object) object {
	for _, m := range patch {
		below, isObject := o.get(m.name).(object)
		over, wantsObject := m.value.(object)
		if isObject && wantsObject {
			o = o.with(m.name, merge(below, over))
			continue
		}
		o = o.with(m.name, m.value)
	}
	return o
}

// edit replaces or, with no value, takes out the field at the dotted path.
// Above the last name, every name must be there.
func edit(o object, path string, value ...any) (object, error) {
	name, rest, deeper := strings.Cut(path, ".")
	i := o.index(name)
	switch {
	case deeper:
		below, ok := o.get(name).(object)
		if !ok {
			return nil, fmt.Errorf("no object %q to look into", name)
		}
		changed, err := edit(below, rest, value...)
		if err != nil {
			return nil, err
		}
		return o.with(name, changed), nil
	case len(value) > 0:
		return o.with(name, value[0]), nil
	case i < 0:
		return nil, fmt.Errorf("no field %q", name)
	}
	return slices.Delete(o, i, i+1), nil
}

// appendJSON writes v compactly. It does not escape <, > and &, as the service
// does not.
func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case object:
		dst = append(dst, '{')
		for i, m := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendString(dst, m.name), ':')
			dst = appendJSON(dst, m.value)
		}
		return append(dst, '}')
	case list:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, e)
		}
		return append(dst, ']')
	case string:
		return appendString(dst, v)
	case bool:
		return strconv.AppendBool(dst, v)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case json.Number:
		return append(dst, v...)
	case nil:
		return append(dst, "null"...)
	}
	panic(fmt.Sprintf("trailtest: no JSON for a %T", v))
}

func appendString(dst []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into memory cannot fail
	return append(dst, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}

// decodeJSON reads exactly one value, keeping the order of members and the
// spelling of numbers.
func decodeJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := decodeValue(d)
	if err != nil {
		return nil, fmt.Errorf("parsing JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("parsing JSON: something follows the value")
	}
	return v, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			o = append(o, member{name.(string), v})
		}
		_, err := d.Token()
		return o, err
	case json.Delim('['):
		l := list{}
		for d.More() {
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		_, err := d.Token()
		return l, err
	}
	return tok, nil
}
