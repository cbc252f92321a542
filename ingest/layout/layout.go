// Package layout says how CloudTrail names the objects that it delivers, and reads
// those names. It knows names alone, and never what is under them.
//
// # The format
//
// A log file is delivered to
//
//	[PREFIX/]AWSLogs/[o-ORGANISATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/
//	  ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz
//
// and a digest file to
//
//	[PREFIX/]AWSLogs/[o-ORGANISATION/]ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/
//	  ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ[_backfill].json.gz
//
// where ACCOUNT has twelve digits, and is the one whose calls are in the file.
// Insights have a folder of their own, CloudTrail-Insight, and whatever else begins
// as CloudTrail's folder does is taken for one of its. Day and time are in UTC: those
// of delivery for a log file, which can have records of any time before, and those of
// its end for a digest. AWS Config delivers beside CloudTrail, to Config/REGION/Y/M/D,
// whose months and days are not padded.
//
//	https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
//	https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
//	https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
//	https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
//
// # What is forgiven
//
//   - Copies lie under other roots than the bucket's, or have lost all folders. Names
//     are read from AWSLogs on where it is there, and by the file's name alone.
//   - A browser takes the ending .gz off with the compression. It is no part of a name.
//   - Paths of Windows have backslashes. They are slashes.
//   - Some log files have seconds in their name.
//
// A name is written by whoever copied the file. It is grounds to look for something, and
// never evidence: account and region of an event are never taken from it.
package layout

import (
	"path"
	"strings"
	"time"
)

// root is the folder under which AWS services deliver logs.
const root = "AWSLogs"

// dayFormat is how the folders of a day are spelt, below that of a region.
const dayFormat = "2006/01/02"

// FromRoot is a path, a key or its URI from the layout's root on, with slashes, and
// whether it has one: what copies under other roots and buckets share.
func FromRoot(p string) (string, bool) {
	p = slashed(p)
	if i := strings.LastIndex(p, root+"/"); i >= 0 && (i == 0 || p[i-1] == '/') {
		return p[i:], true
	}
	return p, false
}

// Delivered is the time by which a log file or digest was delivered, as its name
// tells: behind the minute or second in that of a log file, and the end in that of a
// digest.
func Delivered(p string) (at time.Time, ok bool) {
	if d, named := DigestOf(p); named {
		return d.End, !d.End.IsZero()
	}
	if !IsLog(p) {
		return at, false
	}
	l, ok := LogOf(p)
	return l.To, ok
}

func slashed(p string) string { return strings.ReplaceAll(p, `\`, "/") }

// file is the name of a file, without its folder.
func file(p string) string { return path.Base(slashed(p)) }
