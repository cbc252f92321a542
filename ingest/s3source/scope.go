package s3source

import (
	"fmt"
	"slices"
	"time"

	"grantrail/ingest"
	"grantrail/ingest/layout"
)

// leftOut says why a folder below a level cannot hold what is asked for, or "".
func leftOut(l layout.Level, name string, scope *ingest.Scope) string {
	switch {
	case (l == layout.InRoot || l == layout.InOrganisation) && layout.IsAccount(name) && !allows(scope.Accounts, name):
		return "another account than asked for"
	case l == layout.InAccount && l.Below(name) == layout.Flat:
		return "logs of another service"
	case (l == layout.InTrail || l == layout.InConfig) && layout.IsRegion(name) && !allows(scope.Regions, name) && !global(name):
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
		after = folder + layout.DayFolder(d.first)
	}
	if !d.last.IsZero() {
		before = folder + layout.DayFolder(d.last.Add(day))
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
		out = append(out, folder+layout.ConfigDayFolder(at))
	}
	return out, true
}
