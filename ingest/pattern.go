package ingest

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// patterned reports whether a source can be a pattern.
func patterned(source string) bool { return strings.ContainsAny(source, "*?[{") }

// literal reports whether a source is a path and no pattern, as [List] takes it.
func literal(source string) bool {
	if !patterned(source) {
		return true
	}
	_, err := os.Stat(source)
	return err == nil
}

// lists reports whether a pattern has a file listed: it matches the file, or a folder
// around it, which is walked. Both are spelt from the same folder on.
func lists(pattern, file string) bool {
	pattern = filepath.Clean(pattern)
	for {
		if ok, err := doublestar.PathMatch(pattern, file); ok && err == nil { // a pattern that is none matches nothing
			return true
		}
		parent := filepath.Dir(file)
		if parent == file || parent == "." {
			return false
		}
		file = parent
	}
}
