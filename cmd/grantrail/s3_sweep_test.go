package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"grantrail/ingest/s3source/s3test"
	"grantrail/ingest/trailtest"
)

// TestSweepS3: known folders are listed from the overlap on, what is new there
// is read and nothing else, and an object that could not be read makes the
// listing go back to it. In steps the case is that of one sweep.
func TestSweepS3(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	front := server.Counted(t)
	dir := t.TempDir()
	sweep := func(state string) (out string, gets int) {
		env := map[string]string{}
		for _, v := range s3test.Env() {
			name, value, _ := strings.Cut(v, "=")
			t.Setenv(name, value)
		}
		var stdout, stderr bytes.Buffer
		front.Asked()
		code := run(context.Background(), world{[]string{"sweep", "--state", filepath.Join(dir, state), "s3://trail", "--format", "json", "--fail-on", "never",
			"--endpoint-url", front.URL, "--path-style", "--aws-region", s3test.Region},
			func(name string) (string, bool) { v, ok := env[name]; return v, ok }, strings.NewReader(""), &stdout, &stderr})
		_, gets = front.Asked()
		if code != exitOK && code != exitIncomplete {
			t.Fatalf("exit code %d: %s", code, stderr.String())
		}
		return stdout.String(), gets
	}
	put := func(day int, spoilt bool) {
		o := dayFile(t, day)
		if spoilt {
			o.Data = o.Data[:len(o.Data)/2]
		}
		server.Put(t, "trail", o.Path, o.Data, nil)
	}
	const days = 30
	for day := range days {
		if day != 15 && day != 28 {
			put(day, false)
		}
	}
	if _, gets := sweep("state"); gets != days-2 {
		t.Errorf("the first sweep fetches %d of %d", gets, days-2)
	}
	if _, gets := sweep("state"); gets != 0 {
		t.Errorf("a sweep with nothing new fetches %d", gets)
	}
	put(28, true) // late, within the overlap, and broken
	put(days, false)
	if _, gets := sweep("state"); gets != 2 {
		t.Errorf("two are new, and %d are fetched", gets)
	}
	for day := days + 1; day < days+10; day++ {
		put(day, false)
	}
	put(28, false) // mended, long behind the overlap
	put(15, false) // late by more than the overlap, and before what was broken
	steps, gets := sweep("state")
	if gets != 10 {
		t.Errorf("nine are new and one is mended, and %d are fetched", gets)
	}
	if strings.Contains(steps, `"gzip-truncated"`) || strings.Contains(steps, dayFile(t, 15).Path) {
		t.Error("the mended object is still broken, or one was seen that was not listed")
	}
	server.Delete(t, "trail", dayFile(t, 15).Path)
	if once, _ := sweep("once"); once != steps {
		t.Error("in steps the case is another one than at once")
	}
}

// dayFile is the log file of a day, with an incident in it.
func dayFile(t *testing.T, day int) trailtest.Object {
	t.Helper()
	at := time.Date(2026, 1, 1+day, 10, 20, 30, 0, time.UTC)
	trail, err := trailtest.Parse(fmt.Sprintf(`default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file AWSLogs/111122223333/CloudTrail/eu-west-1/%s/111122223333_CloudTrail_eu-west-1_%sZ_AAAAAAAAAAAAAAAA.json.gz
noise n=20 at=%[3]s every=1s
start at=%[3]s instance=i-%04[4]d request=r%[4]d
refused at=+1s request=r%[4]d because=identity-missing`, at.Format("2006/01/02"), at.Format("20060102T1504"), at.Format(time.RFC3339), day))
	if err != nil {
		t.Fatal(err)
	}
	return trail.Objects[0]
}
