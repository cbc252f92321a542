package digest

import "time"

// Cover is the time that digests at hand cover.
type Cover struct {
	all, busy map[Chain][]span // busy: of those digests that name log files
}

// The answers of [Cover.Of].
const (
	Uncovered = "no log files with events of these hours, and no digest at hand covers them"
	Empty     = "no log files; the digests at hand cover these hours and say that none was delivered"
	Elsewhere = "no log files with events of these hours; the digests at hand name log files that were delivered in them"
)

// Of says what digests at hand say of a stretch of time, in words. A nil Cover
// covers nothing.
func (c *Cover) Of(account, region string, from, to time.Time) string {
	key := Chain{Account: account, Region: region}
	switch {
	case c == nil || !within(c.all[key], from, to):
		return Uncovered
	case touches(c.busy[key], from, to):
		return Elsewhere
	}
	return Empty
}

func touches(spans []span, from, to time.Time) bool {
	for _, s := range spans {
		if s.from.Before(to) && s.to.After(from) {
			return true
		}
	}
	return false
}

// busy are the hours of the digests that name log files.
func (j *judge) busy() map[Chain][]span {
	out := map[Chain][]span{}
	for _, l := range j.chain {
		if d := l.Digest; len(d.Logs) > 0 {
			c := Chain{Account: d.Chain.Account, Region: d.Chain.Region}
			out[c] = append(out[c], span{d.Start, d.End})
		}
	}
	return out
}
