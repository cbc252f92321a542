package analyze

import (
	"regexp"
	"strings"
	"time"

	"grantrail/analyze/incident"
)

// Suppress marks the incidents that a rule matches, and notes in the case what
// became of each rule. Of several rules that match, the first counts. A rule
// that has expired by now suppresses nothing.
func Suppress(c *incident.Case, rules []incident.Suppression, now time.Time) {
	for _, rule := range rules {
		rule.State = incident.SuppressionUnused
		if !now.Before(rule.Expires) {
			rule.State = incident.SuppressionExpired
		}
		principal := Glob(rule.Match.Principal)
		for i := range c.Incidents {
			in := &c.Incidents[i]
			if rule.State == incident.SuppressionExpired || !matches(&rule.Match, principal, in) {
				continue
			}
			rule.State = incident.SuppressionUsed
			if in.Suppressed == nil {
				in.Suppressed = &incident.Suppressed{Owner: rule.Owner, Reason: rule.Reason, Expires: rule.Expires}
				c.Summary.Suppressed++
			}
		}
		c.Suppressions = append(c.Suppressions, rule)
	}
}

func matches(m *incident.Match, principal *regexp.Regexp, in *incident.Incident) bool {
	key := deref(in.Key.ARN)
	return agrees(m.ID, in.ID) && agrees(m.Account, in.Account) && agrees(m.Region, in.Region) && agrees(m.Cause, in.Cause.Code) &&
		(m.Principal == "" || principal.MatchString(in.Principal.ARN)) &&
		(m.Key == "" || strings.EqualFold(m.Key, key) || strings.HasSuffix(strings.ToLower(key), "/"+strings.ToLower(m.Key)))
}

func agrees(want, have string) bool { return want == "" || want == have }
