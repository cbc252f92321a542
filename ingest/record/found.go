package record

// Found says where the fields and resources of one record stand. Print is a hash of
// them that does not hang on their order, and is comparable within this process only.
type Found struct {
	Spans     [Fields]Span
	Resources []Resource
	Print     uint64

	raw        []byte
	undone     []byte        // what has no place in the record: text whose escapes were undone
	remembered [kinds]uint64 // the parts of Print by values that are remembered
}

// Span is where a text stands: in the record, or behind its end where it is of
// those that [Found.Append] puts there. The zero Span is of nothing; a record
// begins with a bracket, and no text of it does.
type Span struct{ From, To uint32 }

// None reports whether the record does not say it.
func (s Span) None() bool { return s.To == 0 }

// Resource is an element of a record's resources: ARN, type, account.
type Resource [3]Span

// Append appends the record, and behind it what spans count from its first byte
// too.
func (f *Found) Append(to []byte) []byte { return append(append(to, f.raw...), f.undone...) }

// Undone reports whether something stands behind the record.
func (f *Found) Undone() bool { return len(f.undone) > 0 }

// Raw is the record.
func (f *Found) Raw() []byte { return f.raw }

// Value is the text of a field, or nil. It is valid as long as the record, and
// until the next is found.
func (f *Found) Value(of Field) []byte {
	if f.Spans[of].None() {
		return nil
	}
	return f.text(f.Spans[of])
}

// text is what stands in a span.
func (f *Found) text(s Span) []byte {
	if n := uint32(len(f.raw)); s.From >= n { //nolint:gosec // a record is at most some megabytes
		return f.undone[s.From-n : s.To-n]
	}
	return f.raw[s.From:s.To]
}

// NewFound is of a record of which nothing is found yet.
func NewFound(raw []byte) *Found { return &Found{raw: raw} }

// Set says what a field says, or with nil that it says nothing.
func (f *Found) Set(of Field, text []byte) { f.Spans[of] = f.place(text) }

// Resource adds a resource. What is nil it does not say.
func (f *Found) Resource(arn, kind, account []byte) {
	f.Resources = append(f.Resources, Resource{f.place(arn), f.place(kind), f.place(account)})
}

func (f *Found) reset(raw []byte) {
	f.Spans, f.Resources, f.Print = [Fields]Span{}, f.Resources[:0], 0
	f.raw, f.undone, f.remembered = raw, f.undone[:0], [kinds]uint64{}
}

// place is where a text stands, which nearly always is a part of the record.
func (f *Found) place(text []byte) Span {
	switch from := cap(f.raw) - cap(text); {
	case text == nil:
		return Span{}
	case len(text) == 0:
		return Span{1, 1}
	case from >= 0 && from+len(text) <= len(f.raw) && &f.raw[from] == &text[0]:
		return spanOf(from, len(text))
	}
	f.undone = append(f.undone, text...)
	return spanOf(len(f.raw)+len(f.undone)-len(text), len(text))
}

func spanOf(from, of int) Span { return Span{uint32(from), uint32(from + of)} } //nolint:gosec // some megabytes

// print sums up what all fields say, but for those of remembered values one by one.
func (f *Found) print() {
	for _, part := range f.remembered {
		f.Print += part
	}
	f.Print += f.hashes(EventID, VPCEndpoint) + f.hashes(ReadOnly, ServiceDetails)
}

// hashes is a hash of what the fields from first to last say.
func (f *Found) hashes(first, last Field) (sum uint64) {
	for i := first; i <= last; i++ {
		if s := f.Spans[i]; !s.None() {
			sum += hash(f.text(s)) * (2*uint64(i) + 1) // fields are told apart
		}
	}
	return sum
}
