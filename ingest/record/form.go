package record

import (
	"hash/maphash"

	"grantrail/ingest/scan"
)

// forms are JSON texts, but for what strings say in them that are no names, and
// but for numbers: values of one field of one call mostly differ in those alone.
// What has the form of JSON is JSON, and to compare takes less time than to read.
type forms [1 << 9]form

type form struct {
	of   uint64 // hash of the field and the call; 0 of none
	text []byte
	cuts []cut // none where nothing is known
}

// cut is where something is left out of a form.
type cut struct {
	end  uint16 // of the text before it
	what gap
}

// gap is what is left out of a form.
type gap uint8

const (
	aText   gap = iota // of a string, between its quotes
	aNumber            // all of it
	theRest            // nothing, at the end
)

// maxForm bounds the text of a form.
const maxForm = 1 << 10

// sure reports what [surely] does, of the value of a field of a call. It is of a
// record that has no escapes and that the scan has read, in which it begins at from.
func (f *forms) sure(field Field, call, value []byte, of *scan.Members, from int) bool {
	known := f.place(field, call)
	if known.fits(value, of, from) {
		return true
	}
	if !surely(value, of, from) {
		return false
	}
	known.learn(value, of, from)
	return true
}

// place is where the form is of a field of a call: one of two places, so that few
// push each other out all the time.
func (f *forms) place(field Field, call []byte) *form {
	of := (maphash.Bytes(seed, call) + uint64(field)) * 0x9e3779b97f4a7c15 // spreads fields of one call
	n := of >> 55
	first, second := &f[n], &f[n^1]
	switch {
	case first.of == of:
		return first
	case second.of == of || first.of != 0:
		first = second
	}
	first.of = of // and of it is what was another's, until another is met
	return first
}

// fits reports whether a value has the form.
func (f *form) fits(value []byte, of *scan.Members, from int) bool {
	at, begin := 0, 0
	for i := range f.cuts {
		c := &f.cuts[i]
		same := f.text[begin:c.end]
		begin = int(c.end)
		if at+len(same) > len(value) || string(value[at:at+len(same)]) != string(same) {
			return false
		}
		switch at += len(same); c.what {
		case aText:
			end := of.Quote(from + at)
			if end < 0 {
				return false
			}
			at = end - from
		case aNumber:
			if at, _ = numberEnd(value, at); at < 0 {
				return false
			}
		default:
			return at == len(value)
		}
	}
	return false
}

// learn takes the form of a value that is JSON.
func (f *form) learn(value []byte, of *scan.Members, from int) {
	f.text, f.cuts = f.text[:0], f.cuts[:0]
	begin := 0
	for i := 0; i < len(value); {
		at, end, what := i, 0, aNumber
		switch c := value[i]; {
		case c == '"':
			at, what = i+1, aText
			if end = of.Quote(from+at) - from; end < at {
				f.cuts = f.cuts[:0]
				return
			}
			i = end + 1
			if after := skip(value, i); after < len(value) && value[after] == ':' {
				continue // a name
			}
		case c == '-' || '0' <= c && c <= '9':
			end, _ = numberEnd(value, i)
			i = end
		default:
			i++
			continue
		}
		if !f.cut(value[begin:at], what) {
			return
		}
		begin = end
	}
	f.cut(value[begin:], theRest)
}

// cut adds a stretch of text, and what is left out behind it, or forgets what
// becomes too long.
func (f *form) cut(text []byte, what gap) bool {
	if len(f.text)+len(text) > maxForm {
		f.cuts = f.cuts[:0]
		return false
	}
	f.text = append(f.text, text...)
	f.cuts = append(f.cuts, cut{uint16(len(f.text)), what}) //nolint:gosec // at most maxForm
	return true
}
