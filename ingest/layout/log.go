package layout

import (
	"regexp"
	"sync"
	"time"
)

// Log is what a log file's name and folder tell.
type Log struct {
	Account, Region string
	From, To        time.Time // of delivery, half-open: a second, a minute or a day
}

var (
	logName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4}(?:\d{2})?)Z[^/]*\.json(?:\.gz)?$`)
	})
	logFolder = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?:^|/)(\d{12})/CloudTrail/([a-z0-9-]+)/(\d{4}/\d{2}/\d{2})/[^/]*$`)
	})
	likeLog = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\d{12}_CloudTrail_[a-z0-9-]+_?[0-9TZ-]+.*\.json(\.gz)?$`)
	})
)

// IsLog reports whether a file's name is that of a log file, wherever it lies.
func IsLog(p string) bool { return logName().MatchString(file(p)) }

// ResemblesLog reports whether a file's name is nearly that of a log file: its time
// may be missing, or be none. It is grounds for suspicion, where the content is nothing.
func ResemblesLog(p string) bool { return likeLog().MatchString(file(p)) }

// LogOf is what a log file's name tells, or else its folder, which knows the day alone.
func LogOf(p string) (l Log, ok bool) {
	if m := logName().FindStringSubmatch(file(p)); m != nil {
		format, step := "20060102T1504", time.Minute
		if len(m[3]) > len(format) {
			format, step = "20060102T150405", time.Second
		}
		if at, err := time.Parse(format, m[3]); err == nil {
			return Log{m[1], m[2], at, at.Add(step)}, true
		}
	}
	if m := logFolder().FindStringSubmatch(slashed(p)); m != nil {
		if at, err := time.Parse(dayFormat, m[3]); err == nil {
			return Log{m[1], m[2], at, at.Add(24 * time.Hour)}, true
		}
	}
	return l, false
}
