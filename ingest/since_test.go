package ingest

import (
	"testing"
	"time"
)

// TestCovers: of a folder that is listed by its days, what is before the first is not
// covered; one of another layout is listed whole.
func TestCovers(t *testing.T) {
	l := &Listing{whole: []string{"s3://b"}, since: func(string) time.Time { return time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) }}
	for name, want := range map[string]bool{
		"s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/a": true,
		"s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/a": false,
		"s3://b/copy/CloudTrail/eu-west-1/2026/03/01/a":                 true,
		"s3://b/AWSLogs/111122223333/Config/eu-west-1/2026/3/1/a":       true,
		"s3://bb/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/": false,
	} {
		if got := l.covers(name); got != want {
			t.Errorf("%q is covered: %t", name, got)
		}
	}
}
