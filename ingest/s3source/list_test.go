package s3source_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"grantrail/ingest"
	"grantrail/ingest/custody"
	"grantrail/ingest/s3source"
	"grantrail/ingest/s3source/s3test"
)

// source is a Source that speaks to a server here.
func source(t testing.TB, url string, opt s3source.Options) *s3source.Source {
	t.Helper()
	for _, v := range s3test.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	opt.Endpoint, opt.PathStyle, opt.Region = url, true, s3test.Region
	opt.Overlap = s3source.DefaultOverlap
	return s3source.New(opt)
}

// keys are what a source lists, sorted, and what it leaves out.
func keys(t *testing.T, s *s3source.Source, from string, scope ingest.Scope) (names []string, left []custody.LeftOut) {
	t.Helper()
	left, err := s.List(context.Background(), from, scope, func(o ingest.Object) { names = append(names, o.Name()) })
	if err != nil {
		t.Fatalf("%s: %v", from, err)
	}
	slices.Sort(names)
	return names, left
}

// asked is a day that is asked for.
var asked = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// TestLayouts: in each of the layouts only what is asked for is listed, and
// what is left out is said. What follows no layout is listed whole.
func TestLayouts(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	for _, root := range []string{"AWSLogs/", "some/prefix/AWSLogs/", "AWSLogs/o-ab12cd34ef/", "o-ab12cd34ef/AWSLogs/o-ab12cd34ef/"} {
		for _, account := range []string{"111122223333", "444455556666"} {
			for _, region := range []string{"eu-west-1", "eu-west-2", "us-east-1"} {
				for _, day := range []string{"2026/03/01", "2026/03/02", "2026/03/03", "2026/03/04", "2026/11/02"} {
					server.Put(t, "trail", root+account+"/CloudTrail/"+region+"/"+day+"/a.json.gz", []byte("x"), nil)
				}
			}
			server.Put(t, "trail", root+account+"/Config/eu-west-1/2026/3/2/c.json.gz", []byte("x"), nil)
			server.Put(t, "trail", root+account+"/Config/eu-west-1/2026/3/20/c.json.gz", []byte("x"), nil)
			server.Put(t, "trail", root+account+"/elasticloadbalancing/eu-west-1/2026/03/02/x.log", []byte("x"), nil)
		}
	}
	server.Put(t, "trail", "notes/readme.txt", []byte("x"), nil)

	s := source(t, server.URL, s3source.Options{})
	all, left := keys(t, s, "s3://trail", ingest.Scope{})
	if len(all) != 4*2*(3*5+2)+1 {
		t.Errorf("%d objects without a filter", len(all))
	}
	if len(left) != 8 || left[0].Why != "logs of another service" {
		t.Errorf("left out: %v", left)
	}

	scope := ingest.Scope{
		Accounts: []string{"111122223333"}, Regions: []string{"eu-west-1"}, From: asked, To: asked.Add(time.Hour),
	}
	some, left := keys(t, s, "s3://trail/", scope)
	want := []string{"s3://trail/notes/readme.txt"}
	for _, root := range []string{"AWSLogs/", "some/prefix/AWSLogs/", "AWSLogs/o-ab12cd34ef/", "o-ab12cd34ef/AWSLogs/o-ab12cd34ef/"} {
		for _, rest := range []string{
			"CloudTrail/eu-west-1/2026/03/02/a.json.gz", "CloudTrail/eu-west-1/2026/03/03/a.json.gz",
			"CloudTrail/us-east-1/2026/03/02/a.json.gz", "CloudTrail/us-east-1/2026/03/03/a.json.gz",
			"Config/eu-west-1/2026/3/2/c.json.gz",
		} {
			want = append(want, "s3://trail/"+root+"111122223333/"+rest)
		}
	}
	slices.Sort(want)
	if !slices.Equal(some, want) {
		t.Errorf("listed %q\nwant %q", some, want)
	}
	for _, l := range []custody.LeftOut{
		{Prefix: "s3://trail/AWSLogs/444455556666/", Why: "another account than asked for"},
		{Prefix: "s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-2/", Why: "another region than asked for"},
		{Prefix: "s3://trail/AWSLogs/111122223333/CloudTrail/eu-west-1/", Why: "days before 2026-03-02 and after 2026-03-03"},
	} {
		if !slices.ContainsFunc(left, func(have custody.LeftOut) bool { return have.Prefix == l.Prefix && have.Why == l.Why }) {
			t.Errorf("%v is not left out: %v", l, left)
		}
	}
}

