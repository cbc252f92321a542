package ingest

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/state"
)

// Since says, for [Scope], from which day on the folders of a remote archive
// are to be listed again: the newest day that was in a region's folder, less the
// overlap, or the oldest of an object in it that could not be read. A folder that
// no finished sweep has listed whole is listed whole: what else is known of it is
// a part.
func Since(st *state.State, overlap time.Duration) (func(folder string) time.Time, error) {
	days := make(map[string]time.Time, len(st.Listed))
	for folder, newest := range st.Listed {
		days[folder] = newest.Add(-overlap).Truncate(24 * time.Hour)
	}
	for k, err := range st.Known() {
		if err != nil {
			return nil, err
		}
		if k.Forgotten || k.State != custody.Unread && k.State != custody.Partial {
			continue
		}
		folder, at := regionDay(k.Name)
		if from, listed := days[folder]; listed && at.Before(from) {
			days[folder] = at
		}
	}
	return func(folder string) time.Time { return days[folder] }, nil
}

// Note has the state know what of a listing was listed whole, for [Since]. The
// sweep began at now, and has read what it found. Days that lay ahead do not
// count: nobody has seen what is delivered until then.
func (l *Listing) Note(st *state.State, now time.Time) {
	whole, last := map[string]bool{}, ""
	if len(l.whole) == 0 {
		return
	}
	for o := range l.All() {
		if last != "" && strings.HasPrefix(o.name, last) {
			continue // another one of the day before
		}
		folder, day := regionDay(o.name)
		if folder == "" || day.After(now) {
			continue
		}
		last = folder + day.Format("2006/01/02/")
		listed, met := whole[folder]
		if !met {
			listed = slices.ContainsFunc(l.whole, func(source string) bool { return inSource(folder, source) })
			whole[folder] = listed
		}
		if listed && day.After(st.Listed[folder]) {
			if st.Listed == nil {
				st.Listed = state.Listed{}
			}
			st.Listed[folder] = day
		}
	}
}

// inSource reports whether a name lies in a source that is a folder.
func inSource(name, source string) bool {
	return strings.HasPrefix(name, strings.TrimSuffix(source, "/")+"/")
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
	for i := range l.LeftOut {
		if left := &l.LeftOut[i]; left.After == "" && left.Before == "" && strings.HasPrefix(name, left.Prefix) {
			return false
		}
	}
	for _, src := range l.whole {
		if inSource(name, src) {
			return true
		}
	}
	for _, pattern := range l.patterns {
		if lists(pattern, name) {
			return true
		}
	}
	for _, src := range l.Sources {
		if strings.Contains(src, "://") {
			continue
		}
		if src = filepath.Clean(src); src == "." && filepath.IsLocal(name) || name == src || inSource(name, src) {
			return true
		}
	}
	return false
}
