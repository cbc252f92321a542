package analyze

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
)

func summarise(c *incident.Case) incident.Summary {
	sum := incident.Summary{Incidents: len(c.Incidents), Unlinked: len(c.Unlinked)}
	shared := map[incident.Ref]bool{} // refusals that fit several launches
	for i := range c.Incidents {
		switch c.Incidents[i].Grade {
		case incident.Confirmed:
			sum.Confirmed++
		case incident.Probable:
			sum.Probable++
		case incident.Possible:
			sum.Possible++
		}
		sum.Attempts += len(c.Incidents[i].Attempts)
		for j := range c.Incidents[i].Attempts {
			denials := c.Incidents[i].Attempts[j].Denials
			for k := range denials {
				if denials[k].Candidates > 1 {
					shared[denials[k].Ref] = true
				} else {
					sum.Denials++
				}
			}
		}
	}
	sum.Denials += len(shared)
	return sum
}

// conclude gives the one word and its reasons. Clean is a claim about the
// whole of what was asked, and needs evidence that could be read for it.
func conclude(c *incident.Case, opt *Options, of found, outsiders []string) (incident.Conclusion, []string) {
	doubts := doubts(c, opt)
	if !of.launched && len(opt.Principals)+len(opt.Instances) > 0 && len(c.Incidents) == 0 {
		doubts = append(doubts, "No launch in the archive is of the asked principals and instances.")
	}
	if !of.used {
		doubts = append(doubts, "No use of the asked keys for EC2 is in the archive.")
	}
	if of.unnamed > 0 {
		doubts = append(doubts, fmt.Sprintf("%s of a launch %s no key, and may be of those asked.", count(of.unnamed, "refused KMS call"), plural(of.unnamed, "names", "name")))
	}
	if of.unknown > 0 {
		doubts = append(doubts, fmt.Sprintf("%s that KMS refused a call for %s no instance, and may be of those asked.", count(of.unknown, "launch"), plural(of.unknown, "names", "name")))
	}
	if of.locked > 0 {
		doubts = append(doubts, fmt.Sprintf("EBS says of %s that the key could not be used, and no refused call is about %s.", count(of.locked, "volume"), plural(of.locked, "it", "them")))
	}
	switch {
	case len(c.Incidents) > 0:
		return incident.Incidents, doubts
	case len(doubts) > 0:
		return incident.Inconclusive, doubts
	}
	reasons := []string{fmt.Sprintf(
		"%s read whole, %s of %s; every account and region with launches shows KMS records too.",
		plural(c.Custody.Objects.Read, "The one object that holds evidence was", fmt.Sprintf("All %d objects that hold evidence were", c.Custody.Objects.Read)),
		count(c.Custody.Records.Seen, "record"), places(len(c.Custody.Coverage)))}
	if text, ok := short(&c.Custody, opt); ok {
		reasons = append(reasons, text)
	}
	if len(outsiders) > 0 {
		reasons = append(reasons, fmt.Sprintf("Keys of this archive are used from %s %s, whose own logs are not in it: a refusal there is logged only there.",
			plural(len(outsiders), "account", "accounts"), strings.Join(outsiders, ", ")))
	}
	if f := c.Custody.Forgotten; f != nil {
		reasons = append(reasons, fmt.Sprintf("What was delivered before %s was dropped from the state and is not part of this.", f.Before.Format(time.RFC3339)))
	}
	replaced := map[string]bool{}
	for _, w := range c.Custody.Warnings {
		if w.Kind == custody.KindReplaced {
			replaced[w.Object] = true
		}
	}
	if n := len(replaced); n > 0 {
		reasons = append(reasons, fmt.Sprintf("%s that %s read before %s something else now; what %s held is gone.",
			count(n, "object"), plural(n, "was", "were"), plural(n, "holds", "hold"), plural(n, "it", "they")))
	}
	return incident.Clean, reasons
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

func places(n int) string {
	if n == 1 {
		return "one account and region"
	}
	return fmt.Sprintf("%d accounts and regions", n)
}

// doubts are the reasons for which nothing found does not mean nothing there.
func doubts(c *incident.Case, opt *Options) []string {
	out := unreadable(&c.Custody)
	forwarded, outside := 0, 0
	for _, u := range c.Unlinked {
		switch u.Why {
		case whyNoLaunch:
			forwarded++
		case whyOutside:
			outside++
		}
	}
	if outside > 0 {
		out = append(out, fmt.Sprintf("%s to a launch outside the asked time.", belongs(outside)))
	}
	if forwarded > 0 {
		out = append(out, fmt.Sprintf("%s that EC2 forwarded %s no launch in the archive.", count(forwarded, "refused KMS call"), plural(forwarded, "has", "have")))
	}
	telling := 0
	for i := range c.Unexplained {
		if stop := &c.Unexplained[i].Stop; stop.Source == incident.FromInterfaceCleanup || failures[deref(stop.StateReason)] {
			telling++
		}
	}
	if telling > 0 {
		out = append(out, fmt.Sprintf("%s did not stay up, as where KMS refuses a call, and no refused call explains it.", count(telling, "launched instance")))
	}
	return append(out, uncovered(&c.Custody, opt)...)
}

func unreadable(m *custody.Manifest) []string {
	out := []string{}
	add := func(n int, what, verb string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%s %s.", count(n, what), verb))
		}
	}
	add(m.Objects.Unread, "object", "could not be read")
	add(m.Objects.Partial, "object", "could be read in part only")
	add(m.Records.Refused, "record", "could not be placed and had to be refused")
	if n := m.Integrity.Failures(); n > 0 {
		out = append(out, fmt.Sprintf("Digests speak against %s of the evidence: altered, planted, moved or missing.", count(n, "object")))
	}
	add(m.Other.Refused, "item of other evidence", "could not be placed and had to be refused")
	return out
}

