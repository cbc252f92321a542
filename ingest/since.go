package ingest

import (
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/state"
)

// Since says, for [Scope], from which day on the folders of a remote archive
// are to be listed again: the newest day that the state knows of a region's
// folder, less the overlap, or the oldest of an object in it that could not be
// read. A folder that the state does not know is listed whole.
func Since(st *state.State, overlap time.Duration) (func(folder string) time.Time, error) {
	days := map[string]time.Time{} // newest day, or oldest failure
	failed := map[string]time.Time{}
	for k, err := range st.Known() {
		if err != nil {
			return nil, err
		}
		folder, at := regionDay(k.Name)
		switch {
		case folder == "":
		case !k.Forgotten && (k.State == custody.Unread || k.State == custody.Partial) && failed[folder].IsZero():
			failed[folder] = at // names are in order, so the first is the oldest
			fallthrough
		default:
			if at.After(days[folder]) {
				days[folder] = at
			}
		}
	}
	for folder, at := range days {
		at = at.Add(-overlap).Truncate(24 * time.Hour)
		if first := failed[folder]; !first.IsZero() && first.Before(at) {
			at = first
		}
		days[folder] = at
	}
	return func(folder string) time.Time { return days[folder] }, nil
}

var remoteDay = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([a-z0-9]+://.*/CloudTrail[^/]*/[a-z0-9-]+/)(\d{4}/\d{2}/\d{2})/`)
})

// regionDay is the folder of a region in which a remote object lies, and its
// day of delivery; "" where the name is of no such layout.
func regionDay(name string) (folder string, day time.Time) {
	if !strings.Contains(name, "://") {
		return "", day
	}
	m := remoteDay().FindStringSubmatch(name)
	if m == nil {
		return "", day
	}
	at, err := time.Parse("2006/01/02", m[2])
	if err != nil {
		return "", day
	}
	return m[1], at
}

// covers reports whether the listing would have an object of this name, were it
// there.
func (l *Listing) covers(name string) bool {
	if l.since != nil {
		if folder, day := regionDay(name); folder != "" && day.Before(l.since(folder)) {
			return false
		}
	}
	for _, src := range l.Sources {
		if !strings.Contains(src, "://") {
			if src = filepath.Clean(src); src == "." && filepath.IsLocal(name) {
				return true
			}
		}
		if name == src || strings.HasPrefix(name, strings.TrimSuffix(src, "/")+"/") {
			return true
		}
	}
	return false
}
