package analyze

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"grantrail/analyze/incident"
)

// maxTriggers is the most changes named as candidates.
const maxTriggers = 3

// candidate is a change that fits a story.
type candidate struct {
	row int
	fit fit
	why string
}

// candidates are the changes in (after, before] that fit, the best first, the
// latest first among equals: what broke a thing is most often what was last
// done to it. A mending change is the last one too.
func (r *reporter) candidates(st *story, d direction, after, before int64) []candidate {
	var out []candidate
	for _, row := range r.s.changesIn(after, before) {
		if f, why := r.s.judge(row, st, d); f > unfit {
			out = append(out, candidate{row, f, why})
		}
	}
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(b.fit, a.fit) })
	return out
}

// changesIn are the rows of the changes in (after, before]. They are in time
// order.
func (s *scan) changesIn(after, before int64) []int {
	from := sort.Search(len(s.changes), func(i int) bool { return s.t.Nanos(s.changes[i]) > after })
	to := sort.Search(len(s.changes), func(i int) bool { return s.t.Nanos(s.changes[i]) > before })
	return s.changes[from:max(from, to)]
}

// trigger names the best candidate for what broke the launches, and what was
// searched for it: between the last success, or the start of the archive, and
// the first refusal.
func (r *reporter) trigger(st *story, after int64) (*incident.Trigger, string) {
	found := r.candidates(st, breaking, after, st.broken)
	search := r.searched(st, after, len(found))
	if len(found) == 0 {
		return nil, search
	}
	found = found[:min(maxTriggers, len(found))]
	best := r.named(st, after, found[0])
	for _, c := range found[1:] {
		best.Others = append(best.Others, r.named(st, after, c))
	}
	return &best, search
}

func (r *reporter) named(st *story, after int64, c candidate) incident.Trigger {
	text := fmt.Sprintf("Candidate: %s, %s before the first refusal", c.why,
		time.Duration(st.broken-r.s.t.Nanos(c.row)).Round(time.Second))
	if after > 0 {
		text += " and after the last success"
	}
	switch {
	case st.inferred && r.s.t.Source(c.row) == "kms.amazonaws.com":
		text += "; the refusals name no key, and this is the one that the instances are known to use"
	case c.fit == weak && r.s.t.Source(c.row) == "kms.amazonaws.com" && r.s.t.Region(c.row) != st.region:
		text += "; it is on another region's replica of this multi-Region key, which has a policy and a state of its own"
	case c.fit == weak:
		text += "; whether it reaches this principal or key is not in the logs"
	}
	return incident.Trigger{
		Ref: r.ref(c.row), Action: strings.Clone(r.s.t.Name(c.row)), By: r.by(c.row),
		Statement: text + ".", Others: []incident.Trigger{},
	}
}

// searched says what of the archive was looked through, and what is not there
// to be looked through: IAM is logged in us-east-1 (or its partition's own
// region) and the organisation's policies in the management account.
func (r *reporter) searched(st *story, after int64, found int) string {
	n := len(r.s.changesIn(after, st.broken))
	since := "the start of the archive"
	if after > 0 {
		since = "the last success at " + time.Unix(0, after).UTC().Format(time.RFC3339)
	}
	text := fmt.Sprintf("Searched %s between %s and the first refusal; %d fit.", count(n, "change"), since, found)
	switch {
	case found > 0:
	case strings.HasPrefix(st.cause, "session"):
		text += " Session policies leave no change in IAM: look at the AssumeRole call."
	case strings.HasPrefix(st.cause, "scp"), strings.HasPrefix(st.cause, "rcp"):
		if !r.s.iam().organised {
			text += " The archive has no change of the organisation's policies: those are logged in the management account."
		}
	case strings.HasPrefix(st.cause, "identity"), strings.HasPrefix(st.cause, "boundary"):
		if !r.s.iam().accounts[st.owner] {
			text += " The archive has no IAM change of this account: those are logged in us-east-1."
		}
	}
	return text
}
