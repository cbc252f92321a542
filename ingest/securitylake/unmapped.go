package securitylake

import (
	"encoding/json"
	"strconv"
	"strings"
)

// object is a JSON object in the making.
type object map[string]any

// child is the object under a name, made where there is none.
func (o object) child(name string) object {
	c, ok := o[name].(object)
	if !ok {
		c = object{}
		o[name] = c
	}
	return c
}

// maxDepth is the longest path that is taken apart; a longer one is a member
// by its whole name.
const maxDepth = 16

// maxPlace is the highest place in a list that is believed.
const maxPlace = 1000

// unmapped puts the members that no column has in their places: the keys of
// the map are their paths.
func (r row) unmapped(rec object) {
	values := r["unmapped.value"]
	for i, key := range r["unmapped.key"] {
		if key == "" || i >= len(values) || values[i] == "" || values[i] == "null" {
			continue
		}
		if path := strings.Split(key, "."); len(path) <= maxDepth {
			rec.put(path, opened(values[i]))
		} else {
			rec[key] = values[i]
		}
	}
}

// put puts a value at a path. "items[]", "items[0]" and "items", "0" are
// places in a list; a list of values at "items[].id" has one for each place.
// What is already there stays: of two keys for one place the first counts.
func (o object) put(path []string, v any) {
	name, place, listed := placeOf(path)
	switch rest := path[1:]; {
	case listed && len(path) > 1 && isPlace(path[1]):
		o.element(name, place, rest[1:], v)
	case listed:
		o.element(name, place, rest, v)
	case len(rest) == 0:
		if _, taken := o[name]; !taken {
			o[name] = v
		}
	default:
		o.child(name).put(rest, v)
	}
}

// element puts a value into a list, or several over its places.
func (o object) element(name string, place int, rest []string, v any) {
	if many, ok := v.([]any); ok && place < 0 && len(rest) > 0 {
		for i, one := range many {
			if i <= maxPlace {
				o.element(name, i, rest, one)
			}
		}
		return
	}
	if many, ok := v.([]any); ok && place < 0 {
		o[name] = many
		return
	}
	list, _ := o[name].([]any)
	at := max(place, 0)
	for len(list) <= at {
		list = append(list, object{})
	}
	o[name] = list
	if len(rest) == 0 {
		list[at] = v
		return
	}
	if inner, ok := list[at].(object); ok {
		inner.put(rest, v)
	}
}

// placeOf splits the first name of a path from the place it names, -1 for any.
func placeOf(path []string) (name string, place int, listed bool) {
	name = path[0]
	if base, tail, ok := strings.Cut(name, "["); ok && strings.HasSuffix(tail, "]") {
		if n, err := strconv.Atoi(strings.TrimSuffix(tail, "]")); err == nil && n >= 0 && n <= maxPlace {
			return base, n, true
		}
		return base, -1, true
	}
	if len(path) > 1 && isPlace(path[1]) {
		n, err := strconv.Atoi(path[1])
		return name, n, err == nil
	}
	return name, 0, false
}

func isPlace(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 0 && n <= maxPlace
}

// opened is the value that a text holds as JSON, or the text.
func opened(text string) any {
	if s := strings.TrimSpace(text); s != "" && (s[0] == '{' || s[0] == '[') {
		var v any
		if json.Unmarshal([]byte(s), &v) == nil {
			return v
		}
	}
	return text
}
