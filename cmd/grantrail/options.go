package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/dustin/go-humanize"

	"grantrail/analyze"
	"grantrail/ingest"
	"grantrail/ingest/s3source"
)

// options are what was typed, checked. Nothing behind them sees a flag.
type options struct {
	sources  []string
	listing  ingest.ListOptions
	read     ingest.Options
	question analyze.Options
	out      *output
	failOn   threshold
	show     display
	stamp    *time.Time // of the run, where reports are to say it
	manifest *inventory // to be written, or to be held against; nil where neither
}

// list lists the sources, and shows how far that is.
func (o *options) list(ctx context.Context, w world, progress *progressLine) (*ingest.Listing, error) {
	o.listing.Stdin, o.listing.Progress, o.listing.Sizes = w.stdin, progress.listing, progress.progress
	return ingest.List(ctx, o.sources, o.listing)
}

// options checks everything that can be checked before anything is read.
func (t *typed) options(sources []string, w world, now time.Time) (*options, error) {
	o := &options{sources: sources}
	var err error
	if o.question, err = t.question(now); err != nil {
		return nil, err
	}
	if o.read, err = t.reading(&o.question); err != nil {
		return nil, err
	}
	if o.listing, err = t.listing(&o.read, &o.question); err != nil {
		return nil, err
	}
	for _, src := range sources {
		if !o.listing.Remote.Claims(src) {
			continue
		}
		if _, _, err := s3source.Split(src); err != nil {
			return nil, usageError{err}
		}
	}
	o.read.Requests, o.read.NoVerify = t.connection.Requests, t.noVerify
	if o.read.Keys, err = readKeys(t.publicKeys); err != nil {
		return nil, err
	}
	if o.failOn, err = parseThreshold(t.failOn); err != nil {
		return nil, err
	}
	if o.show, err = t.display(w); err != nil {
		return nil, err
	}
	if t.stamp {
		at := now.UTC().Truncate(time.Second)
		o.stamp = &at
	}
	o.out, err = t.writing(w.stdout, now)
	return o, err
}

// stamped is the path of a file to write, with the run's time where it asks for it.
func stamped(path string, now time.Time) string {
	return strings.ReplaceAll(path, "{stamp}", now.UTC().Format("20060102T150405Z"))
}

