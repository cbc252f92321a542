package digest

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// base is the file name by which copies are found: without the folder, and
// without the ending that a browser takes off with the compression.
func base(p string) string {
	p = strings.ReplaceAll(p, `\`, "/")
	return strings.TrimSuffix(path.Base(p), ".gz")
}

const root = "AWSLogs/"

// FromRoot is a path, or the URI of a key, from the layout's root on, and
// whether it has one: what copies under other roots and buckets share.
func FromRoot(p string) (string, bool) {
	p = strings.ReplaceAll(p, `\`, "/")
	if i := strings.LastIndex(p, root); i >= 0 && (i == 0 || p[i-1] == '/') {
		return p[i:], true
	}
	return p, false
}

// tail is the same without the ending that a browser takes off.
func tail(p string) (string, bool) {
	p, rooted := FromRoot(p)
	return strings.TrimSuffix(p, ".gz"), rooted
}

var dayFolder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|/)(\d{4}/\d{2}/\d{2})/[^/]*$`) })

// inPlace reports whether a file can be the copy of a key under another root.
// Where the copy has lost the layout's root, only its day can disagree.
func inPlace(file, key string) bool {
	have, rooted := tail(file)
	want, layout := tail(key)
	if rooted && layout {
		return have == want
	}
	a, b := dayOf(have), dayOf(want)
	return a == "" || b == "" || a == b
}

// dayOf is the folder of the day that a path is in, or "".
func dayOf(p string) string {
	if m := dayFolder().FindStringSubmatch(p); m != nil {
		return m[1]
	}
	return ""
}

// where is the account, region and time of delivery that a log file's name and
// folder tell.
type where struct {
	account, region string
	from, to        time.Time // half-open
}

var (
	logName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4}(?:\d{2})?)Z[^/]*\.json$`)
	})
	logFolder = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|/)(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4}/\d{2}/\d{2})/[^/]*$`)
	})
)

// LogNamed reports whether a file's name is that of a CloudTrail log file.
func LogNamed(p string) bool { return logName().MatchString(base(p)) }

// nameTime is how a digest's name spells its end.
const nameTime = "20060102T150405Z"

// Delivered is the time by which a log file or digest was delivered, as its name
// tells.
func Delivered(p string) (at time.Time, ok bool) {
	if m := name().FindStringSubmatch(path.Base(strings.ReplaceAll(p, `\`, "/"))); m != nil {
		at, err := time.Parse(nameTime, m[4])
		return at, err == nil
	}
	if m := logName().FindStringSubmatch(base(p)); m == nil {
		return at, false
	}
	w, ok := whereOf(p)
	return w.to, ok
}

func whereOf(p string) (w where, ok bool) {
	if m := logName().FindStringSubmatch(base(p)); m != nil {
		layout, step := "20060102T1504", time.Minute
		if len(m[3]) > len(layout) {
			layout, step = "20060102T150405", time.Second
		}
		if at, err := time.Parse(layout, m[3]); err == nil {
			return where{m[1], m[2], at, at.Add(step)}, true
		}
	}
	if m := logFolder().FindStringSubmatch(strings.ReplaceAll(p, `\`, "/")); m != nil {
		if at, err := time.Parse("2006/01/02", m[3]); err == nil {
			return where{m[1], m[2], at, at.Add(24 * time.Hour)}, true
		}
	}
	return w, false
}

// sibling is the key of the digest of the same chain that ends at another time.
func sibling(key string, end time.Time) string {
	m := name().FindStringSubmatchIndex(key[strings.LastIndexByte(key, '/')+1:])
	if m == nil {
		return key[:strings.LastIndexByte(key, '/')+1] + end.Format(nameTime)
	}
	folder, file := key[:strings.LastIndexByte(key, '/')+1], key[strings.LastIndexByte(key, '/')+1:]
	file = file[:m[8]] + end.Format(nameTime) + file[m[9]:]
	if day := dayFolder().FindStringSubmatchIndex(folder + file); day != nil {
		folder = folder[:day[2]] + end.Format("2006/01/02") + "/"
	}
	return folder + file
}

// deliveries are when log files were delivered, by account, region and how exactly
// their names tell, in order.
type deliveries map[delivery][]time.Time

type delivery struct {
	account, region string
	exact           time.Duration
}

func deliveriesOf(files []*File) deliveries {
	all := deliveries{}
	for _, f := range files {
		if w, ok := whereOf(f.Name); ok && f.Log {
			at := delivery{w.account, w.region, w.to.Sub(w.from)}
			all[at] = append(all[at], w.from)
		}
	}
	for _, times := range all {
		slices.SortFunc(times, time.Time.Compare)
	}
	return all
}

// within reports whether a log file of a chain's account and region was delivered
// between two times.
func (all deliveries) within(c chain, from, to time.Time) bool {
	for _, exact := range []time.Duration{time.Second, time.Minute} { // a day tells too little
		times := all[delivery{c.Account, c.Region, exact}]
		i, _ := slices.BinarySearchFunc(times, from, time.Time.Compare)
		if i < len(times) && !times[i].Add(exact).After(to) {
			return true
		}
	}
	return false
}
