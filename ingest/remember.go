package ingest

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
	"grantrail/ingest/layout"
	"grantrail/ingest/state"
)

// memo is a result on its way into the state.
type memo struct{ state.Object }

// remembered is what one object gave, for the state. It has parts of the result, and
// is not to outlive it.
func remembered(o *Object, res *result) *memo {
	m := &memo{state.Object{
		Known:  state.Known{Name: o.name, Size: o.Size, Tag: o.Tag, Modified: o.mtime, State: res.state},
		Stored: res.stored, Inflated: res.inflated, Seen: res.records.Seen, Refused: res.records.Refused,
	}}
	if res.entry != nil && res.entry.Stored != "" {
		if sum, err := hex.DecodeString(res.entry.Stored); err == nil {
			copy(m.Sum[:], sum)
		}
	}
	for _, t := range res.places {
		m.Places = append(m.Places, state.Place{
			Account: t.account, Region: t.region, First: t.first, Last: t.last,
			Records: t.records, KMS: t.kms, Launches: t.launches, Reads: t.reads, Hours: t.hours,
			KMSAt: state.MomentsOf(t.first, t.kmsAt), LaunchedAt: state.MomentsOf(t.first, t.launchedAt),
		})
	}
	slices.SortFunc(m.Places, func(a, b state.Place) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
	})
	m.Rest = state.Rest{Warnings: res.warnings, Members: res.members}
	if res.other != (custody.Other{}) {
		m.Rest.Other = &res.other
	}
	if res.sidecar != nil {
		m.Rest.Of, m.Rest.Says = res.sidecar.of, res.sidecar.signature
	}
	m.files(res.files)
	for _, e := range res.events {
		m.Events = append(m.Events, state.Event{Event: e.Event, Member: e.member})
	}
	return m
}

// files notes what the digests are to know: of nearly every object, that it is
// a whole log file of a hash.
func (m *memo) files(files []*digest.File) {
	if len(files) == 1 {
		if f := files[0]; f.Name == m.Name && f.Hashed && f.Log && !f.Appended && f.Unread == "" && f.Invalid == "" && f.Signature == "" && f.Digest == nil {
			m.Plain = &f.Sum
			return
		}
	}
	for _, f := range files {
		note := state.File{
			Name: f.Name, Hashed: f.Hashed, Appended: f.Appended, Unread: f.Unread,
			Log: f.Log, Invalid: f.Invalid, Signature: f.Signature, Text: string(f.Text),
		}
		if f.Hashed {
			note.Sum = f.Sum[:]
		}
		if f.Invalid != "" || f.Digest == nil {
			note.Text = ""
		}
		m.Rest.Files = append(m.Rest.Files, note)
	}
}

// before is what an object was before it is read again.
type before struct {
	earlier []state.Earlier   // contents that it had
	said    []custody.Warning // what was said of such, where they are not known
}

// maxEarlier is how many earlier contents are told of an object: there are files
// that are written anew each day.
const maxEarlier = 4

// replaces notes that the object is another one than earlier sweeps read. Their
// contents are gone for good, so it is said again in whatever state the object was
// meanwhile. One whose bytes are the same, and only its time or tag are not, is no
// other.
func (m *memo) replaces(was before) {
	read := m.Sum != [16]byte{}
	for _, e := range was.earlier {
		known := slices.ContainsFunc(m.Rest.Earlier, func(o state.Earlier) bool { return o.Sum == e.Sum })
		if !known && (!read || e.Sum != m.Sum) {
			m.Rest.Earlier = append(m.Rest.Earlier, e)
		}
	}
	if n := len(m.Rest.Earlier); n > maxEarlier {
		m.Rest.Earlier = m.Rest.Earlier[n-maxEarlier:]
	}
	m.Rest.Warnings = append(m.Rest.Warnings, was.said...)
	now := "this one could not read all that is under it now; what the earlier one read is judged no more"
	switch {
	case m.State == custody.Duplicate:
		now = "this one reads it under another name; what the earlier one read is judged no more"
	case read:
		now = fmt.Sprintf("this one %d (%s…); only these are judged", m.Size, hex.EncodeToString(m.Sum[:4]))
	}
	for _, e := range m.Rest.Earlier {
		m.Rest.Warnings = append(m.Rest.Warnings, custody.Warning{
			Object: m.Name, Kind: custody.KindReplaced,
			Detail: fmt.Sprintf("an earlier sweep read %d stored bytes under this name (SHA-256 %s…), and %s", e.Size, hex.EncodeToString(e.Sum[:4]), now),
		})
	}
}