// TestPrefixes: a source can be a key, a folder, or any beginning; a folder is
// preferred to a beginning.
func TestPrefixes(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	for _, key := range []string{"a/1.gz", "a/2.gz", "ab/3.gz", "abc", "empty/"} {
		server.Put(t, "bkt", key, []byte(strings.Repeat("x", strings.Count(key, "z"))), nil)
	}
	s := source(t, server.URL, s3source.Options{})
	for from, want := range map[string]string{
		"s3://bkt":       "a/1.gz a/2.gz ab/3.gz abc empty/",
		"s3://bkt/a":     "a/1.gz a/2.gz",
		"s3://bkt/a/":    "a/1.gz a/2.gz",
		"s3://bkt/a/2":   "a/2.gz",
		"s3://bkt/ab":    "ab/3.gz",
		"s3://bkt/abc":   "abc",
		"s3://bkt/a/1.g": "a/1.gz",
		"s3://bkt/zzz":   "",
	} {
		got, _ := keys(t, s, from, ingest.Scope{})
		for i := range got {
			got[i] = strings.TrimPrefix(got[i], "s3://bkt/")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s lists %q, want %q", from, got, want)
		}
	}
	for from, says := range map[string]string{
		"s3://":          "names no bucket",
		"s3://missing/x": "NoSuchBucket",
		"s3://bkt/zzz":   "no object has this prefix",
	} {
		_, err := ingest.List(context.Background(), []string{from}, ingest.ListOptions{Remote: s})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", from, err, says)
		}
	}
}

// TestRefusedListing: a listing that may not be made ends the run, and says
// which permission is missing.
func TestRefusedListing(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	s := source(t, server.URL, s3source.Options{})
	t.Setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
	_, err := s.List(context.Background(), "s3://bkt/p/", ingest.Scope{}, func(ingest.Object) {})
	if err == nil || !strings.Contains(err.Error(), "s3:ListBucket on arn:aws:s3:::bkt is needed") {
		t.Errorf("got %v", err)
	}
}

// TestPages: more keys than fit a page come once each; a day of them costs the
// requests of that day.
func TestPages(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	front := server.Counted(t)
	const perDay = 1100
	for day := 1; day <= 4; day++ {
		for i := range perDay {
			server.Put(t, "bkt", fmt.Sprintf("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/%02d/%05d.json.gz", day, i), nil, nil)
		}
	}
	s := source(t, front.URL, s3source.Options{})
	names, _ := keys(t, s, "s3://bkt", ingest.Scope{})
	whole, _ := front.Asked()
	if len(slices.Compact(names)) != 4*perDay {
		t.Errorf("%d objects", len(names))
	}
	scope := ingest.Scope{From: asked, To: asked.Add(time.Hour)}
	names, _ = keys(t, s, "s3://bkt", scope)
	some, gets := front.Asked()
	// Four levels down to the region, and two days of two pages in three.
	if len(names) != 2*perDay || some > 4+3 || some >= whole || gets != 0 {
		t.Errorf("%d objects by %d listings, %d for all, and %d other requests", len(names), some, whole, gets)
	}
}

// TestBrokenPage: a page of a listing that breaks off is asked for again.
func TestBrokenPage(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	server.Put(t, "bkt", "p/a", nil, nil)
	front := server.Counted(t)
	n := 0
	front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if n++; n != 1 {
			return false
		}
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `<?xml version="1.0"?><ListBucketResult><Contents><Key>p/`) // the client sees the rest missing
		return true
	})
	names, _ := keys(t, source(t, front.URL, s3source.Options{}), "s3://bkt/p/", ingest.Scope{})
	if len(names) != 1 || n != 2 {
		t.Errorf("%q after %d requests", names, n)
	}
}

// TestControlCharacters: a key that XML cannot hold takes no listing down, and keys that
// look encoded are not decoded twice. The server here writes them as S3 does.
func TestControlCharacters(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	front := server.Counted(t)
	front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		const page = `<?xml version="1.0"?><ListBucketResult>%s<Contents><Key>%s</Key></Contents>` +
			`<Contents><Key>%s</Key></Contents>%s</ListBucketResult>`
		folder := "<CommonPrefixes><Prefix>p/f&#x1B;/</Prefix></CommonPrefixes>"
		switch q := r.URL.Query(); {
		case strings.HasPrefix(q.Get("prefix"), "p/f"):
			_, _ = fmt.Fprintf(w, page, "<EncodingType>url</EncodingType>", "p/f%1B/c", "p/f%1B/d", "")
		case q.Get("encoding-type") == "url":
			folder = strings.Replace(folder, "&#x1B;", "%1B", 1)
			_, _ = fmt.Fprintf(w, page, "<EncodingType>url</EncodingType>", "p/a%1B%5B31m+x%2By", "p/b%2541", folder)
		default:
			_, _ = fmt.Fprintf(w, page, "", "p/a&#x1B;[31m x+y", "p/b%41", folder)
		}
		return true
	})
	names, _ := keys(t, source(t, front.URL, s3source.Options{Attempts: 1}), "s3://bkt/p/", ingest.Scope{})
	want := []string{"s3://bkt/p/a\x1b[31m x+y", "s3://bkt/p/b%41", "s3://bkt/p/f\x1b/c", "s3://bkt/p/f\x1b/d"}
	if !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}
