package record

import (
	"hash/maphash"
	"slices"

	"grantrail/ingest/scan"
)

// forms are templates of JSON texts, with strings (names aside) and numbers left out.
// Values of one field of one call mostly differ in those alone: a value that fits a
// template is known to be JSON, and where its fields stand, without being parsed.
type forms struct {
	known [1 << 9]form
	of    *form  // of the value at hand; nil where it has none
	gaps  []Span // what it says where something is left out of that
}

type form struct {
	of      uint64 // hash of the field and the call; 0 of none
	text    []byte
	cuts    []cut
	labeled bool // all the fields that such a value says have their labels
	list    int  // resources in it
	long    int  // how long a value was whose form is too long; 0 of none
}

// cut is where something is left out of a form.
type cut struct {
	end  uint16 // of the text before it
	what gap
	says label
}

// gap is what is left out of a form.
type gap uint8

const (
	aText   gap = iota // of a string, between its quotes
	aNumber            // all of it
	theRest            // nothing, at the end
)

// maxForm bounds the text of a form. Indented, what says something is a third of it.
const maxForm = 4 << 10

// sure reports what [surely] does, of a value of a record that has no escapes and
// that the scan has read, in which it begins at from. The value has the form that
// was known, or else gives its own to what is to be known.
func (f *forms) sure(known *form, value []byte, of *scan.Members, from int) bool {
	if f.fits(known, value, of, from) {
		return true
	}
	if !surely(value, of, from) {
		return false
	}
	if known.long == 0 || len(value) < known.long {
		f.learn(known, value, of, from)
	}
	return true
}

// place is where the form is of a field of a call: one of two places, so that few
// push each other out all the time.
func (f *forms) place(field Field, call []byte) *form {
	of := (maphash.Bytes(seed, call) + uint64(field)) * 0x9e3779b97f4a7c15 // spreads fields of one call
	n := of >> 55
	first, second := &f.known[n], &f.known[n^1]
	switch {
	case first.of == of:
		return first
	case second.of == of || first.of != 0:
		first = second
	}
	if first.of != of {
		first.of, first.long = of, 0 // and of it is what was another's, until another is met
	}
	return first
}

// fits reports whether a value has a form.
func (f *forms) fits(known *form, value []byte, of *scan.Members, from int) bool {
	at, begin := 0, 0
	f.of, f.gaps = nil, f.gaps[:0]
	for i := range known.cuts {
		c := &known.cuts[i]
		same := known.text[begin:c.end]
		begin = int(c.end)
		if at+len(same) > len(value) || string(value[at:at+len(same)]) != string(same) {
			return false
		}
		at += len(same)
		var end int
		switch c.what {
		case aText:
			if end = of.Quote(from+at) - from; end < at {
				return false
			}
		case aNumber:
			if end, _ = numberEnd(value, at); end < 0 {
				return false
			}
		default:
			if at == len(value) {
				f.of = known
			}
			return f.of != nil
		}
		f.gaps = append(f.gaps, spanOf(from+at, end-at))
		at = end
	}
	return false
}

// learn takes the form of a value that is JSON. Without its end nothing fits it:
// that is where the value is too long, or its quotes are not known any longer.
func (f *forms) learn(known *form, value []byte, of *scan.Members, from int) {
	*known = form{of: known.of, text: known.text[:0], cuts: known.cuts[:0]}
	f.of, f.gaps = nil, f.gaps[:0]
	begin := 0
	for i := 0; i < len(value); {
		at, end, what := i, 0, aNumber
		switch c := value[i]; {
		case c == '"':
			at, what = i+1, aText
			if end = of.Quote(from+at) - from; end < at {
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
		if !known.cut(value[begin:at], what) {
			known.long = len(value)
			return
		}
		f.gaps = append(f.gaps, spanOf(from+at, end-at))
		begin = end
	}
	if !known.cut(value[begin:], theRest) {
		known.long = len(value)
		return
	}
	f.of = known
}

// cut adds a stretch of text, and what is left out behind it, unless that is too
// long.
func (f *form) cut(text []byte, what gap) bool {
	if len(f.text)+len(text) > maxForm {
		return false
	}
	f.text = append(f.text, text...)
	f.cuts = append(f.cuts, cut{uint16(len(f.text)), what, unlabeled}) //nolint:gosec // at most maxForm
	return true
}

// label is what is left out of a form: a [Field], or, behind those, one of a list
// of resources, each of which has three.
type label int16

const unlabeled label = -1

// label notes what was found in the value at hand by reading it.
func (f *forms) label(found *Found, as kind) {
	if f.of == nil {
		return
	}
	all := true
	note := func(what int, s Span) {
		switch i := slices.Index(f.gaps, s); {
		case s.None():
		case i < 0: // empty, or no string and no number
			all = false
		default:
			f.of.cuts[i].says = label(what) //nolint:gosec // a form is short
		}
	}
	for i := fieldsOf[as].first; i <= fieldsOf[as].last; i++ {
		note(int(i), found.Spans[i])
	}
	if as == resourcesValue {
		f.of.list = len(found.Resources)
		for n, r := range found.Resources {
			for i, s := range r {
				note(int(Fields)+n*len(r)+i, s)
			}
		}
	}
	f.of.labeled = all
}

// found takes the fields of the value at hand where all of them are known by its
// form, and reports whether they are.
func (f *forms) found(into *Found) bool {
	if f.of == nil || !f.of.labeled {
		return false
	}
	for range f.of.list {
		into.Resources = append(into.Resources, Resource{})
	}
	for i, s := range f.gaps {
		switch says := int(f.of.cuts[i].says); {
		case says >= int(Fields):
			n := says - int(Fields)
			into.Resources[n/len(Resource{})][n%len(Resource{})] = s
		case says >= 0:
			into.Spans[says] = s
		}
	}
	return true
}
