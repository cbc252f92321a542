package ingest

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/layout"
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
		folder, at := layout.RegionDay(k.Name)
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
		folder, day := layout.RegionDay(o.name)
		if folder == "" || day.After(now) {
			continue
		}
		last = folder + layout.DayFolder(day)
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

// covers reports whether the listing would have an object of this name, were it
// there.
func (l *Listing) covers(name string) bool {
	if l.since != nil {
		if folder, day := layout.RegionDay(name); folder != "" && day.Before(l.since(folder)) {
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
