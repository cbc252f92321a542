package s3source

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"grantrail/ingest"
)

// root is the folder under which AWS services deliver logs.
const root = "AWSLogs"

var (
	organisation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^o-[a-z0-9]{10,32}$`) })
	account      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{12}$`) })
	region       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d+$`) })
)

// level is how deep inside a layout a prefix stands, and so what its folders
// are.
type level int

const (
	outside  level = iota // no layout so far
	inRoot                // AWSLogs/: organisations and accounts
	inOrg                 // AWSLogs/o-…/: accounts
	inOwner               // …/ACCOUNT/: services
	inTrail               // …/CloudTrail/: regions
	inConfig              // …/Config/: regions, whose days are not padded
	inRegion              // …/CloudTrail/REGION/: days
	inConfigRegion
	flat // anything: listed as it is
)

// levelOf is where a folder stands. A prefix ends in a slash or is empty.
func levelOf(prefix string) level {
	names := strings.Split(strings.TrimSuffix(prefix, "/"), "/")
	at := -1
	for i, name := range names {
		if name == root {
			at = i
		}
	}
	if at < 0 {
		return outside
	}
	l := inRoot
	for _, name := range names[at+1:] {
		l = l.below(name)
	}
	return l
}

// below is the level of a folder of this one.
func (l level) below(name string) level {
	switch {
	case l == inRoot && organisation().MatchString(name):
		return inOrg
	case (l == inRoot || l == inOrg) && account().MatchString(name):
		return inOwner
	case l == inOwner && name == "Config":
		return inConfig
	case l == inOwner && strings.HasPrefix(name, "CloudTrail"):
		return inTrail
	case l == inTrail && region().MatchString(name):
		return inRegion
	case l == inConfig && region().MatchString(name):
		return inConfigRegion
	}
	return flat
}

// leftOut says why a folder of a level cannot hold what is asked for, or "".
func (l level) leftOut(name string, scope *ingest.Scope) string {
	switch {
	case (l == inRoot || l == inOrg) && account().MatchString(name) && !allows(scope.Accounts, name):
		return "another account than asked for"
	case l == inOwner && l.below(name) == flat:
		return "logs of another service"
	case (l == inTrail || l == inConfig) && region().MatchString(name) && !allows(scope.Regions, name) && !global(name):
		return "another region than asked for"
	}
	return ""
}

func allows(asked []string, name string) bool { return len(asked) == 0 || slices.Contains(asked, name) }

// global tells the regions in which a partition logs the calls that have no
// region: IAM, the organisation.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events
func global(region string) bool {
	switch region {
	case "us-east-1", "us-gov-west-1", "cn-north-1", "us-iso-east-1", "us-isob-east-1":
		return true
	}
	return false
}

// days is a range of days of delivery, inclusive; a zero end is open.
type days struct{ first, last time.Time }

const day = 24 * time.Hour

// dayFormat is how a day's folder is spelt under a region.
const dayFormat = "2006/01/02/"

// daysOf are the days in which the files with the asked events can have been
// delivered: never before the event, and late by no more than the overlap.
func daysOf(scope *ingest.Scope, overlap time.Duration) (d days) {
	if !scope.From.IsZero() {
		d.first = scope.From.UTC().Truncate(day)
	}
	if !scope.To.IsZero() {
		d.last = scope.To.UTC().Add(overlap).Truncate(day)
	}
	return d
}

func (d days) bounded() bool { return !d.first.IsZero() || !d.last.IsZero() }

// String says what the range leaves out.
func (d days) String() string {
	switch {
	case d.first.IsZero():
		return fmt.Sprintf("days after %s", d.last.Format(time.DateOnly))
	case d.last.IsZero():
		return fmt.Sprintf("days before %s", d.first.Format(time.DateOnly))
	}
	return fmt.Sprintf("days before %s and after %s", d.first.Format(time.DateOnly), d.last.Format(time.DateOnly))
}

// after is the key behind which the first day begins, in a folder of padded
// days, and before the prefix at which the range is over; "" where open.
func (d days) bounds(folder string) (after, before string) {
	if !d.first.IsZero() {
		after = folder + d.first.Format(dayFormat)
	}
	if !d.last.IsZero() {
		before = folder + d.last.Add(day).Format(dayFormat)
	}
	return after, before
}

// folders are the days one by one, not padded as AWS Config writes them, or
// false where there are too many for a request each.
func (d days) folders(folder string) ([]string, bool) {
	if d.first.IsZero() || d.last.IsZero() || d.last.Sub(d.first) > 62*day {
		return nil, false
	}
	var out []string
	for at := d.first; !at.After(d.last); at = at.Add(day) {
		out = append(out, folder+at.Format("2006/1/2/"))
	}
	return out, true
}
