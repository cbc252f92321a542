package report

import (
	"slices"
	"strings"

	"grantrail/analyze/incident"
)

// claim is a limit of the report, and the cases that it matters to.
type claim struct {
	text    inert
	matters func(*incident.Case) bool
}

// claims are in the order in which a reader meets what they qualify.
var claims = []claim{
	{
		"A shared request ID is strong evidence that a refusal belongs to a launch. AWS documents no promise of it.",
		func(c *incident.Case) bool { return anyAttempt(c, joinedBy("request-id")) },
	},
	{
		"A tie by principal and time alone is circumstantial: the same caller, near in time, and no identifier in common.",
		func(c *incident.Case) bool { return anyAttempt(c, joinedBy("principal-time")) },
	},
	{
		"A *possible* launch is not known to have failed: its refusal fits another launch as well.",
		func(c *incident.Case) bool { return anyAttempt(c, graded(incident.Possible)) },
	},
	{
		"A *probable* launch may have stayed up: CloudTrail has no record of a stop that EC2 makes by itself.",
		func(c *incident.Case) bool { return anyAttempt(c, graded(incident.Probable)) },
	},
	{
		"An inferred stop is not a recorded one. The next call found the instance down and no call in the archive had stopped it; a shutdown from inside the instance, a host failure or a missing record look the same.",
		func(c *incident.Case) bool { return stopSeenBy(c, incident.FromImplied) },
	},
	{
		"The deletion of a network interface shows that EC2 gave a new instance up. It is not a record of the stop.",
		func(c *incident.Case) bool { return stopSeenBy(c, incident.FromInterfaceCleanup) },
	},
	{
		"KMS names one kind of policy even where several refuse, and *explicit deny* in a service control policy can be a missing allow. After a fix, the next start may meet the next refusal.",
		func(c *incident.Case) bool { return anyIncident(c, policyCause) },
	},
	{
		"A trigger is a candidate: a change of the right kind at the right time. It is not shown to be the cause.",
		func(c *incident.Case) bool {
			return anyIncident(c, func(in *incident.Incident) bool { return in.Trigger != nil })
		},
	},
	{
		"A resolution shows that the call worked again, or a change that fits. It is not shown to be the fix.",
		func(c *incident.Case) bool {
			return anyIncident(c, func(in *incident.Incident) bool { return in.Resolution != nil })
		},
	},
	{
		"A trail can leave KMS events out, and a refusal for a key of another account is in the caller's logs only. What is not in these logs may have happened all the same.",
		func(*incident.Case) bool { return true },
	},
	{
		"No integrity check was made. Nothing here shows that these files are as CloudTrail delivered them.",
		func(c *incident.Case) bool { return !c.Custody.Integrity.Checked },
	},
}

// writeClaims is the limits that matter to this case.
func writeClaims(p *page, c *incident.Case) {
	p.heading(2, "What this report does not claim")
	var items []inert
	for _, claim := range claims {
		if claim.matters(c) {
			items = append(items, claim.text)
		}
	}
	p.list(items)
}

func anyIncident(c *incident.Case, match func(*incident.Incident) bool) bool {
	return anyOf(c.Incidents, match)
}

func anyAttempt(c *incident.Case, match func(*incident.Attempt) bool) bool {
	return anyIncident(c, func(in *incident.Incident) bool { return anyOf(in.Attempts, match) })
}

// anyOf is slices.ContainsFunc for what is too large to be copied each time.
func anyOf[T any](all []T, match func(*T) bool) bool {
	for i := range all {
		if match(&all[i]) {
			return true
		}
	}
	return false
}

func joinedBy(way string) func(*incident.Attempt) bool {
	return func(a *incident.Attempt) bool { return slices.Contains(a.JoinedBy, way) }
}

func graded(g incident.Grade) func(*incident.Attempt) bool {
	return func(a *incident.Attempt) bool { return a.Grade == g }
}

// stopSeenBy looks at every stop of the case, explained or not.
func stopSeenBy(c *incident.Case, source string) bool {
	seen := func(i incident.Instance) bool { return i.Stop != nil && i.Stop.Source == source }
	return anyAttempt(c, func(a *incident.Attempt) bool { return slices.ContainsFunc(a.Instances, seen) }) ||
		anyOf(c.Unexplained, func(u *incident.Unexplained) bool { return u.Stop.Source == source })
}

// policyCause reports whether KMS gave a policy as the reason.
func policyCause(in *incident.Incident) bool {
	return strings.HasSuffix(in.Cause.Code, "-missing") || strings.HasSuffix(in.Cause.Code, "-deny")
}
