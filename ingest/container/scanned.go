package container

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/inflate"
	"grantrail/ingest/scan"
)

// window is the text under the scan.
type window struct {
	text  []byte // what is at hand
	base  int64  // inflated offset of its first byte
	last  bool   // nothing follows it
	sound bool   // nothing follows it, and all was sound
}

// scanned reads a gzip log file by the scan. It reports whether that was all of
// it, and nothing was to be said. If not, and something was given, the parser
// is ready to go on behind it.
func (r *Reader) scanned() bool {
	if r.plain != r.inflate || !r.inflate.Gzipped() || r.spend != nil {
		return false
	}
	at := opening(r.inflate.Peek(maxOpening))
	if at < 0 {
		return false
	}
	r.window = window{}
	r.refill(0)
	return r.elementsScanned(at)
}

// elementsScanned reads the elements of Records, the first of which stands at i.
func (r *Reader) elementsScanned(i int) bool {
	w, behind := &r.window, false
	i = r.scan.Space(i)
	for {
		var found scan.Found
		if behind {
			var next int
			if next, found = r.scan.Behind(i); found == scan.Record {
				i, behind = next, false
			}
		} else {
			var members *scan.Members
			var end int
			if members, end, found = r.scan.Record(i); found == scan.Record {
				if !r.taken(members, i, end) {
					return r.handOver(i, false)
				}
				i, behind = end, true
			}
		}
		switch found {
		case scan.Record:
		case scan.End:
			for !w.last && len(w.text)-i < maxValue {
				i = r.refill(i)
			}
			if w.sound && closes(w.text[r.scan.Space(i):]) {
				r.whole = true
				return true
			}
			return r.handOver(i, behind)
		case scan.Short:
			if w.last || len(w.text)-i > maxValue {
				return r.handOver(i, behind)
			}
			i = r.refill(i)
		default:
			return r.handOver(i, behind)
		}
	}
}

// taken gives the record in text[i:end], and reports false where it is none.
func (r *Reader) taken(members *scan.Members, i, end int) bool {
	raw, offset := r.window.text[i:end], r.window.base+int64(i)
	r.outer = len(raw)
	message := isMessage(raw, members)
	if message && r.index == 0 {
		return false // a list of messages is no log file: it is for the parser to say
	}
	if !message && r.emit(Item{Class: Record, Raw: raw, Index: r.index, Offset: offset, Length: len(raw), Members: members}) {
		r.index++
		return true
	}
	if !jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) {
		return false
	}
	r.message(raw, offset)
	return true
}

// isMessage reports whether an element of Records may be a message with
// evidence in it; compare face.isMessage.
func isMessage(raw []byte, members *scan.Members) bool {
	for _, m := range members.Others { // no vocabulary has these
		if name := raw[m.Name:m.NameEnd]; string(name) == "body" || string(name) == "Sns" || bytes.IndexByte(name, '\\') >= 0 {
			return true
		}
	}
	return false
}

// maxOpening is the longest text before the first record that is known.
const maxOpening = 64

// opening is where the elements of a log file begin, or -1.
func opening(text []byte) int {
	i := 0
	for _, token := range []string{`{`, `"` + recordsList + `"`, `:`, `[`} {
		for i < len(text) && i < maxOpening && !notSpace(rune(text[i])) {
			i++
		}
		if !bytes.HasPrefix(text[i:], []byte(token)) {
			return -1
		}
		i += len(token)
	}
	return i
}

// closes reports whether text is the end of a log file and nothing else.
func closes(text []byte) bool {
	for _, token := range []byte("]}") {
		text = bytes.TrimLeft(text, " \t\r\n")
		if len(text) == 0 || text[0] != token {
			return false
		}
		text = text[1:]
	}
	return len(bytes.TrimLeft(text, " \t\r\n")) == 0
}

// refill reads more text behind what is not read of the window, from i on, and
// gives where that begins now.
func (r *Reader) refill(i int) int {
	w := &r.window
	var err error
	w.base += int64(i)
	w.text, err = r.inflate.Window(len(w.text) - i)
	w.last, w.sound = err != nil, errors.Is(err, io.EOF)
	r.scan.Reset(w.text, bytesOf(r.inflate))
	return 0
}

// bytesOf says which bytes the text of an object surely has.
func bytesOf(object *inflate.Reader) scan.Bytes {
	switch {
	case object.Plain():
		return scan.Plain
	case object.ASCII():
		return scan.ASCII
	}
	return scan.AnyBytes
}

// handOver makes the parser go on at i of the window: with an element, or
// behind one.
func (r *Reader) handOver(i int, behind bool) bool {
	prefix := `{"` + recordsList + `":[`
	if behind {
		prefix += `""` // the element that it is behind
	}
	r.before = r.index
	r.text = bufio.NewReaderSize(io.MultiReader(bytes.NewReader(r.window.text[i:]), r.text), textBuffer)
	r.base = r.window.base + int64(i-len(prefix))
	r.decode(io.MultiReader(strings.NewReader(prefix), r.text))
	r.primed = 3
	if behind {
		r.primed++
	}
	return false
}

// resume parses what the scan left of a log file.
func (r *Reader) resume() error {
	for range r.primed {
		if _, err := r.dec.ReadToken(); err != nil {
			return fmt.Errorf("resuming: %w", err) // of our own text
		}
	}
	r.res.LogFile = r.before > 0
	m := members{raw: []byte{'{'}}
	carriers, err := r.recordsFrom(r.before)
	r.judge(&m, carriers)
	if err != nil {
		return r.behind(unknown, err)
	}
	return r.behind(r.members(&m, 0))
}

// placed is a fault of the text as a parser of the whole object says it.
func (r *Reader) placed(fault *jsontext.SyntacticError) error {
	if r.before < 0 {
		return fault
	}
	moved := *fault
	moved.ByteOffset += r.base
	list, rest, _ := strings.Cut(strings.TrimPrefix(string(moved.JSONPointer), "/"), "/")
	if at, tail, deeper := strings.Cut(rest, "/"); list == recordsList && at != "" {
		if n, err := strconv.Atoi(at); err == nil {
			n += r.before - (r.primed - 3)
			moved.JSONPointer = jsontext.Pointer("/" + list + "/" + strconv.Itoa(n))
			if deeper {
				moved.JSONPointer += jsontext.Pointer("/" + tail)
			}
		}
	}
	return &moved
}
