package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"grantrail/analyze/incident"
	"grantrail/ingest/custody"
	"grantrail/ingest/s3source/s3test"
	"grantrail/ingest/trailtest"
	"grantrail/report"
)

// bucketful is an archive of many objects with a few incidents in it, on disk
// and in a bucket.
func bucketful(t *testing.T, server *s3test.Server, objects int) (dir string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666\n")
	for i := range objects {
		at := time.Date(2026, 3, 2, 0, i, 0, 0, time.UTC).Format(time.RFC3339)
		fmt.Fprintf(&text, "file\nnoise n=20 at=%s every=1s\n", at)
		if i%10 == 0 {
			fmt.Fprintf(&text, "start at=%s instance=i-%04d request=r%d\nrefused at=+1s request=r%d because=identity-missing\n", at, i, i, i)
		}
	}
	trail, err := trailtest.Parse(text.String())
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	if err := trail.Write(dir); err != nil {
		t.Fatal(err)
	}
	server.Bucket(t, "trail")
	server.Tree(t, "trail", dir)
	return dir
}

// investigated runs the command on a source, and returns its case with the
// source's name taken out of the objects', and its exit code.
func investigated(t *testing.T, source string, args ...string) (string, *incident.Case, int) {
	t.Helper()
	authorised(t)
	stdout, stderr, code := ran(context.Background(), append([]string{"investigate", source, "--format", "json"}, args...)...)
	c, err := report.ReadCase(strings.NewReader(stdout))
	if err != nil {
		t.Fatalf("%s: exit code %d, %v: %s", source, code, err, stderr)
	}
	return strings.ReplaceAll(stdout, source, "SOURCE"), c, code
}

func from(url string, more ...string) []string {
	return append([]string{"--endpoint-url", url, "--path-style", "--aws-region", s3test.Region}, more...)
}

// TestS3SameCase: an archive gives the same case from disk, from S3, and from
// S3 over a network that is slow, resets connections and breaks bodies off.
func TestS3SameCase(t *testing.T) {
	server := s3test.Start(t)
	dir := bucketful(t, server, 120)
	want, _, _ := investigated(t, dir)
	got, _, code := investigated(t, "s3://trail", from(server.URL)...)
	if got != want || code != exitOK {
		t.Errorf("from S3 the case differs, exit code %d", code)
	}
	for name, spoil := range map[string]func(p *s3test.Proxy){
		"latency": func(p *s3test.Proxy) { p.Toxic(t, "latency", 1, map[string]any{"latency": 20, "jitter": 20}) },
		"resets":  func(p *s3test.Proxy) { p.Toxic(t, "reset_peer", 0.05, map[string]any{"timeout": 5}) },
		"cuts":    func(p *s3test.Proxy) { p.Toxic(t, "limit_data", 0.3, map[string]any{"bytes": 30_000}) },
	} {
		proxy := server.Spoilt(t)
		spoil(proxy)
		got, _, code := investigated(t, "s3://trail", from(proxy.URL)...)
		if got != want || code != exitOK {
			t.Errorf("%s: the case differs, exit code %d", name, code)
		}
	}
}

// TestS3Mixed: a bucket and a folder together are one case.
func TestS3Mixed(t *testing.T) {
	server := s3test.Start(t)
	dir := bucketful(t, server, 20)
	t.Chdir(dir)
	_, c, code := investigated(t, "s3://trail", append(from(server.URL), "AWSLogs")...)
	if code != exitOK || c.Custody.Objects.Listed != 40 || c.Custody.Objects.Read != 40 || c.Summary.Incidents != 1 ||
		c.Custody.Records.Duplicate != c.Custody.Records.Kept {
		t.Errorf("exit code %d, %+v, %+v", code, c.Custody.Objects, c.Custody.Records)
	}
}

// TestS3Restart: a server that is killed in the middle and comes back costs
// nothing; one that does not costs its objects, each named, and exit code 3.
func TestS3Restart(t *testing.T) {
	server := s3test.Start(t)
	dir := bucketful(t, server, 60)
	want, _, _ := investigated(t, dir)
	front := server.Counted(t)
	killed := make(chan struct{})
	front.After(20, func() {
		server.Kill()
		go func() {
			time.Sleep(300 * time.Millisecond)
			server.Restart(t)
			close(killed)
		}()
	})
	got, _, code := investigated(t, "s3://trail", from(front.URL)...)
	<-killed
	if got != want || code != exitOK {
		t.Errorf("the case differs after a restart, exit code %d", code)
	}

	front = server.Counted(t)
	front.After(20, server.Kill)
	_, c, code := investigated(t, "s3://trail", from(front.URL, "--attempts", "2", "--requests", "16")...)
	lost := 0
	for _, w := range c.Custody.Warnings {
		if w.Kind == custody.KindReadError && strings.HasPrefix(w.Object, "s3://trail/") {
			lost++
		}
	}
	if o := c.Custody.Objects; code != exitIncomplete || o.Unread == 0 || o.Unread != lost || o.Listed != o.Read+o.Unread {
		t.Errorf("exit code %d, %+v, %d named", code, o, lost)
	}
}

// TestS3Unlisted: where a listing fails there is no report.
func TestS3Unlisted(t *testing.T) {
	server := s3test.Start(t)
	authorised(t)
	out := filepath.Join(t.TempDir(), "report.md")
	_, stderr, code := ran(context.Background(), append([]string{"investigate", "s3://missing", "-o", out}, from(server.URL)...)...)
	if _, err := os.Stat(out); code != exitFailed || err == nil || !strings.Contains(stderr, "ListObjectsV2 of s3://missing/") {
		t.Errorf("exit code %d, %v, %s", code, err, stderr)
	}
}

// built is the command as a program of its own.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "grantrail")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}
