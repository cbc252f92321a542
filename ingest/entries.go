package ingest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// entries are what is in a folder. There can be many, so that the names are not
// strings.
type entries struct {
	names []byte
	all   []entry
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

// read adds entries, unsorted, until there are at least most or none are left, and
// reports whether that was all.
func (e *entries) read(folder *os.File, most int) (all bool, err error) {
	for len(e.all) < most {
		switch err := e.some(folder); {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		}
	}
	return false, nil
}

// sort brings the entries into name order.
func (e *entries) sort() {
	slices.SortFunc(e.all, func(a, b entry) int { return bytes.Compare(e.name(a), e.name(b)) })
}

// reset forgets all entries.
func (e *entries) reset() { e.all, e.names = e.all[:0], e.names[:0] }
