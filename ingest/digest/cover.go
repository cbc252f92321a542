package digest

import (
	"cmp"
	"slices"
	"time"
)

// Cover says which hours the digests at hand cover, by account and region, and in which
// of them log files were delivered.
type Cover struct {
	all, busy map[chain][]span // busy: of those digests that name log files
}

// The answers of [Cover.Of].
const (
	noDigest      = "no log files with events of these hours, and no digest at hand covers them"
	noLogs        = "no log files; the digests at hand cover these hours and say that none was delivered"
	deliveredLogs = "no log files with events of these hours; the digests at hand name log files that were delivered in them"
)

// Of says what digests at hand say of a stretch of time, in words. A nil Cover
// covers nothing.
func (c *Cover) Of(account, region string, from, to time.Time) string {
	key := chain{Account: account, Region: region}
	switch {
	case c == nil || !within(c.all[key], from, to):
		return noDigest
	case touches(c.busy[key], from, to):
		return deliveredLogs
	}
	return noLogs
}

// span is a stretch of time, half-open. Those of a list are in order and apart.
type span struct{ from, to time.Time }

// spans is what the digests that are wanted cover, by account and region.
// Backfill digests count as others do.
func (j *judge) spans(wanted func(*link) bool) map[chain][]span {
	out := map[chain][]span{}
	for _, l := range j.chain {
		if wanted(l) {
			c := l.Digest.Chain.regional()
			out[c] = append(out[c], span{l.Digest.Start, l.Digest.End})
		}
	}
	for c, spans := range out {
		slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), a.to.Compare(b.to)) })
		merged := spans[:1]
		for _, s := range spans[1:] {
			if last := &merged[len(merged)-1]; s.from.After(last.to) {
				merged = append(merged, s)
			} else if s.to.After(last.to) {
				last.to = s.to
			}
		}
		out[c] = merged
	}
	return out
}

// within reports whether one of the spans has all of a stretch.
func within(spans []span, from, to time.Time) bool {
	i, exact := slices.BinarySearchFunc(spans, from, func(s span, t time.Time) int { return s.from.Compare(t) })
	if !exact {
		i--
	}
	return i >= 0 && !spans[i].to.Before(to)
}

// touches reports whether one of the spans has some of a stretch.
func touches(spans []span, from, to time.Time) bool {
	i, _ := slices.BinarySearchFunc(spans, from, func(s span, t time.Time) int {
		if s.to.After(t) {
			return 1
		}
		return -1
	})
	return i < len(spans) && spans[i].from.Before(to)
}

// uncovered goes through the hours that end behind from, back from one that ends
// at to, and gives those that are not covered in stretches, the newest first: of
// how many hours, and when the last of them ends.
func uncovered(spans []span, from, to time.Time, stretch func(end time.Time, hours int)) {
	all := int((to.Sub(from) + time.Hour - 1) / time.Hour)
	next := 0 // hours before to
	last, _ := slices.BinarySearchFunc(spans, to, func(s span, t time.Time) int { return s.from.Compare(t) })
	for i := last - 1; i >= 0 && next < all; i-- {
		s := spans[i]
		first := max(int((to.Sub(s.to)+time.Hour-1)/time.Hour), next)
		behind := int(to.Sub(s.from) / time.Hour)
		if behind <= first {
			continue // it has no whole hour
		}
		if first = min(first, all); first > next {
			stretch(to.Add(time.Duration(-next)*time.Hour), first-next)
		}
		next = behind
	}
	if next < all {
		stretch(to.Add(time.Duration(-next)*time.Hour), all-next)
	}
}
