package export

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// key is a partition.
type key struct {
	place
	day int64 // since 1970
}

// day is that of a row.
func (r *row) day() int64 { return r.at / int64(24*time.Hour/time.Microsecond) }

// folder is where a partition's files are. Every part of it was written by a
// stranger.
func (k key) folder() string {
	day := time.Unix(k.day*86_400, 0).UTC().Format(time.DateOnly)
	return filepath.Join("account="+spelt(k.account), "region="+spelt(k.region), "day="+day)
}

// empty is how Hive spells a value that is none.
const empty = "__HIVE_DEFAULT_PARTITION__"

// maxSpelt bounds a name of the file system's.
const maxSpelt = 120

// spelt is a value as part of a path: nothing in it is a separator, a parent or
// hidden.
func spelt(value string) string {
	if value == "" {
		return empty
	}
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
		if b.Len() > maxSpelt {
			return b.String()[:maxSpelt] + "%2E%2E%2E" // too long for a name: the columns have all of it
		}
	}
	return b.String()
}
