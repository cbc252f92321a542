package ingest

import (
	"maps"
	"slices"
	"time"

	"grantrail/ingest/custody"
)

// fewHours is how many hours are searched one by one before a map is used. Most objects
// hold one.
const fewHours = 32

// hour notes an hour with a record. Neighbours mostly share it.
func (t *tally) hour(at time.Time) {
	h := at.Unix() / 3600
	switch n := len(t.hours); {
	case n > 0 && t.hours[n-1] == h, n <= fewHours && slices.Contains(t.hours, h), t.many[h]:
		return
	case n == fewHours:
		t.many = make(map[int64]bool)
		for _, h := range t.hours {
			t.many[h] = true
		}
	}
	if t.many != nil {
		t.many[h] = true
	}
	t.hours = append(t.hours, h)
}

func (c *collector) hour(at place, hours []int64) {
	known := c.hours[at]
	if known == nil {
		known = map[int64]bool{}
		c.hours[at] = known
	}
	for _, h := range hours {
		known[h] = true
	}
}

// gaps are the hours without a record between hours with some, and what the
// digests at hand say of them.
func (c *collector) gaps(at place) []custody.Gap {
	gaps := []custody.Gap{}
	hours := slices.Sorted(maps.Keys(c.hours[at]))
	for i := 1; i < len(hours); i++ {
		if hours[i] == hours[i-1]+1 {
			continue
		}
		from, to := time.Unix((hours[i-1]+1)*3600, 0).UTC(), time.Unix(hours[i]*3600, 0).UTC()
		gaps = append(gaps, custody.Gap{From: from, To: to, Why: c.vouched.Of(at.account, at.region, from, to)})
	}
	return gaps
}
