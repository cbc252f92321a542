package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"grantrail/analyze"
	"grantrail/analyze/incident"
	"grantrail/ingest"
)

const investigateHelp = `Read the sources, join refused KMS calls with the launches that caused them and
with evidence of the stop, and write an incident report.

A SOURCE is a file, a directory (walked, links not followed), a glob, - for
standard input, or s3://BUCKET/PREFIX, of which only the accounts, regions and
days are listed that the question allows. What it holds is recognised by
content, never by name.

  grantrail investigate ./logs
  grantrail investigate s3://trail-bucket --from 2026-03-02 --to 2026-03-03
  grantrail investigate ./logs --account 111122223333 --format json | jq .summary
  grantrail investigate ./logs --fail-on probable -o report.md

` + exitHelp

func newInvestigate(w world, code *int) *cobra.Command {
	var t typed
	cmd := &cobra.Command{
		Use: "investigate SOURCE...", Short: "Read an archive and write the incident report", Long: investigateHelp,
		Args: someSource,
		RunE: t.reads(w, code, analyze.Case, t.inventory),
	}
	t.readingFlags(cmd)
	t.connectionFlags(cmd)
	t.writingFlags(cmd)
	cmd.Flags().BoolVar(&t.noVerify, "no-verify", false, "leave digest files alone: nothing is hashed")
	cmd.Flags().StringVar(&t.manifest, "manifest", "", "write what was read, with its hashes, to this file: sha256sum -c can check it")
	return cmd
}

// reads is what a verb that reads sources does: check what was typed, read,
// judge, report. Manifest says what a manifest is to the verb.
func (t *typed) reads(w world, code *int, judge judgement, manifest func(sources []string, now time.Time) (*inventory, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		now := time.Now()
		opt, err := t.options(args, w, now)
		if err != nil {
			return err
		}
		if opt.manifest, err = manifest(args, now); err != nil {
			return err
		}
		if err := t.apart(opt, w).check(); err != nil {
			return err
		}
		return t.running(func() error {
			*code, err = investigate(cmd.Context(), opt, w, judge)
			return err
		})
	}
}

// judgement makes a case of the evidence.
type judgement = func(analyze.Evidence, analyze.Options) *incident.Case

// investigate runs the stages and returns the exit code of a finished run.
func investigate(ctx context.Context, opt *options, w world, judge judgement) (int, error) {
	began := time.Now()
	c, err := conclude(ctx, opt, w, judge)
	if err != nil {
		return 0, err
	}
	collectReporting(c.Custody.Records.Kept)
	if err := opt.out.write(ctx, c); err != nil {
		return 0, err
	}
	if err := opt.manifest.write(opt.out, w.args); err != nil {
		opt.out.withdraw()
		return 0, err
	}
	opt.show.closing(c, opt.out.names(), time.Since(began))
	return opt.failOn.exitCode(c), nil
}

// evidenceOf is what was read, for the analysis.
func evidenceOf(ev *ingest.Evidence) analyze.Evidence {
	return analyze.Evidence{Table: ev.Table, Objects: ev.Objects, Manifest: ev.Manifest}
}

func conclude(ctx context.Context, opt *options, w world, judge judgement) (*incident.Case, error) {
	progress := opt.show.start()
	listing, err := opt.list(ctx, w, progress)
	if err != nil {
		progress.end()
		return nil, err
	}
	w.collectOver(listing.Held())
	opt.read.Progress, opt.read.Inventory = progress.update, opt.manifest != nil
	evidence, err := ingest.Read(ctx, listing, opt.read)
	progress.end()
	if err != nil {
		return nil, err
	}
	defer evidence.Release()
	w.collectJudging(listing.Held(), evidence.Table.Len())
	opt.manifest.take(evidence)
	opt.question.Sources = listing.Sources
	c := judge(evidenceOf(evidence), opt.question)
	c.Stamp = opt.stamp
	return c, nil
}
