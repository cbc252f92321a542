package ingest

import (
	"cmp"
	"fmt"
	"slices"

	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
	"grantrail/ingest/record"
	"grantrail/ingest/table"
)

// collector takes results in listing order, drops what was seen before, and
// fills the table and the account.
type collector struct {
	listing  *Listing
	opt      Options
	builder  *table.Builder
	manifest custody.Manifest
	coverage map[place]*custody.Coverage
	hours    map[place]map[int64]bool // that have records, since 1970
	distinct *distinct
	shared   map[call]bool   // calls that several accounts log, of the events kept
	spare    []*record.Event // lesser copies, kept at the end where no better one turned up
	progress Progress

	names    []string // of the objects, and members of archives, that gave events
	files    []*digest.File
	entries  []Entry
	sidecars map[string]string // digest file to its signature
	vouched  *digest.Cover     // what the digests cover; nil where none was judged

	members map[int]int // of the result at hand: member to ordinal in names, 0 the object itself
}

// call is what the copies of one call in several accounts have in common. The
// ID alone is not enough: it stands in records of one account too.
type call struct{ shared, source, name, request string }

func newCollector(l *Listing, opt Options) *collector {
	return &collector{
		listing: l, opt: opt, builder: table.NewBuilder(opt.memory),
		manifest: custody.New(), coverage: map[place]*custody.Coverage{},
		distinct: newDistinct(), shared: map[call]bool{},
		sidecars: map[string]string{}, hours: map[place]map[int64]bool{},
		progress: Progress{OfObjects: l.Len(), OfBytes: l.Bytes},
	}
}

func (c *collector) take(from *Object, res *result) error {
	m := &c.manifest
	m.Objects.Count(res.state)
	m.Bytes.Stored += res.stored
	m.Bytes.Inflated += res.inflated
	m.Records.Seen += res.records.Seen
	m.Records.Refused += res.records.Refused
	m.Other.Add(res.other)
	m.Warnings = append(m.Warnings, res.warnings...)
	for _, t := range res.places {
		m.Time.Merge(t.span())
		c.cover(t)
	}
	c.files = append(c.files, res.files...)
	if c.opt.Inventory {
		c.enter(from, res)
	}
	if res.sidecar != nil {
		c.sidecars[res.sidecar.of] = res.sidecar.signature
	}
	if len(res.events) > 0 {
		c.members = map[int]int{}
	}
	for _, e := range res.events {
		e.Object = c.ordinal(from, res, e.member)
		if e.Lossy || foreign(e.Event) {
			c.spare = append(c.spare, e.Event)
			continue
		}
		if err := c.event(e.Event); err != nil {
			return err
		}
	}
	c.report(from)
	return nil
}

// ordinal is the ordinal of the object or member that an event came from. It
// gets one when it first gives an event: few of a large archive's do.
func (c *collector) ordinal(from *Object, res *result, member int) int {
	at, ok := c.members[member]
	if !ok {
		at = len(c.names)
		c.members[member] = at
		if member == 0 {
			c.names = append(c.names, from.Name())
		} else {
			c.names = append(c.names, res.members[member-1])
		}
	}
	return at
}

func (c *collector) report(o *Object) {
	c.progress.pass(o)
	if c.opt.Progress != nil {
		c.opt.Progress(c.progress)
	}
}

func (c *collector) cover(t *tally) {
	at := t.place
	cov := c.coverage[at]
	if cov == nil {
		cov = &custody.Coverage{Account: at.account, Region: at.region, Gaps: []custody.Gap{}}
		c.coverage[at] = cov
	}
	span := custody.Span{First: cov.From, Last: cov.To}
	span.Merge(t.span())
	cov.From, cov.To = span.First, span.Last
	cov.Objects++
	cov.Records += t.records
	cov.KMSRecords += t.kms
	cov.Launches += t.launches
	cov.ReadOnlyRecords += t.reads
	c.hour(at, t.hours)
}

// foreign reports whether an event is the copy of another account's call. On a
// key of another account both accounts log it; the caller's copy says more.
func foreign(e *record.Event) bool {
	return e.SharedID != "" && e.Identity.Account != "" && e.Account != e.Identity.Account
}

func callOf(e *record.Event) call { return call{e.SharedID, e.Source, e.Name, e.Request} }

// spares keeps each lesser copy whose event had no better one: first those that lost
// only their account, then lossy ones, each in listing order.
func (c *collector) spares() error {
	slices.SortStableFunc(c.spare, func(a, b *record.Event) int {
		return cmp.Compare(fromBool(a.Lossy), fromBool(b.Lossy))
	})
	for _, e := range c.spare {
		if e.Lossy && c.distinct.met(e) || foreign(e) && c.shared[callOf(e)] {
			c.count(e, &c.manifest.Records.Duplicate)
			continue
		}
		if err := c.event(e); err != nil {
			return err
		}
	}
	return nil
}

func fromBool(b bool) int {
	if b {
		return 1
	}
	return 0
}

// event keeps an event that is new.
func (c *collector) event(e *record.Event) error {
	other, added := c.distinct.add(e)
	if !added {
		c.count(e, &c.manifest.Records.Duplicate)
		return nil
	}
	if other != nil {
		c.conflict(e, other)
	}
	if e.SharedID != "" {
		c.shared[callOf(e)] = true
	}
	c.count(e, &c.manifest.Records.Kept)
	return c.builder.Append(e)
}

// count counts CloudTrail records only; other evidence has its own counters.
func (c *collector) count(e *record.Event, n *int) {
	if e.Kind.OfTrail() {
		*n++
	}
}

func (c *collector) conflict(e *record.Event, first *sighting) {
	c.count(e, &c.manifest.Records.Conflicting)
	at := e.Record
	c.manifest.Warnings = append(c.manifest.Warnings, custody.Warning{
		Object: c.names[e.Object], Record: &at, Kind: custody.KindConflict,
		Detail: fmt.Sprintf("eventID %q was seen with other content in %q, record %d; both are kept",
			e.ID, c.names[first.object], first.record),
	})
}

func (c *collector) finish() (*Evidence, error) {
	if err := c.spares(); err != nil {
		return nil, err
	}
	c.close()
	t := c.builder.Finish()
	c.superseded(t)
	return &Evidence{Table: t, Objects: c.names, Manifest: c.manifest, Entries: c.entries}, nil
}

// close adds to the account what only the end knows.
func (c *collector) close() {
	c.manifest.LeftOut = append(c.manifest.LeftOut, c.listing.LeftOut...)
	for at, cov := range c.coverage {
		cov.Gaps = c.gaps(at)
		c.manifest.Coverage = append(c.manifest.Coverage, *cov)
	}
	slices.SortFunc(c.manifest.Coverage, func(a, b custody.Coverage) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region))
	})
}

// superseded warns of events that an addendum replaces. Their rows stay in the table;
// package analyze leaves the same ones out.
func (c *collector) superseded(t *table.Table) {
	for _, s := range t.Superseded() {
		old, by := t.Origin(s.Row), t.Origin(s.By)
		c.manifest.Warnings = append(c.manifest.Warnings, custody.Warning{
			Object: c.names[old.Object], Record: &old.Record, Kind: custody.KindSuperseded,
			Detail: fmt.Sprintf("an updated copy of this event replaces it: %q, record %d", c.names[by.Object], by.Record),
		})
	}
}
