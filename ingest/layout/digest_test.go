package layout

import (
	"strings"
	"testing"
	"time"
)

// TestDigestOf: a trail's name may have what stands between the parts of a digest's.
func TestDigestOf(t *testing.T) {
	want := Digest{Account: "111122223333", Region: "eu-west-1", Trail: "my_trail_us-east-1", End: at(t, "2026-03-02T10:05:23Z")}
	backfill, untimed := want, want
	backfill.Backfill, untimed.End = true, time.Time{}
	for p, c := range map[string]struct {
		want  Digest
		named bool
	}{
		aDigest:                            {want, true},
		"x/" + aDigest:                     {want, true},
		`x\` + aDigest:                     {want, true},
		strings.TrimSuffix(aDigest, ".gz"): {want, true},
		strings.Replace(aDigest, ".json", "_backfill.json", 1): {backfill, true},
		strings.Replace(aDigest, "T100523Z", "T996023Z", 1):    {untimed, true},
		strings.Replace(aDigest, "T100523Z", "T1005Z", 1):      {},
		strings.Replace(aDigest, ".json", "_other.json", 1):    {},
		aLog:                   {},
		aDigest + ".signature": {},
		"AWSLogs/1/CloudTrail-Digest/eu-west-2/2026/03/02/other.json.gz":     {Digest{Region: "eu-west-2"}, false},
		"a/CloudTrail-Digest/b/CloudTrail-Digest/eu-west-2/2026/other.json":  {},
		"AWSLogs/1/CloudTrail-Digest-old/eu-west-2/2026/03/02/other.json.gz": {},
	} {
		got, named := DigestOf(p)
		if got != c.want || named != c.named || IsDigest(p) != c.named {
			t.Errorf("%q tells %+v, %t, want %+v", p, got, named, c.want)
		}
	}
}

// TestDigestAt: the day's folder goes with the time, where there is one.
func TestDigestAt(t *testing.T) {
	end := at(t, "2026-02-28T23:05:23Z")
	moved := strings.Replace(aDigest, "20260302T100523Z", "20260228T230523Z", 1)
	for key, want := range map[string]string{
		aDigest:                      moved,
		"a/2026/03/02/" + aDigest:    "a/2026/02/28/" + moved,
		"a/2026/03/" + aDigest:       "a/2026/03/" + moved,
		"a/2026/03/02/other.json.gz": "a/2026/03/02/20260228T230523Z",
	} {
		if got := DigestAt(key, end); got != want {
			t.Errorf("%q then: %q, want %q", key, got, want)
		}
	}
}

// TestSidecarOf: a file beside a digest that has its name and an ending.
func TestSidecarOf(t *testing.T) {
	plain := strings.TrimSuffix(aDigest, ".gz")
	for p, want := range map[string]string{
		"x/" + aDigest + ".signature":     "x/" + aDigest,
		aDigest + ".sig":                  aDigest,
		aDigest + ".metadata":             aDigest,
		aDigest + ".metadata.json":        aDigest,
		aDigest + ".head.json":            aDigest,
		aDigest + ".json":                 aDigest,
		plain + ".signature":              plain,
		aDigest:                           "",
		plain:                             "",
		aDigest + ".txt":                  "",
		aLog + ".signature":               "",
		aDigest + "/x.signature":          "",
		"111122223333_CloudTrail-Digest_": "",
	} {
		if got := SidecarOf(p); got != want {
			t.Errorf("%q is the side-car of %q, want %q", p, got, want)
		}
	}
}
