package layout

import (
	"path"
	"strings"
	"testing"
	"time"
)

const (
	aLog    = "111122223333_CloudTrail_eu-west-1_20260302T1005Z_AbCdEf0123456789.json.gz"
	aDigest = "111122223333_CloudTrail-Digest_eu-west-1_my_trail_us-east-1_20260302T100523Z.json.gz"
)

func at(t *testing.T, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestFromRoot: a root is a folder, the last of its name, whatever stands before it.
func TestFromRoot(t *testing.T) {
	for p, want := range map[string]string{
		"AWSLogs/1/a":                 "AWSLogs/1/a",
		"s3://b/p/AWSLogs/1/a":        "AWSLogs/1/a",
		"AWSLogs/copy/AWSLogs/1/a":    "AWSLogs/1/a",
		`C:\copy\AWSLogs\1\a`:         "AWSLogs/1/a",
		"myAWSLogs/1/a":               "",
		"AWSLogs-old/1/a":             "",
		"awslogs/1/a":                 "",
		"AWSLogs":                     "",
		"AWSLogs/copy/notAWSLogs/1/a": "", // the last one is none
	} {
		got, rooted := FromRoot(p)
		if rooted != (want != "") || rooted && got != want || !rooted && got != p {
			t.Errorf("%q from the root on: %q, %t", p, got, rooted)
		}
	}
}

// TestDelivered: the end of what a file's own name says; a folder says too little.
func TestDelivered(t *testing.T) {
	for p, want := range map[string]string{
		"logs/" + aLog:                  "2026-03-02T10:06:00Z",
		strings.TrimSuffix(aLog, ".gz"): "2026-03-02T10:06:00Z",
		`C:\logs\` + aLog:               "2026-03-02T10:06:00Z",
		"logs/" + aDigest:               "2026-03-02T10:05:23Z",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/a.json.gz": "",
		strings.Replace(aLog, "20260302T1005Z", "20260302T100559Z", 1):   "2026-03-02T10:06:00Z",
		strings.Replace(aLog, "20260302T1005Z", "20261302T1005Z", 1):     "",
		strings.Replace(aDigest, "T100523Z", "T106023Z", 1):              "",
		aDigest + ".signature": "",
	} {
		got, ok := Delivered(p)
		if ok != (want != "") || ok && !got.Equal(at(t, want)) {
			t.Errorf("%q was delivered at %s, %t", p, got, ok)
		}
	}
}

// FuzzNames: whatever a name is, what it tells is of one piece.
func FuzzNames(f *testing.F) {
	for _, p := range []string{
		"", "/", aLog, aDigest, aDigest + ".metadata.json", `C:\copy\AWSLogs\1\` + aLog,
		"s3://b/AWSLogs/o-ab12cd34ef/111122223333/CloudTrail/eu-west-1/2026/03/02/" + aLog,
		"s3://b/p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/" + aDigest,
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/a.json",
		"AWSLogs/111122223333/Config/eu-west-1/2026/3/2/a.json",
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/13/02/a.json",
	} {
		f.Add(p)
	}
	end := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	f.Fuzz(func(t *testing.T, p string) {
		if rest, rooted := FromRoot(p); rooted {
			if again, same := FromRoot(rest); !same || again != rest || !strings.HasPrefix(rest, root+"/") || !strings.HasSuffix(slashed(p), rest) {
				t.Errorf("%q from the root on is %q, and that is %q", p, rest, again)
			}
		}
		if l, ok := LogOf(p); ok && (!IsAccount(l.Account) || l.Region == "" || !l.To.After(l.From)) {
			t.Errorf("%q tells %+v", p, l)
		}
		if IsLog(p) && (IsDigest(p) || OfDigest(path.Base(slashed(p)))) {
			t.Errorf("%q is a log file and a digest", p)
		}
		d, named := DigestOf(p)
		if named != IsDigest(p) || named && (!IsAccount(d.Account) || d.Region == "" || d.Trail == "") {
			t.Errorf("%q tells %+v, %t", p, d, named)
		}
		if next := DigestAt(p, end); named && !strings.Contains(p, `\`) && !strings.HasSuffix(p, "/") {
			want := d
			want.End = end
			if got, _ := DigestOf(next); got != want || Day(p) != "" && Day(next) != end.Format(dayFormat) {
				t.Errorf("at another time %q is %q: %+v, want %+v", p, next, got, want)
			}
		}
		if of := SidecarOf(p); of != "" && (!OfDigest(of) || len(of) >= len(p) || !strings.HasPrefix(p, of+".")) {
			t.Errorf("%q is the side-car of %q", p, of)
		}
		if folder, day := RegionDay(p); folder != "" && (LevelOf(folder) != InRegion || !strings.HasSuffix(folder, "/") || !strings.HasPrefix(p, folder+DayFolder(day))) {
			t.Errorf("%q lies in %q, of %s", p, folder, day)
		}
		name := path.Base(p)
		if l := LevelOf(p + "/"); l != Outside && name != root && name != "/" {
			if below := LevelOf(p + "/" + name + "/"); below != l.Below(name) {
				t.Errorf("%q in %q is at level %d, and below %d at %d", name, p, below, l, l.Below(name))
			}
		}
	})
}