// uncovered looks for what was asked and is not in the archive.
func uncovered(m *custody.Manifest, opt *Options) []string {
	var out []string
	inside := false
	for _, cov := range m.Coverage {
		if !opt.wantsPlace(cov.Account, cov.Region) {
			continue
		}
		inside = inside || overlaps(cov, opt)
		if cov.Launches > 0 && cov.KMSRecords == 0 {
			out = append(out, fmt.Sprintf("Account %s in %s shows %s and not one KMS record: its trail may leave KMS events out.",
				cov.Account, cov.Region, count(cov.Launches, "launch")))
		}
	}
	switch {
	case m.Records.Seen == 0 && m.Forgotten != nil:
		out = append(out, fmt.Sprintf("Every CloudTrail record that was read was delivered before %s, and is dropped for its age.", m.Forgotten.Before.Format(time.RFC3339)))
	case m.Records.Seen == 0:
		out = append(out, "Not one CloudTrail record was read.")
	case !inside:
		out = append(out, "No record of the archive lies in what was asked.")
	default:
		out = append(out, missing(m, opt)...)
	}
	return out
}

// missing names the asked accounts and regions of which nothing is in the archive.
func missing(m *custody.Manifest, opt *Options) (out []string) {
	there := func(account, region string) bool {
		return slices.ContainsFunc(m.Coverage, func(cov custody.Coverage) bool {
			return (account == "" || cov.Account == account) && (region == "" || cov.Region == region) &&
				opt.wantsPlace(cov.Account, cov.Region) && overlaps(cov, opt)
		})
	}
	for _, account := range opt.Accounts {
		if !there(account, "") {
			out = append(out, fmt.Sprintf("No record of account %s lies in what was asked.", account))
		}
	}
	for _, region := range opt.Regions {
		if !there("", region) {
			out = append(out, fmt.Sprintf("No record of region %s lies in what was asked.", region))
		}
	}
	return out
}

// overlaps reports whether records lie in what was asked: not where all of it falls
// into hours without any.
func overlaps(cov custody.Coverage, opt *Options) bool {
	within := cov.From != nil && (opt.To.IsZero() || cov.From.Before(opt.To)) &&
		(opt.From.IsZero() || !cov.To.Before(opt.From))
	return within && (opt.From.IsZero() || opt.To.IsZero() ||
		!slices.ContainsFunc(cov.Gaps, func(g custody.Gap) bool { return !g.From.After(opt.From) && !g.To.Before(opt.To) }))
}

// short says how far the records reach where that is less than what was asked, by
// more than the hour in which there may have been none.
func short(m *custody.Manifest, opt *Options) (string, bool) {
	var all custody.Span
	for _, cov := range m.Coverage {
		if opt.wantsPlace(cov.Account, cov.Region) {
			all.Merge(custody.Span{First: cov.From, Last: cov.To})
		}
	}
	if all.First == nil ||
		(opt.From.IsZero() || all.First.Sub(opt.From) <= time.Hour) && (opt.To.IsZero() || opt.To.Sub(*all.Last) <= time.Hour) {
		return "", false
	}
	return fmt.Sprintf("The archive's records reach from %s to %s: of the rest of the asked time this says nothing.",
		all.First.Format(time.RFC3339), all.Last.Format(time.RFC3339)), true
}

func count(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case what == "launch":
		return fmt.Sprintf("%d launches", n)
	case what == "item of other evidence":
		return fmt.Sprintf("%d items of other evidence", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func belongs(n int) string {
	if n == 1 {
		return "1 refused KMS call belongs"
	}
	return fmt.Sprintf("%d refused KMS calls belong", n)
}
