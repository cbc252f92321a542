package digest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"grantrail/ingest/custody"
)

// hourly is a digest of a trail for the hour that ends then.
func hourly(t *testing.T, trail string, end time.Time) *File {
	t.Helper()
	name := func(end time.Time) string {
		return fmt.Sprintf("AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/%s/111122223333_CloudTrail-Digest_eu-west-1_%s_eu-west-1_%s.json.gz",
			end.Format("2006/01/02"), trail, end.Format("20060102T150405Z"))
	}
	text := fmt.Sprintf(`{"awsAccountId":"111122223333","digestStartTime":%q,"digestEndTime":%q,"digestS3Bucket":"b","digestS3Object":%q,"previousDigestS3Object":%q,"logFiles":[]}`,
		end.Add(-time.Hour).Format(time.RFC3339), end.Format(time.RFC3339), name(end), name(end.Add(-time.Hour)))
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &File{Name: d.Object, Hashed: true, Digest: d}
}

// inferredIn counts the hours that are listed one by one, and gives what the last
// gap says.
func inferredIn(got custody.Integrity) (n int, gap string) {
	for _, f := range got.Findings {
		if strings.HasPrefix(f.Detail, "inferred") {
			n++
		}
		if f.Verdict == string(custody.ChainGap) {
			gap = f.Detail
		}
	}
	return n, gap
}

// TestLongGap: all hours of a gap are counted, and no more of them are listed than
// somebody would read.
func TestLongGap(t *testing.T) {
	for _, tt := range []struct {
		hours, listed int
		rest          string
	}{{2, 1, ""}, {maxHours + 1, maxHours, ""}, {maxHours + 2, maxHours, "; 1 of them, the oldest, are not"}, {70 * 365 * 24, maxHours, "; 612455 of them, the oldest, are not"}} {
		first, last := hourly(t, "main", hour(0)), hourly(t, "main", hour(tt.hours+1))
		got, _ := Judge(Input{Files: []*File{last, first}})
		listed, gap := inferredIn(got)
		if got.Digests["missing"] != tt.hours || listed != tt.listed {
			t.Errorf("%d hours: %d are missing, %d are listed", tt.hours, got.Digests["missing"], listed)
		}
		if !strings.Contains(gap, fmt.Sprintf("for %d hours,", tt.hours)) || strings.Contains(gap, "not listed") != (tt.rest != "") || !strings.Contains(gap, tt.rest) {
			t.Errorf("%d hours: %s", tt.hours, gap)
		}
	}
}

// TestManyGaps: nor of many gaps together.
func TestManyGaps(t *testing.T) {
	var all []*File
	const trails = maxInAll/maxHours + 10
	for i := range trails {
		trail := fmt.Sprint("trail-", i)
		all = append(all, hourly(t, trail, hour(i*maxHours*2)), hourly(t, trail, hour(i*maxHours*2+maxHours+2)))
	}
	got, _ := Judge(Input{Files: all})
	if listed, _ := inferredIn(got); got.Digests["missing"] != trails*(maxHours+1) || listed != maxInAll {
		t.Errorf("%d are missing, %d are listed", got.Digests["missing"], listed)
	}
}

// TestImpossibleYears: no digest is of a year in which there was no CloudTrail, or
// that is past this century.
func TestImpossibleYears(t *testing.T) {
	for from, want := range map[string]bool{
		"2012-12-31T23:00:00Z": false, "2013-01-01T00:00:00Z": true, "2099-12-31T23:00:00Z": false, "2099-12-31T22:00:00Z": true,
		"0000-01-01T00:00:00Z": false, "9999-12-31T22:00:00Z": false, "2013-01-01T00:00:00+01:00": false,
	} {
		at, err := time.Parse(time.RFC3339, from)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf(`{"digestStartTime":%q,"digestEndTime":%q,"digestS3Bucket":"b","digestS3Object":"o"}`, from, at.Add(time.Hour).Format(time.RFC3339))
		if _, err := Parse([]byte(text)); (err == nil) != want {
			t.Errorf("%s: %v", from, err)
		}
	}
}

// TestBeginning: a chain at hand that begins late has a gap only where a log file of the hour before it is at hand.
func TestBeginning(t *testing.T) {
	for minute, want := range map[string]string{"0959": "seam", "1000": "gap", "1059": "gap", "1100": "seam"} {
		_, all := files(t)
		log := &File{Log: true, Hashed: true, Name: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T" + minute + "Z_x.json.gz"}
		got, _ := Judge(Input{Files: []*File{all[2], log}}) // of 11 to 12
		if v := verdictOf(got, all[2].Name, "seam", "gap"); v != want {
			t.Errorf("%s: %q, want %q: %v", minute, v, want, got.Findings)
		}
	}
}

// TestUnreadableOnce: a file that has the name of the digest before and is none is counted once.
func TestUnreadableOnce(t *testing.T) {
	_, all := files(t)
	spoilt := &File{Name: all[1].Name, Hashed: true, Invalid: "its content is no digest"}
	got, _ := Judge(Input{Files: append([]*File{spoilt}, all[2:]...)})
	if got.Digests["mismatch"] != 1 || got.Digests["missing"] != 0 {
		t.Errorf("%v", got.Digests)
	}
}
