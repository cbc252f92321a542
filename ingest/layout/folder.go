package layout

import (
	"regexp"
	"strings"
	"sync"
	"time"
)

// Level is how deep inside the layout a folder stands, and so what its folders are.
type Level int

// The levels. Of services it knows CloudTrail and AWS Config.
const (
	Outside        Level = iota // no layout so far
	InRoot                      // AWSLogs/: organisations and accounts
	InOrganisation              // AWSLogs/o-.../: accounts
	InAccount                   // .../ACCOUNT/: services
	InTrail                     // .../CloudTrail/, and those whose names begin so: regions
	InConfig                    // .../Config/: regions
	InRegion                    // .../CloudTrail/REGION/: days
	InConfigRegion              // .../Config/REGION/: days that are not padded
	Flat                        // anything
)

var (
	organisation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^o-[a-z0-9]{10,32}$`) })
	account      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{12}$`) })
	region       = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d+$`) })
)

// IsAccount reports whether a folder's name is that of an account.
func IsAccount(name string) bool { return account().MatchString(name) }

// IsRegion reports whether a folder's name is that of a region.
func IsRegion(name string) bool { return region().MatchString(name) }

// LevelOf is where a folder stands: a prefix that ends in a slash or is empty. The
// last root of several counts.
func LevelOf(prefix string) Level {
	l := Outside
	for name := range strings.SplitSeq(strings.TrimSuffix(prefix, "/"), "/") {
		l = l.next(name)
	}
	return l
}

// next is the level of a folder of this one, outside the layout as well.
func (l Level) next(name string) Level {
	switch {
	case name == root:
		return InRoot
	case l == Outside:
		return Outside
	}
	return l.Below(name)
}

// Below is the level of a folder of this one, inside the layout.
func (l Level) Below(name string) Level {
	switch {
	case l == InRoot && organisation().MatchString(name):
		return InOrganisation
	case (l == InRoot || l == InOrganisation) && IsAccount(name):
		return InAccount
	case l == InAccount && name == "Config":
		return InConfig
	case l == InAccount && strings.HasPrefix(name, "CloudTrail"):
		return InTrail
	case l == InTrail && IsRegion(name):
		return InRegion
	case l == InConfig && IsRegion(name):
		return InConfigRegion
	}
	return Flat
}

// DayFolder is the folder of a day, below CloudTrail's of a region.
func DayFolder(at time.Time) string { return at.Format(dayFormat) + "/" }

// ConfigDayFolder is the folder of a day, below AWS Config's of a region.
func ConfigDayFolder(at time.Time) string { return at.Format("2006/1/2/") }

var inDay = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|/)(\d{4}/\d{2}/\d{2})/[^/]*$`) })

// Day is the folder of the day that a file is in, as YYYY/MM/DD, or "". The digits
// need be no day.
func Day(p string) string {
	if m := inDay().FindStringSubmatch(slashed(p)); m != nil {
		return m[1]
	}
	return ""
}

// RegionDay is the folder of a region in which a remote object lies, with its final
// slash, and its day of delivery; "" where there is none that is [InRegion], and so
// listed by its days. In whatever folders of the day it lies, it is of that day.
func RegionDay(uri string) (folder string, day time.Time) {
	if !strings.Contains(uri, "://") {
		return "", day
	}
	l, at := Outside, 0
	for l != InRegion {
		name, _, isFolder := strings.Cut(uri[at:], "/")
		if !isFolder {
			return "", day
		}
		l, at = l.next(name), at+len(name)+1
	}
	if len(uri)-at <= len(dayFormat) || uri[at+len(dayFormat)] != '/' {
		return "", day
	}
	day, err := time.Parse(dayFormat, uri[at:at+len(dayFormat)])
	if err != nil {
		return "", time.Time{}
	}
	return uri[:at], day
}
