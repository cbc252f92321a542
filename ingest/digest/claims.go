package digest

import (
	"slices"

	"grantrail/ingest/layout"
)

// claims is what digests say of the log files of one name. There can be thousands
// of both, whoever laid them there: each file is held against all that is said at
// once.
type claims struct {
	entries []entry            // in the order of the chain
	first   entry              // of a digest that is not altered, where there is one
	sound   bool               // there is one
	listed  map[[32]byte]entry // by hash: that of the digest that is worth most
	folders *folders           // once they are asked for
}

func claimsOf(entries []entry) *claims {
	c := &claims{entries: entries, first: entries[0]}
	for _, e := range entries {
		if !e.by.altered() {
			c.first, c.sound = e, true
			break
		}
	}
	if len(entries) > few {
		c.listed = map[[32]byte]entry{}
		for _, e := range entries {
			if was, has := c.listed[e.Sum]; e.Known && (!has || e.better(was)) {
				c.listed[e.Sum] = e
			}
		}
	}
	return c
}

// best is what is said of a file, and whether its content is that.
func (c *claims) best(f *File) (best entry, agrees bool) {
	switch {
	case !f.Hashed:
	case c.listed != nil:
		best, agrees = c.listed[f.Sum]
	default:
		for _, e := range c.entries {
			if e.Known && e.Sum == f.Sum && (!agrees || e.better(best)) {
				best, agrees = e, true
			}
		}
	}
	if !agrees {
		best = c.first
	}
	return best, agrees
}

// inPlace reports whether a file can be the copy of one of the keys.
func (c *claims) inPlace(name string) bool {
	if len(c.entries) <= few {
		return slices.ContainsFunc(c.entries, func(e entry) bool { return inPlace(name, e.Object) })
	}
	if c.folders == nil {
		c.folders = foldersOf(c.entries)
	}
	return c.folders.have(name)
}

// folders are those of keys.
type folders struct {
	rooted       map[string]bool // from the layout's root on
	days, anyDay map[string]bool // those of keys that have lost the root, and of all; "" is none
}

func foldersOf(entries []entry) *folders {
	p := &folders{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	for _, e := range entries {
		key, rooted := tail(e.Object)
		day := layout.Day(key)
		p.anyDay[day] = true
		if rooted {
			p.rooted[key] = true
		} else {
			p.days[day] = true
		}
	}
	return p
}

// have reports whether a file is in one of them, as inPlace does for one key.
func (p *folders) have(name string) bool {
	have, rooted := tail(name)
	day, days := layout.Day(have), p.anyDay
	if rooted {
		days = p.days
	}
	return rooted && p.rooted[have] || days[day] || days[""] || day == "" && len(days) > 0
}
