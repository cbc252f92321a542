package digest

import (
	"path"
	"strings"

	"grantrail/ingest/layout"
)

// base is the file name by which copies are found: without the folder, and
// without the ending that a browser takes off with the compression.
func base(p string) string {
	p = strings.ReplaceAll(p, `\`, "/")
	return strings.TrimSuffix(path.Base(p), ".gz")
}

// tail is a path from the layout's root on, and whether it has one, without the
// ending that a browser takes off.
func tail(p string) (string, bool) {
	p, rooted := layout.FromRoot(p)
	return strings.TrimSuffix(p, ".gz"), rooted
}

// inPlace reports whether a file can be the copy of a key under another root.
// Where the copy has lost the layout's root, only its day can disagree.
func inPlace(file, key string) bool {
	have, rooted := tail(file)
	want, known := tail(key)
	if rooted && known {
		return have == want
	}
	a, b := layout.Day(have), layout.Day(want)
	return a == "" || b == "" || a == b
}
