package main

import (
	"time"

	"github.com/spf13/cobra"

	"grantrail/analyze"
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
	f.IntVar(&t.jobs, "jobs", 0, "objects read at a time (default one a processor)")
	f.StringVar(&t.memory, "memory", "64MiB", "stored bytes of objects in flight")
	f.StringVar(&t.maxObject, "max-object-size", "", "leave objects stored larger than this unread")
	f.StringVar(&t.progress, "progress", "auto", "progress line on standard error: auto, always or never")
	f.StringVar(&t.logFormat, "log-format", "text", "messages on standard error: text or json")
	f.BoolVar(&t.quiet, "quiet", false, "no summary on standard error")
	f.StringVar(&t.failOn, "fail-on", never, "exit 4 on incidents of at least this grade: never, possible, probable or confirmed")
}

// writingFlags are shared by every verb that writes reports.
func (t *typed) writingFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&t.formats, "format", nil, "markdown, csv, json or html (repeatable; default markdown)")
	f.StringVarP(&t.output, "output", "o", "", "file to write, or a directory for several formats; - is standard output")
	f.BoolVar(&t.clobber, "clobber", false, "replace files that are there")
}