// What can be typed. Patterns are compiled when they are first asked for, here and
// elsewhere: all of them take each run half a millisecond, and memory that makes the
// collector begin before the program does.
var (
	accountID  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{12}$`) })
	regionName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-\d+$`) })
	keyName    = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key|alias)/\S+|[0-9A-Za-z-]{8,})$`)
	})
	principal = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^arn:\S+$|^\S*[*?]\S*$`) })
	instance  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^i-[0-9a-f]+$`) })
)

func (t *typed) question(now time.Time) (q analyze.Options, err error) {
	for _, check := range []struct {
		flag, want string
		values     []string
		pattern    func() *regexp.Regexp
	}{
		{"account", "an account id of 12 digits", t.accounts, accountID},
		{"region", "a region such as eu-west-1", t.regions, regionName},
		{"principal", "an ARN, or a glob such as '*:role/ops-*'", t.principals, principal},
		{"key", "a KMS key ARN or id", t.keys, keyName},
		{"instance", "an instance id such as i-0123456789abcdef0", t.instances, instance},
	} {
		for _, v := range check.values {
			if !check.pattern().MatchString(v) {
				return q, usagef("--%s %q: want %s", check.flag, v, check.want)
			}
		}
	}
	if t.joinWindow <= 0 || t.stopWindow <= 0 {
		return q, usagef("--join-window and --stop-window must be longer than nothing")
	}
	q = analyze.Options{
		Tool: tool(), Accounts: t.accounts, Regions: t.regions, Principals: t.principals,
		Keys: t.keys, Instances: t.instances, JoinWindow: t.joinWindow, StopWindow: t.stopWindow,
	}
	if q.From, err = parseTime("from", t.from, now); err != nil {
		return q, err
	}
	if q.To, err = parseTime("to", t.to, now); err != nil {
		return q, err
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return q, usagef("--from %s is not before --to %s", q.From.Format(time.RFC3339), q.To.Format(time.RFC3339))
	}
	return q, nil
}

// parseTime reads RFC 3339, a date (midnight UTC), or a duration back from
// now. Days are accepted as d, which Go's own durations lack.
func parseTime(flag, s string, now time.Time) (time.Time, error) {
	at, err := timeOf(flag, s, now)
	if err == nil && (at.Year() < 1 || at.Year() > 9999) { // RFC 3339 has no others
		return time.Time{}, usagef("--%s %q: want a time in the years 1 to 9999", flag, s)
	}
	return at, err
}

func timeOf(flag, s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at.UTC(), nil
		}
	}
	var days int
	if n, err := fmt.Sscanf(s, "%dd", &days); err == nil && n == 1 && s == fmt.Sprintf("%dd", days) && days > 0 {
		return now.UTC().AddDate(0, 0, -days), nil
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return now.UTC().Add(-d), nil
	}
	return time.Time{}, usagef("--%s %q: want a time such as 2026-03-02T10:00:00Z, a date such as 2026-03-02, or a duration back such as 72h", flag, s)
}

// maxJobs is more than any machine has processors: each takes some hundred kilobytes.
const maxJobs = 1024

func (t *typed) reading(q *analyze.Options) (ingest.Options, error) {
	r := ingest.Options{Jobs: t.jobs, From: q.From, To: q.To}
	r.Before, r.After = q.Margins()
	if t.jobs < 0 || t.jobs > maxJobs {
		return r, usagef("--jobs %d: want 1 to %d, or 0 for one a processor", t.jobs, maxJobs)
	}
	switch t.decoder {
	case "auto":
	case "klauspost":
		r.StreamOnly = true
	default:
		return r, usagef("--decoder %q: want auto or klauspost", t.decoder)
	}
	var err error
	if r.Memory, err = parseSize("memory", t.memory); err != nil {
		return r, err
	}
	r.MaxObject, err = parseSize("max-object-size", t.maxObject)
	return r, err
}

// listing says how sources are listed, and what of an archive can matter: the asked
// time with its margins.
func (t *typed) listing(r *ingest.Options, q *analyze.Options) (ingest.ListOptions, error) {
	c := t.connection
	switch {
	case c.Requests < 1 || c.Requests > 1024:
		return ingest.ListOptions{}, usagef("--requests %d: want 1 to 1024", c.Requests)
	case c.Attempts < 1 || c.Attempts > 100:
		return ingest.ListOptions{}, usagef("--attempts %d: want 1 to 100", c.Attempts)
	case c.Stall <= 0:
		return ingest.ListOptions{}, usagef("--stall-timeout must be longer than nothing")
	case c.Overlap < 0:
		return ingest.ListOptions{}, usagef("--delivery-overlap must not be negative")
	case c.ExternalID != "" && c.AssumeRole == "":
		return ingest.ListOptions{}, usagef("--external-id is for --assume-role, which is missing")
	case c.Unsigned && c.AssumeRole != "":
		return ingest.ListOptions{}, usagef("--no-sign-request and --assume-role exclude each other")
	}
	scope := ingest.Scope{Accounts: q.Accounts, Regions: q.Regions}
	if !q.From.IsZero() {
		scope.From = q.From.Add(-r.Before)
	}
	if !q.To.IsZero() {
		scope.To = q.To.Add(r.After)
	}
	return ingest.ListOptions{Remote: s3source.New(c), Scope: scope}, nil
}

func parseSize(flag, s string) (int64, error) {
	if strings.TrimSpace(s) == "" {
		return 0, nil
	}
	n, err := humanize.ParseBytes(s)
	if err != nil || n == 0 || n > 1<<50 {
		return 0, usagef("--%s %q: want a size such as 64MiB", flag, s)
	}
	return int64(n), nil
}
