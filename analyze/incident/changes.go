package incident

import "time"

// ChangesSchema names the version of the account of changes.
const ChangesSchema = "grantrail.changes/v1"

// Changes is what a sweep found changed since the one before it on the same
// state. It is no part of the case, which says what is known however often it
// was looked. Lists are of incidents, in the order of the case.
type Changes struct {
	Schema    string   `json:"schema"`
	First     bool     `json:"first"`     // there was no sweep before
	New       []string `json:"new"`       // not known before
	Ongoing   []string `json:"ongoing"`   // known, with further failed launches
	Raised    []Raised `json:"raised"`    // known, without any, and now of a higher grade, or no longer suppressed
	Resolved  []string `json:"resolved"`  // known and open, and now with a resolution
	Unchanged []string `json:"unchanged"` // known, and neither of these
	Withdrawn []string `json:"withdrawn"` // known, and no longer concluded from what is held now
	Objects   Reading  `json:"objects"`
}

// Raised is an incident, and what it was before.
type Raised struct {
	ID         string `json:"id"`
	Was        Grade  `json:"was"`
	Suppressed bool   `json:"was_suppressed"`
}

// Reading is what a sweep read.
type Reading struct {
	Listed   int `json:"listed"`
	New      int `json:"new"`
	Retried  int `json:"retried"`  // that an earlier sweep could not read, or not wholly
	Replaced int `json:"replaced"` // known with another size, tag or time
	Gone     int `json:"gone"`     // known, and no longer listed
}

// Judged is what a sweep remembers of an incident, to tell the next one what
// changed.
type Judged struct {
	ID         string    `json:"id"`
	Attempts   int       `json:"attempts"` // those of Launches, and those of which nobody noted which they are
	LastSeen   time.Time `json:"last_seen"`
	Resolved   bool      `json:"resolved"`
	Grade      Grade     `json:"grade"` // empty in what was remembered before there was one
	Suppressed bool      `json:"suppressed"`
	Launches   Launches  `json:"launches"` // that were judged, whether or not it has them still
}

// Counting returns the IDs that are news at this grade and above: new, gone on, raised
// from below it, or no longer suppressed.
func (c *Changes) Counting(from Grade) map[string]bool {
	ids := make(map[string]bool, len(c.New)+len(c.Ongoing)+len(c.Raised))
	for _, list := range [][]string{c.New, c.Ongoing} {
		for _, id := range list {
			ids[id] = true
		}
	}
	for _, r := range c.Raised {
		if r.Suppressed || r.Was.Rank() < from.Rank() {
			ids[r.ID] = true
		}
	}
	return ids
}
