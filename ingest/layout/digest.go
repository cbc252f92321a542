package layout

import (
	"regexp"
	"strings"
	"sync"
	"time"
)

// Digest is what a digest file's name tells.
type Digest struct {
	Account, Region string
	Trail           string    // its name, and behind _ its home region
	End             time.Time // zero where the name's digits are no time
	Backfill        bool
}

var (
	digestName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+)_(\d{8}T\d{6}Z)(_backfill)?\.json(?:\.gz)?$`)
	})
	sidecarName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(.*_CloudTrail-Digest_[^/]*\.json(?:\.gz)?)\.(?:signature|sig|metadata|metadata\.json|head\.json|json)$`)
	})
)

// endFormat is how a digest's name spells its end.
const endFormat = "20060102T150405Z"

// DigestMark stands in the names of digests and of their side-cars, and in no others.
const DigestMark = "_CloudTrail-Digest_"

// OfDigest reports whether a name can be that of a digest, or of a side-car.
func OfDigest(p string) bool { return strings.Contains(p, DigestMark) }

// IsDigest reports whether a file's name is that of a digest, wherever it lies.
func IsDigest(p string) bool { return OfDigest(p) && digestName().MatchString(file(p)) }

// DigestOf is what a file's name tells, where it is that of a digest. Where it is
// another, the folder may tell the region, and nothing else.
func DigestOf(p string) (d Digest, named bool) {
	if m := digestName().FindStringSubmatch(file(p)); m != nil {
		end, err := time.Parse(endFormat, m[4])
		if err != nil {
			end = time.Time{}
		}
		return Digest{Account: m[1], Region: m[2], Trail: m[3], End: end, Backfill: m[5] != ""}, true
	}
	if parts := strings.Split(p, "/CloudTrail-Digest/"); len(parts) == 2 {
		d.Region, _, _ = strings.Cut(parts[1], "/")
	}
	return d, false
}

// DigestAt is the key of the digest of the same chain that ends at another time.
func DigestAt(key string, end time.Time) string {
	cut := strings.LastIndexByte(key, '/') + 1
	folder, name := key[:cut], key[cut:]
	m := digestName().FindStringSubmatchIndex(name)
	if m == nil {
		return folder + end.Format(endFormat)
	}
	if day := inDay().FindStringSubmatchIndex(key); day != nil {
		folder = folder[:day[2]] + DayFolder(end)
	}
	return folder + name[:m[8]] + end.Format(endFormat) + name[m[9]:]
}

// SidecarOf is the digest that a file is named as the side-car of, which keeps its
// signature, or "".
func SidecarOf(p string) string {
	if !OfDigest(p) {
		return ""
	}
	if m := sidecarName().FindStringSubmatch(p); m != nil {
		return m[1]
	}
	return ""
}
