package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
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
		front.Asked()
		out, code := sweepS3(t, front.URL, filepath.Join(dir, state), "s3://trail")
		_, gets = front.Asked()
		if code != exitOK && code != exitIncomplete {
			t.Fatalf("exit code %d", code)
		}
		return out, gets
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

// sweepS3 sweeps a source on a server.
func sweepS3(t *testing.T, url, state, source string) (out string, code int) {
	t.Helper()
	authorised(t)
	out, stderr, code := ran(context.Background(), append([]string{"sweep", "--state", state, source, "--format", "json", "--fail-on", "never"}, from(url)...)...)
	if code == exitFailed {
		t.Log(stderr)
	}
	return out, code
}

// TestSweepS3Parts: what is known of a part of a folder does not stand for all of
// it: the rest is listed, once, and what came before the part was known too.
func TestSweepS3Parts(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	front := server.Counted(t)
	state := filepath.Join(t.TempDir(), "state")
	const folder = "s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1"
	for _, day := range []int{9, 40, 70, 80} {
		o := dayFile(t, day)
		server.Put(t, "trail", o.Path, o.Data, nil)
	}
	for _, step := range []struct {
		source string
		gets   int
	}{
		{folder + "/2026/03/", 2},
		{"s3://trail/" + dayFile(t, 40).Path, 1}, // one object
		{folder, 1},
		{"s3://trail/", 0},
		{folder + "/2026/05/", 1},
		{"s3://trail", 1},
	} {
		if step.source == folder+"/2026/05/" { // April comes as well, and only May is looked at
			for _, day := range []int{100, 130} {
				o := dayFile(t, day)
				server.Put(t, "trail", o.Path, o.Data, nil)
			}
		}
		front.Asked()
		_, code := sweepS3(t, front.URL, state, step.source)
		if _, gets := front.Asked(); code != exitOK || gets != step.gets {
			t.Errorf("%s: exit code %d, %d fetched, want %d", step.source, code, gets, step.gets)
		}
	}
}

// TestSweepS3Ahead: an object in the folder of a day that is to come keeps no
// sweep from listing until then; nor is a listing a failure that finds nothing
// new, or nothing any more, where it is bounded.
func TestSweepS3Ahead(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	front := server.Counted(t)
	state := filepath.Join(t.TempDir(), "state")
	ahead := dayFile(t, 365*73)
	step := func(what string, gets int) {
		t.Helper()
		front.Asked()
		_, code := sweepS3(t, front.URL, state, "s3://trail")
		if _, got := front.Asked(); code != exitOK || got != gets {
			t.Errorf("%s: exit code %d, %d fetched, want %d", what, code, got, gets)
		}
	}
	put := func(o trailtest.Object) { server.Put(t, "trail", o.Path, o.Data, nil) }
	put(dayFile(t, 10))
	put(ahead)
	step("the first", 2)
	put(dayFile(t, 11))
	step("one is new, before the one ahead", 1)
	server.Delete(t, "trail", ahead.Path)
	put(dayFile(t, 12))
	step("the one ahead is gone", 1)
	put(dayFile(t, 5))
	step("late by more than the overlap", 0)
	for _, day := range []int{10, 11, 12} {
		server.Delete(t, "trail", dayFile(t, day).Path)
	}
	step("all but the late one are gone", 0)
}

// TestSweepS3Earlier: a state that does not say what was listed whole, as one of the
// version before, has all of it listed once more.
func TestSweepS3Earlier(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	front := server.Counted(t)
	state := filepath.Join(t.TempDir(), "state")
	gets := func() int {
		t.Helper()
		front.Asked()
		if _, code := sweepS3(t, front.URL, state, "s3://trail"); code != exitOK {
			t.Fatalf("exit code %d", code)
		}
		_, gets := front.Asked()
		return gets
	}
	put := func(day int) {
		o := dayFile(t, day)
		server.Put(t, "trail", o.Path, o.Data, nil)
	}
	put(30)
	gets()
	head := filepath.Join(state, "state.json")
	var was map[string]any
	if err := json.Unmarshal(slurp(t, head), &was); err != nil {
		t.Fatal(err)
	}
	delete(was, "listed")
	delete(was, "sha256") // an earlier build sealed nothing
	text, err := json.Marshal(was)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(head, text, 0o600); err != nil {
		t.Fatal(err)
	}
	put(5)
	if n := gets(); n != 1 {
		t.Errorf("%d are fetched, want the one that is far behind", n)
	}
	put(6)
	if n := gets(); n != 0 {
		t.Errorf("%d are fetched, late by more than the overlap", n)
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
