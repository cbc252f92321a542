package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"sync"
	"unicode/utf8"
)

// mentions are what a record is to mention: of each group one, as [fold] gives it. Names
// of instances and keys are the same in either case, as the analysis takes them, and a
// record may spell any letter as an escape.
type mentions struct{ groups [][][]byte }

// add adds a group, where there is one.
func (m *mentions) add(texts []string) {
	if len(texts) == 0 {
		return
	}
	group := make([][]byte, len(texts))
	for i, s := range texts {
		group[i] = fold(nil, []byte(s))
	}
	m.groups = append(m.groups, group)
}

// folds are texts of records, each for one goroutine.
var folds = sync.Pool{New: func() any { return new([]byte) }}

// in reports whether a record has one of each group.
func (m *mentions) in(raw []byte) bool {
	if len(m.groups) == 0 {
		return true
	}
	text := folds.Get().(*[]byte)
	defer folds.Put(text)
	*text = fold((*text)[:0], raw)
	return !slices.ContainsFunc(m.groups, func(group [][]byte) bool {
		return !slices.ContainsFunc(group, func(s []byte) bool { return bytes.Contains(*text, s) })
	})
}

// fold appends a record's text without escapes, however deep, since JSON in a string of
// JSON has them doubled, and in lower case. That drops backslashes that were no escapes,
// and so finds too much rather than too little.
func fold(to, raw []byte) []byte {
	for {
		plain, rest, more := bytes.Cut(raw, []byte{'\\'})
		to = append(to, plain...)
		if !more {
			lower(to)
			return to
		}
		raw = bytes.TrimLeft(rest, `\`)
		if len(raw) >= 5 && raw[0] == 'u' {
			if n, err := strconv.ParseUint(string(raw[1:5]), 16, 16); err == nil {
				to, raw = utf8.AppendRune(to, rune(n)), raw[5:] //nolint:gosec // 16 bits
			}
		}
	}
}

// lower puts the letters of ASCII into lower case, eight bytes at a time: all that an
// export leaves out comes through here.
func lower(text []byte) {
	const ones, low, high = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	for ; len(text) >= 8; text = text[8:] {
		x := binary.LittleEndian.Uint64(text)
		atLeastA, aboveZ := x&low+(0x80-'A')*ones, x&low+(0x7f-'Z')*ones
		upper := (atLeastA &^ aboveZ) &^ x & high
		binary.LittleEndian.PutUint64(text, x|upper>>2)
	}
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			text[i] = c | 0x20
		}
	}
}
