package report

import (
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

// writeConclusion is the answer in one line and what it rests on.
func writeConclusion(p *page, c *incident.Case) {
	if c.Asked.VerifyOnly {
		p.para(worth(&c.Custody))
	} else {
		p.para(say("**%s** - %s", prose(string(c.Conclusion)), sentence(c)))
	}
	reasons := make([]inert, len(c.Reasons))
	for i, r := range c.Reasons {
		reasons[i] = prose(r)
	}
	p.list(reasons)
	if c.Conclusion == incident.Incidents && c.Custody.Incomplete() {
		p.para("Some of the evidence could not be read, see *What could not be read*: there may be more incidents than these.")
	}
}

// worth is what a run that only verified came to: its word, and why. Where there was
// nothing to verify by, nothing is verified.
func worth(m *custody.Manifest) inert {
	switch {
	case !m.Integrity.Checked && m.Integrity.Fails():
		return "**not verified** - there is no digest file among the sources, and what was compared with the manifest is not as it was, see *Integrity*."
	case !m.Integrity.Checked:
		return "**not verified** - there is no digest file among the sources: nothing vouches for the log files."
	case m.Integrity.Fails():
		return "**verified** - the digests at hand speak against some of the evidence, see *Integrity*."
	case m.Incomplete():
		return "**verified** - the digests at hand speak against nothing, and some of the evidence could not be read."
	}
	return "**verified** - the digests at hand speak against nothing, by the checks listed under *Integrity*."
}

// sentence is what stands behind the word of the conclusion.
func sentence(c *incident.Case) inert {
	switch c.Conclusion {
	case incident.Incidents:
		return tally(c)
	case incident.Clean:
		if c.Asked.Narrowed() {
			return "no EC2 launch of what was asked failed because KMS refused a call made for it."
		}
		return "no EC2 launch in this evidence failed because KMS refused a call made for it."
	case incident.Inconclusive:
		return "no incident was found, and the evidence does not show that there was none."
	}
	return "a conclusion that this version does not know."
}

// tally is the incidents in figures: how many of which grade, how many
// launches, and when.
func tally(c *incident.Case) inert {
	var first, last time.Time
	for i := range c.Incidents {
		in := &c.Incidents[i]
		if i == 0 || in.FirstSeen.Before(first) {
			first = in.FirstSeen
		}
		if in.LastSeen.After(last) {
			last = in.LastSeen
		}
	}
	return say("%s, %s%s.", grades(c.Summary), launches(c.Launches()), spell(first, last))
}

// grades is "2 confirmed and 1 possible incident"; the noun goes with the last
// number.
func grades(s incident.Summary) inert {
	var parts []inert
	noun := inert("incidents")
	for _, g := range []struct {
		n     int
		grade inert
	}{{s.Confirmed, "confirmed"}, {s.Probable, "probable"}, {s.Possible, "possible"}} {
		if g.n == 0 {
			continue
		}
		parts = append(parts, number(g.n)+" "+g.grade)
		noun = "incidents"
		if g.n == 1 {
			noun = "incident"
		}
	}
	return say("%s %s", enumerate(parts), noun)
}

// launches keeps apart those that a refusal is tied to and those that it may
// belong to.
func launches(firm, open int) inert {
	switch {
	case open == 0:
		return count(firm, "launch", "launches") + " refused by KMS"
	case firm == 0:
		return count(open, "launch", "launches") + " that KMS may have refused"
	}
	return say("%s refused by KMS and %s more that may have been", count(firm, "launch", "launches"), number(open))
}

// split parts the attempts with a refusal of their own from those of grade
// possible, whose refusal fits another launch as well.
func split(attempts []incident.Attempt) (firm, open []*incident.Attempt) {
	for i := range attempts {
		if a := &attempts[i]; a.Grade == incident.Possible {
			open = append(open, a)
		} else {
			firm = append(firm, a)
		}
	}
	return firm, open
}

// spell says when, with one time where first and last are the same second.
func spell(first, last time.Time) inert {
	switch {
	case first.IsZero():
		return ""
	case first.Equal(last):
		return say(", at %s UTC", at(first))
	}
	return say(", first %s UTC, last %s UTC", at(first), at(last))
}

// enumerate is "a", "a and b" or "a, b and c".
func enumerate(parts []inert) inert {
	n := len(parts)
	if n < 2 {
		return join(parts, "")
	}
	return say("%s and %s", join(parts[:n-1], ", "), parts[n-1])
}
