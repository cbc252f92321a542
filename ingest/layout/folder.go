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

// LevelOf is where a folder stands: a prefix that ends in a slash or is empty.
func LevelOf(prefix string) Level {
	names := strings.Split(strings.TrimSuffix(prefix, "/"), "/")
	at := -1
	for i, name := range names {
		if name == Root {
			at = i
		}
	}
	if at < 0 {
		return Outside
	}
	l := InRoot
	for _, name := range names[at+1:] {
		l = l.Below(name)
	}
	return l
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

var (
	dayFolder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|/)(\d{4}/\d{2}/\d{2})/[^/]*$`) })
	remoteDay = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z0-9]+://.*/CloudTrail[^/]*/[a-z0-9-]+/)(\d{4}/\d{2}/\d{2})/`)
	})
)

// Day is the folder of the day that a file is in, as YYYY/MM/DD, or "". The digits
// need be no day.
func Day(p string) string {
	if m := dayFolder().FindStringSubmatch(slashed(p)); m != nil {
		return m[1]
	}
	return ""
}

// RegionDay is the folder of a region in which a remote object lies, with its final
// slash, and its day of delivery; "" where the URI is of no such layout.
func RegionDay(uri string) (folder string, day time.Time) {
	if !strings.Contains(uri, "://") {
		return "", day
	}
	m := remoteDay().FindStringSubmatch(uri)
	if m == nil {
		return "", day
	}
	at, err := time.Parse(DayFormat, m[2])
	if err != nil {
		return "", day
	}
	return m[1], at
}
