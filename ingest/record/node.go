package record

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// node is a loosely typed JSON value. CloudTrail's parameters have no schema
// that holds over services and years: booleans come as "true", lists come
// under items or bare, empty objects stand for absent ones, whole members are
// replaced by an omission marker. A node answers what it can and nothing
// otherwise.
type node struct{ v any }

// parse decodes a raw value. Absent is a node that answers nothing; a name
// said twice inside is an error.
func parse(raw jsontext.Value) (node, error) {
	if len(raw) == 0 {
		return node{}, nil
	}
	var v any
	if err := json.Unmarshal(raw, &v, jsontext.AllowInvalidUTF8(true)); err != nil {
		return node{}, err
	}
	// Some exporters hand over parameters as the text of a JSON object.
	if s, ok := v.(string); ok && strings.HasPrefix(strings.TrimSpace(s), "{") {
		var inner any
		if json.Unmarshal([]byte(s), &inner, jsontext.AllowInvalidUTF8(true)) == nil {
			v = inner
		}
	}
	return node{v}, nil
}

// get follows names downwards; a name matches without regard to case where no
// exact one is there.
func (n node) get(names ...string) node {
	for _, name := range names {
		m, ok := n.v.(map[string]any)
		if !ok {
			return node{}
		}
		n = node{member(m, name)}
	}
	return n
}

func member(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	// Where several spellings are there, the smallest wins, so that the
	// answer never hangs on map order.
	best, found := "", false
	for k := range m {
		if strings.EqualFold(k, name) && (!found || k < best) {
			best, found = k, true
		}
	}
	return m[best]
}

// text is the string at the path, or "".
func (n node) text(names ...string) string {
	s, _ := n.get(names...).v.(string)
	return s
}

// list is the array at the path, whether bare or under items.
func (n node) list(names ...string) []node {
	at := n.get(names...)
	if inner := at.get("items"); inner.v != nil {
		at = inner
	}
	values, ok := at.v.([]any)
	if !ok {
		return nil
	}
	nodes := make([]node, len(values))
	for i, v := range values {
		nodes[i] = node{v}
	}
	return nodes
}

// find looks for a string member of this name at any depth, nearest first and
// in name order: newer EC2 calls wrap their parameters in an object named
// after the request.
func (n node) find(name string) string {
	if s := n.text(name); s != "" {
		return s
	}
	m, ok := n.v.(map[string]any)
	if !ok {
		return ""
	}
	found, from := "", ""
	for k, v := range m {
		if s := (node{v}).find(name); s != "" && (from == "" || k < from) {
			found, from = s, k
		}
	}
	return found
}
