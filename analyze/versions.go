package analyze

import "strings"

// version names an event as an addendum does: only a record of the same call
// in the same account can supersede another.
type version struct{ account, source, name, id string }

func (s *scan) version(row int, id string) version {
	return version{s.t.Account(row), s.t.Source(row), s.t.Name(row), id}
}

// replaced names, for each superseded event, the one that supersedes it.
func (s *scan) replaced() map[version]string {
	by := map[version]string{}
	for row := range s.t.Len() {
		if old := s.t.Replaces(row); old != "" {
			v, id := s.version(row, old), strings.ToLower(s.t.ID(row))
			if known, ok := by[v]; !ok || id < known {
				by[v] = id
			}
		}
	}
	return by
}

// maxUpdates is the longest chain of updates that is followed.
const maxUpdates = 100

// superseded reports whether a row gave way to an update. Events that claim
// each other in a circle all stay, or a forger could make one disappear; of
// two records of one ID the update stays.
func (s *scan) superseded(row int, by map[version]string) bool {
	id := strings.ToLower(s.t.ID(row))
	next, ok := by[s.version(row, id)]
	if !ok {
		return false
	}
	if next == id {
		return s.t.Replaces(row) == ""
	}
	for range maxUpdates {
		if next == id {
			return false
		}
		further, ok := by[s.version(row, next)]
		if !ok || further == next {
			return true
		}
		next = further
	}
	return false
}
