package ingest

import (
	"bytes"
	"io/fs"
	"slices"
)

// entries is what folders have in them: those of a folder behind those of the
// folder that it is in. There can be many, so that the names are not strings.
type entries struct {
	names []byte
	all   []entry
	space []byte // to read a folder into
}

type entry struct {
	from, to int // of the name, in entries.names
	kind     fs.FileMode
}

func (e *entries) add(name []byte, kind fs.FileMode) {
	from := len(e.names)
	e.names = append(e.names, name...)
	e.all = append(e.all, entry{from, len(e.names), kind})
}

// name is an entry's name, valid until the next entry is added.
func (e *entries) name(of entry) []byte { return e.names[of.from:of.to] }

// sort brings the entries from the n-th on into name order.
func (e *entries) sort(n int) {
	slices.SortFunc(e.all[n:], func(a, b entry) int { return bytes.Compare(e.name(a), e.name(b)) })
}

// cut leaves so many entries, whose names are so long together.
func (e *entries) cut(n, names int) { e.all, e.names = e.all[:n], e.names[:names] }
