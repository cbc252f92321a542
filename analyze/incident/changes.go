package incident

import "time"

// ChangesSchema names the version of the account of changes.
const ChangesSchema = "grantrail.changes/v1"

// Changes is what a sweep found changed since the one before it on the same
// state. It is no part of the case, which says what is known however often it
// was looked. Lists hold ids of incidents, in the order of the case.
type Changes struct {
	Schema    string   `json:"schema"`
	First     bool     `json:"first"`     // there was no sweep before
	New       []string `json:"new"`       // not known before
	Ongoing   []string `json:"ongoing"`   // known, with further failed launches
	Raised    []string `json:"raised"`    // known, without any, and now of a higher grade, or no longer suppressed
	Resolved  []string `json:"resolved"`  // known and open, and now with a resolution
	Unchanged []string `json:"unchanged"` // known, and neither of these
	Withdrawn []string `json:"withdrawn"` // known, and no longer concluded from what is held now
	Objects   Reading  `json:"objects"`

	counted map[string]Grade // of those that were raised, what counted before
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
	Attempts   int       `json:"attempts"`
	LastSeen   time.Time `json:"last_seen"`
	Resolved   bool      `json:"resolved"`
	Grade      Grade     `json:"grade"` // empty in what was remembered before there was one
	Suppressed bool      `json:"suppressed"`
}

// Raise notes an incident that was worth less before: of a lower grade, or of none
// where it was suppressed.
func (c *Changes) Raise(id string, before Grade) {
	if c.Raised = append(c.Raised, id); c.counted == nil {
		c.counted = make(map[string]Grade)
	}
	c.counted[id] = before
}

// Counting are the ids of the incidents that are news to who asks for this grade and
// above: new, gone on, or below it before.
func (c *Changes) Counting(from Grade) map[string]bool {
	ids := make(map[string]bool, len(c.New)+len(c.Ongoing)+len(c.Raised))
	for _, list := range [][]string{c.New, c.Ongoing} {
		for _, id := range list {
			ids[id] = true
		}
	}
	for _, id := range c.Raised {
		if c.counted[id].Rank() < from.Rank() {
			ids[id] = true
		}
	}
	return ids
}
