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
	pos int // in scan.changes
	fit fit
	why string
}

// candidates are the best of the changes in (after, before] that fit, at most
// maxTriggers, and how many fit in all. The best come first, and the latest
// first among equals: what broke a thing is most often what was last done to
// it. A mending change is the last one too.
func (r *reporter) candidates(st *story, d direction, after, before int64) (best []candidate, n int) {
	from, to := r.s.changesIn(after, before)
	if from == to {
		return nil, 0
	}
	r.s.frames(st, d, func(f frame) {
		on := r.s.shelf(f, st)
		if on == nil {
			return
		}
		for fit := strong; fit > unfit; fit-- {
			in := within(on[fit], from, to)
			n += len(in)
			for _, v := range in[max(0, len(in)-maxTriggers):] {
				best = append(best, candidate{r.s.changes[v.pos], v.pos, fit, v.why})
			}
		}
	})
	slices.SortFunc(best, func(a, b candidate) int { return cmp.Or(cmp.Compare(b.fit, a.fit), cmp.Compare(b.pos, a.pos)) })
	return best[:min(maxTriggers, len(best))], n
}

// changesIn are the changes in (after, before], as a range of s.changes, which
// are in time order.
func (s *scan) changesIn(after, before int64) (from, to int) {
	from = sort.Search(len(s.changes), func(i int) bool { return s.t.Nanos(s.changes[i]) > after })
	to = sort.Search(len(s.changes), func(i int) bool { return s.t.Nanos(s.changes[i]) > before })
	return from, max(from, to)
}

// trigger names the best candidate for what broke the launches, and what was
// searched for it: between the last success, or the start of the archive, and
// the first refusal.
//
// What was changed in the second of the last success may have been changed after it:
// a second's events have no order.
func (r *reporter) trigger(st *story, after int64) (*incident.Trigger, string) {
	found, n := r.candidates(st, breaking, max(after, r.s.restored(st))-1, st.broken)
	search := r.searched(st, after, n)
	if len(found) == 0 {
		return nil, search
	}
	best := r.named(st, after, found[0])
	for _, c := range found[1:] {
		best.Others = append(best.Others, r.named(st, after, c))
	}
	return &best, search
}

// restoring are the calls that undo, by cause, what was done to a key's state before.
var restoring = map[string]string{keyDisabled: "EnableKey", keyPending: "CancelKeyDeletion"}

// restored is when the story's key was last brought back before the first refusal: what
// had put it out of use by then is undone, and broke nothing that came after.
func (s *scan) restored(st *story) int64 {
	call, ok := restoring[st.cause]
	if !ok || st.key == "" {
		return 0
	}
	for _, pos := range slices.Backward(s.bearings()[bearing{on: onKey, name: sameAs(st.key)}]) {
		row := s.changes[pos]
		if s.t.Name(row) == call && s.keyOf(row) == st.key && s.t.Nanos(row) <= st.broken {
			return s.t.Nanos(row)
		}
	}
	return 0
}

func (r *reporter) named(st *story, after int64, c candidate) incident.Trigger {
	text := fmt.Sprintf("Candidate: %s, %s before the first refusal", c.why,
		time.Duration(st.broken-r.s.t.Nanos(c.row)).Round(time.Second))
	switch {
	case after > 0 && r.s.t.Nanos(c.row) == after:
		text += " and in the second of the last success"
	case after > 0:
		text += " and after the last success"
	}
	switch {
	case st.inferred && r.s.t.Source(c.row) == "kms.amazonaws.com":
		text += "; the refusals name no key, and this is the one that the instances are known to use"
	case c.fit == weak && r.s.t.Source(c.row) == "kms.amazonaws.com" && r.s.t.Region(c.row) != st.region:
		text += "; it is on another region's replica of this multi-Region key, which has a policy and a state of its own"
	case c.fit == weak && r.s.t.Name(c.row) == "PutKeyPolicy":
		text += "; the record has the new policy, which shows whether it does"
	case c.fit == weak:
		text += "; whether it reaches this principal or key is not in the logs"
	}
	return incident.Trigger{
		Ref: r.ref(c.row), Action: strings.Clone(r.s.t.Name(c.row)), By: r.by(c.row),
		Statement: text + ".", Others: []incident.Trigger{},
	}
}

// searched says what of the archive was looked through, and what is not there
// to be looked through: IAM is logged in its partition's home region, and the
// organisation's policies in the management account.
func (r *reporter) searched(st *story, after int64, found int) string {
	from, to := r.s.changesIn(after-1, st.broken)
	since := "the start of the archive"
	if !r.opt.From.IsZero() {
		since = "the start of the asked time" // of which no more is read than a margin before it
	}
	if after > 0 {
		since = "the last success at " + time.Unix(0, after).UTC().Format(time.RFC3339)
	}
	text := fmt.Sprintf("Searched %s between %s and the first refusal; %d fit.", count(to-from, "change"), since, found)
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
			text += " The archive has no IAM change of this account: those are logged in " + homeOf(partitionOf(st.arn)) + "."
		}
	}
	return text
}

// homeOf is the region in which a partition logs IAM's calls.
func homeOf(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	case "aws-iso":
		return "us-iso-east-1"
	case "aws-iso-b":
		return "us-isob-east-1"
	}
	return "us-east-1"
}
