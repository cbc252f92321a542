package analyze

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// wantsPlace reports whether an account and region were asked for.
func (o *Options) wantsPlace(account, region string) bool {
	return (len(o.Accounts) == 0 || slices.Contains(o.Accounts, account)) &&
		(len(o.Regions) == 0 || slices.Contains(o.Regions, region))
}

// wantsTime reports whether a time is inside the asked range.
func (o *Options) wantsTime(t time.Time) bool {
	return (o.From.IsZero() || !t.Before(o.From)) && (o.To.IsZero() || t.Before(o.To))
}

// wantsPrincipal matches any of a principal's spellings.
func (o *Options) wantsPrincipal(arns ...string) bool {
	return len(o.Principals) == 0 || slices.ContainsFunc(o.globs, func(re *regexp.Regexp) bool {
		return slices.ContainsFunc(arns, re.MatchString)
	})
}

// compile makes the globs ready: they are asked of every launch and refusal.
func (o *Options) compile() {
	o.globs = nil
	for _, pattern := range o.Principals {
		o.globs = append(o.globs, Glob(pattern))
	}
}

// Glob is an ARN pattern: * is any run of characters, / included, and ? any
// one, as in IAM policies.
func Glob(pattern string) *regexp.Regexp {
	q := regexp.QuoteMeta(pattern)
	q = strings.ReplaceAll(strings.ReplaceAll(q, `\*`, `.*`), `\?`, `.`)
	return regexp.MustCompile(`(?s)^` + q + `$`)
}

// wantsKey matches a key by its ARN or its id.
func (o *Options) wantsKey(arn string) bool {
	if len(o.Keys) == 0 {
		return true
	}
	_, id, _ := strings.Cut(arn, ":key/")
	return slices.ContainsFunc(o.Keys, func(k string) bool {
		return strings.EqualFold(k, arn) || id != "" && strings.EqualFold(k, id)
	})
}

// wantsInstance reports whether any of these instances was asked for.
func (o *Options) wantsInstance(ids ...string) bool {
	return len(o.Instances) == 0 || slices.ContainsFunc(ids, func(id string) bool {
		return slices.ContainsFunc(o.Instances, func(want string) bool { return strings.EqualFold(want, id) })
	})
}