// recaller gives objects of a state as the collector takes them. What it gives
// is valid until the next.
type recaller struct {
	opt     *Options
	digests bool // somebody asks for files
	res     result
	object  Object
}

// recalled is an object of the state, and what it gave. Events outside the
// asked range are left out, as the reading does.
func (r *recaller) recalled(o *state.Object) (*Object, *result) {
	res := &r.res
	res.clear()
	res.state, res.stored, res.inflated, res.warnings = o.State, o.Stored, o.Inflated, o.Rest.Warnings
	res.records, res.members = custody.Records{Seen: o.Seen, Refused: o.Refused}, o.Rest.Members
	if o.Rest.Other != nil {
		res.other = *o.Rest.Other
	}
	if o.Rest.Of != "" {
		res.sidecar = &sidecar{o.Rest.Of, o.Rest.Says}
	}
	for i := range o.Places {
		p := &o.Places[i]
		t := res.tally(place{p.Account, p.Region})
		t.first, t.last, t.records, t.reads = p.First, p.Last, p.Records, p.Reads
		t.hours = append(t.hours, p.Hours...)
		t.kms = within(p, p.KMS, p.KMSAt, r.opt.holds)
		t.launches = within(p, p.Launches, p.LaunchedAt, r.opt.asked)
		if len(p.LaunchedAt) == 0 && r.opt.meets(p.First, p.Last) {
			t.launches = p.Launches
		}
	}
	if r.digests {
		res.files = filesOf(o)
	}
	for _, e := range o.Events {
		if r.opt.holds(e.Time) {
			res.events = append(res.events, kept{e.Event, e.Member})
		}
	}
	r.object = Object{name: o.Name, Size: o.Size, Tag: o.Tag}
	return &r.object, res
}

// within is how many of a place's records lie in what is asked for. Where their times
// are not known, as in a state of the version before, it is none of a place that
// does not lie in it whole: no KMS record is made up that would make a case clean.
func within(p *state.Place, total int, at state.Moments, in func(time.Time) bool) int {
	if total == 0 || in(p.First) && in(p.Last) {
		return total
	}
	return at.Count(p.First, in)
}

// filesOf is what the digests are to know of an object.
func filesOf(o *state.Object) []*digest.File {
	if o.Plain != nil {
		return []*digest.File{{Name: o.Name, Sum: *o.Plain, Hashed: true, Log: true}}
	}
	var files []*digest.File
	for i := range o.Rest.Files {
		files = append(files, o.Rest.Files[i].Digest())
	}
	return files
}

// listedAsDigest reports whether some file is a digest, or should be one.
func listedAsDigest(files []*digest.File) bool {
	return slices.ContainsFunc(files, func(f *digest.File) bool { return f.Digest != nil || f.Invalid != "" })
}

// meets reports whether a stretch of time has to do with the asked range.
func (o *Options) meets(first, last time.Time) bool {
	return (o.To.IsZero() || first.Before(o.To)) && (o.From.IsZero() || !last.Before(o.From))
}

// deliveredBy is a time by which an object was delivered, or zero where nothing
// tells: the end of the minute or second in a log file's name, the end of the
// hour of a digest, else its last record.
func deliveredBy(o *state.Object) time.Time {
	if at, ok := layout.Delivered(o.Name); ok {
		return at
	}
	for i := range o.Rest.Files {
		if f := o.Rest.Files[i].Digest(); f.Digest != nil && f.Name == o.Name {
			return f.Digest.End
		}
	}
	var span custody.Span
	for i := range o.Places {
		span.Merge(custody.Span{First: &o.Places[i].First, Last: &o.Places[i].Last})
	}
	if span.Last == nil {
		return time.Time{}
	}
	return span.Last.Add(time.Nanosecond)
}
