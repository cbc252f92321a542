package export

import (
	"crypto/sha256"
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

// key is the partition of a row.
func (r *Rows) key(i int) key { return key{r.places[r.rows[i].place], r.rows[i].day()} }

// folder is where a partition's files are. Every part of it was written by a
// stranger.
func (k key) folder() string {
	day := time.Unix(k.day*86_400, 0).UTC().Format(time.DateOnly)
	return filepath.Join("account="+spelt(k.account), "region="+spelt(k.region), "day="+day)
}

// empty is how Hive spells a value that is none.
const empty = "__HIVE_DEFAULT_PARTITION__"

// maxSpelt bounds a name of the file system's: the columns have all of a value.
const maxSpelt = 120

// spelt is a value as part of a path: nothing in it is a separator, a parent or
// hidden, and no two values share one, also where upper case is not told from
// lower. A value that has to be cut ends in dots and its hash.
func spelt(value string) string {
	if value == "" {
		return empty
	}
	var b strings.Builder
	for i := range len(value) {
		before := b.Len()
		switch c := value[i]; {
		case i == 0 && strings.EqualFold(value, empty):
			b.WriteString("%5F")
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && 0 < i && i < len(value)-1:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
		if b.Len() > maxSpelt {
			hash := sha256.Sum256([]byte(value))
			return fmt.Sprintf("%s%%2E%%2E%%2E%x", b.String()[:before], hash[:16])
		}
	}
	return b.String()
}
