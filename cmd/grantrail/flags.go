package main

import (
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"grantrail/analyze"
	"grantrail/ingest/s3source"
)

// typed is what was typed, unchecked.
type typed struct {
	from, to                                       string
	accounts, regions, principals, keys, instances []string
	joinWindow, stopWindow                         time.Duration
	formats                                        []string
	output                                         string
	clobber                                        bool
	jobs                                           int
	memory, maxObject                              string
	progress, logFormat                            string
	quiet                                          bool
	failOn                                         string
	cpuProfile                                     string
	connection                                     s3source.Options
	publicKeys                                     []string
	noVerify                                       bool
	manifest                                       string
	stamp                                          bool
	decoder                                        string
	sweep                                          sweepTyped
}

// readingFlags are shared by every verb that reads sources.
func (t *typed) readingFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.from, "from", "", "launches from this event time on: RFC 3339, a date, or a duration back such as 72h")
	f.StringVar(&t.to, "to", "", "launches before this event time")
	f.StringSliceVar(&t.accounts, "account", nil, "only this account id (repeatable)")
	f.StringSliceVar(&t.regions, "region", nil, "only this region (repeatable)")
	f.StringSliceVar(&t.principals, "principal", nil, "only principals whose ARN matches this glob (repeatable)")
	f.StringSliceVar(&t.keys, "key", nil, "only this KMS key, by ARN or id (repeatable)")
	f.StringSliceVar(&t.instances, "instance", nil, "only this instance id (repeatable)")
	f.DurationVar(&t.joinWindow, "join-window", analyze.DefaultJoinWindow, "longest time from a launch to its refusal, where they share no requestID")
	f.DurationVar(&t.stopWindow, "stop-window", analyze.DefaultStopWindow, "longest time from a launch to its recorded stop")
	f.IntVar(&t.jobs, "jobs", 0, "objects read at a time, and processors used at most (default one a processor)")
	f.StringVar(&t.memory, "memory", "64MiB", "stored bytes of objects in flight")
	f.StringVar(&t.maxObject, "max-object-size", "", "leave objects stored larger than this unread")
	f.StringVar(&t.progress, "progress", "auto", "progress line on standard error: auto, always or never")
	f.StringVar(&t.logFormat, "log-format", "text", "messages on standard error: text or json")
	f.BoolVar(&t.quiet, "quiet", false, "no summary on standard error")
	f.StringVar(&t.cpuProfile, "cpuprofile", "", "write a CPU profile to this file, for go tool pprof")
	f.StringSliceVar(&t.publicKeys, "public-keys", nil, "what aws cloudtrail list-public-keys printed, saved: verifies digest signatures (repeatable)")
	f.StringVar(&t.decoder, "decoder", "auto", "decoder of gzip: auto, or klauspost for all objects, small ones too")
	f.BoolVar(&t.stamp, "stamp", false, "say in the report when it was written; {stamp} in the name of a file to write is that time in any case")
	f.StringVar(&t.failOn, "fail-on", never, "exit 4 on incidents of at least this grade: never, possible, probable or confirmed")
	for _, name := range [...]string{"account", "region", "principal", "key", "instance", "public-keys"} {
		flag := f.Lookup(name)
		flag.Value, flag.DefValue = &repeated{Value: flag.Value}, ""
	}
}

// repeated is a flag of several values that remembers an empty one. The library passes
// over it: what is left beside others would be taken for all that was asked.
type repeated struct {
	pflag.Value
	empty bool
}

func (r *repeated) Set(s string) error {
	r.empty = r.empty || s == ""
	return r.Value.Set(s)
}

// connectionFlags are shared by every verb that reads sources: they say how to
// reach s3://.
func (t *typed) connectionFlags(cmd *cobra.Command) {
	f, c := cmd.Flags(), &t.connection
	f.StringVar(&c.Profile, "profile", "", "profile of the AWS configuration (default the SDK's own chain)")
	f.StringVar(&c.Region, "aws-region", "", "region of the buckets (default asked of S3)")
	f.StringVar(&c.Endpoint, "endpoint-url", "", "S3 endpoint to use instead of AWS's")
	f.BoolVar(&c.PathStyle, "path-style", false, "name the bucket in the path and not in the host")
	f.StringVar(&c.AssumeRole, "assume-role", "", "ARN of a role to assume")
	f.StringVar(&c.ExternalID, "external-id", "", "external id for the role to assume")
	f.BoolVar(&c.RequestPayer, "request-payer", false, "pay for the requests to a requester-pays bucket")
	f.BoolVar(&c.Unsigned, "no-sign-request", false, "do not sign requests: public buckets")
	f.IntVar(&c.Requests, "requests", s3source.DefaultRequests, "requests to S3 at a time")
	f.IntVar(&c.Attempts, "attempts", s3source.DefaultAttempts, "how often a request to S3 is made before its object is given up")
	f.DurationVar(&c.Stall, "stall-timeout", s3source.DefaultStall, "longest wait for the next byte of S3 before it is asked again")
	f.DurationVar(&c.Overlap, "delivery-overlap", s3source.DefaultOverlap, "how late a log file may be delivered: days of S3 are listed this far behind --to")
}

// writingFlags are shared by every verb that writes reports.
func (t *typed) writingFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&t.formats, "format", nil, "markdown, csv, json, html, ocsf or timesketch (repeatable; default markdown)")
	f.StringVarP(&t.output, "output", "o", "", "file to write, or a directory for several formats; - is standard output")
	f.BoolVar(&t.clobber, "clobber", false, "replace files that are there, but none that is read")
}
