package record

import (
	"errors"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// node is a loosely typed JSON value. CloudTrail's parameters have no schema
// that holds over services and years: booleans come as "true", lists come
// under items or bare, empty objects stand for absent ones, whole members are
// replaced by an omission marker. A node answers what it can and nothing
// otherwise. It is valid as long as the text it was read from.
type node struct {
	of *tree // nil where there is no value
	at int
}

// parse reads a raw value. Absent is a node that answers nothing; a name said
// twice inside is an error.
func parse(raw jsontext.Value) (node, error) {
	if len(raw) == 0 {
		return node{}, nil
	}
	n, err := treeOf(raw)
	return n.unpacked(), err
}

var errValue = errors.New("the text is no JSON value")

// treeOf reads a text. Where our own reading is not sure of it, the library says
// whether there is anything wrong.
func treeOf(raw []byte) (node, error) {
	t := new(tree)
	read := t.read(raw)
	if read && t.sure {
		return node{t, 0}, nil
	}
	if err := sound(raw); err != nil {
		return node{}, err
	}
	if !read {
		return node{}, errValue // which the library would have said
	}
	return node{t, 0}, nil
}

// sound says what is wrong with a text. It is read as a value and not into one:
// a number may be of any size, and what the library says of those that a type
// does not hold is worded differently from one run to the next.
func sound(raw []byte) error {
	var v jsontext.Value
	return json.Unmarshal(raw, &v, jsontext.AllowInvalidUTF8(true))
}

// unpacked is the object that a text holds, or n itself. Some exporters hand over
// parameters as the text of a JSON object.
func (n node) unpacked() node {
	if s := n.string(); strings.HasPrefix(strings.TrimSpace(s), "{") {
		if inner, err := treeOf([]byte(s)); err == nil {
			return inner
		}
	}
	return n
}

// is reports whether the value is of a kind, told by its first letter.
func (n node) is(kind byte) bool { return n.of != nil && n.of.items[n.at].kind == kind }

// null reports whether there is no value, or null.
func (n node) null() bool { return n.of == nil || n.is('n') }

// string is the text of a string, and "" of anything else.
func (n node) string() string {
	if !n.is('"') {
		return ""
	}
	if n.of.items[n.at].verbatim {
		return string(n.of.inner(n.at))
	}
	return loose(n.of.whole(n.at))
}

// denied reports whether it says false, as a truth or as text.
func (n node) denied() bool { return n.is('f') || n.string() == "false" }

// number is the value of a number.
func (n node) number() (float64, bool) {
	if !n.is('0') {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(n.of.whole(n.at)), 64)
	return f, err == nil
}

// inside is the first item in the value, and the one behind it all.
func (n node) inside() (first, end int) { return n.at + 1, int(n.of.items[n.at].next) }

// member is the value of a name, for which an item of the tree stands.
func (n node) member(name int) node { return node{n.of, name + 1} }

// behind is the name behind a member.
func (n node) behind(name int) int { return int(n.of.items[name+1].next) }

// name is a name without its quotes, its escapes undone.
func (n node) name(at int) []byte {
	if n.of.items[at].verbatim {
		return n.of.inner(at)
	}
	return nameOf(n.of.whole(at))
}

// get follows names downwards; a name matches without regard to case where no
// exact one is there.
func (n node) get(names ...string) node {
	for _, name := range names {
		if !n.is('{') {
			return node{}
		}
		n = n.named(name)
	}
	return n
}

func (n node) named(name string) node {
	first, end := n.inside()
	for at := first; at < end; at = n.behind(at) {
		if string(n.name(at)) == name {
			return n.member(at)
		}
	}
	// Where several spellings are there, the smallest wins, so that the
	// answer never hangs on their order.
	best, found := "", -1
	for at := first; at < end; at = n.behind(at) {
		k := n.name(at)
		if n.of.items[at].verbatim && len(k) != len(name) {
			continue // what we ask for is ASCII too
		}
		if k := string(k); strings.EqualFold(k, name) && (found < 0 || k < best) {
			best, found = k, at
		}
	}
	if found < 0 {
		return node{}
	}
	return n.member(found)
}

// text is the string at the path, or "".
func (n node) text(names ...string) string { return n.get(names...).string() }

// list is the array at the path, whether bare or under items.
func (n node) list(names ...string) []node {
	at := n.get(names...)
	if inner := at.get("items"); !inner.null() {
		at = inner
	}
	if !at.is('[') {
		return nil
	}
	var nodes []node
	for i, end := at.inside(); i < end; i = int(at.of.items[i].next) {
		nodes = append(nodes, node{at.of, i})
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
	if !n.is('{') {
		return ""
	}
	found, from := "", ""
	for at, end := n.inside(); at < end; at = n.behind(at) {
		if !n.member(at).is('{') {
			continue
		}
		if k := string(n.name(at)); found == "" || k < from {
			if s := n.member(at).find(name); s != "" {
				found, from = s, k
			}
		}
	}
	return found
}
