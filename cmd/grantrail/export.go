package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"grantrail/analyze"
	"grantrail/ingest"
	"grantrail/ingest/custody"
	"grantrail/ingest/export"
	"grantrail/ingest/record"
	"grantrail/report"
)

const exportHelp = `Write every CloudTrail record of the sources as columns, for DuckDB, pandas,
Athena and others: Parquet or Arrow files in folders by account, region and day
of event time. Not only what the analysis keeps: all, once each.

  grantrail export ./logs -o events
  grantrail export s3://trail-bucket --from 2026-03-01 -o events --no-raw
  grantrail export ./logs -o kms --where event-source=kms.amazonaws.com --where error=yes
  grantrail export ./logs -o timeline.csv --format timesketch

  duckdb -c "select event_name, count(*) from 'events/**/*.parquet' group by all"

--where takes event-name, event-source, principal (an ARN glob) and error (yes
or no). Of one kind any may hold, and all kinds must. --key and --instance want
records that mention them.

DIR is new or empty, or with --clobber an earlier export and nothing else. No source
lies in it, nor it in a source.

timesketch is not a format of records: it is the timeline of the incidents.

` + exitHelp

// exportTyped is what was typed for an export, unchecked.
type exportTyped struct {
	format     string
	noRaw      bool
	duplicates bool
	where      []string
}

func newExport(w world, code *int) *cobra.Command {
	var t typed
	var e exportTyped
	cmd := &cobra.Command{
		Use: "export SOURCE... -o DIR", Short: "Write all records as Parquet or Arrow, for other tools", Long: exportHelp,
		Args: someSource,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if e.format == string(report.Timesketch) {
			if e.noRaw || e.duplicates || len(e.where) > 0 {
				return usagef("--no-raw, --keep-duplicates and --where are of Parquet and Arrow: a timeline is of incidents")
			}
			t.formats = []string{e.format}
			return t.reads(w, code, analyze.Case, t.inventory)(cmd, args)
		}
		now := time.Now()
		output := stamped(t.output, now)
		t.output = "" // it is a folder of its own kind
		opt, err := t.options(args, w, now)
		if err != nil {
			return err
		}
		to, wants, err := e.exporting(output, &t)
		if err != nil {
			return err
		}
		files := t.apart(opt, w)
		at, err := exportsTo(output, t.clobber, files)
		if err != nil {
			return err
		}
		if err := files.check(); err != nil {
			return err
		}
		return t.running(func() error {
			*code, err = exportTo(cmd.Context(), opt, to, at, wants, w)
			return err
		})
	}
	t.readingFlags(cmd)
	t.connectionFlags(cmd)
	f := cmd.Flags()
	for name, usage := range map[string]string{
		"from":        "records from this event time on, for timesketch launches: RFC 3339, a date, or a duration back such as 72h",
		"to":          "records before this event time, for timesketch launches",
		"join-window": "for timesketch: " + f.Lookup("join-window").Usage,
		"stop-window": "for timesketch: " + f.Lookup("stop-window").Usage,
		"fail-on":     "for timesketch: " + f.Lookup("fail-on").Usage,
	} {
		f.Lookup(name).Usage = usage // records are not judged
	}
	f.StringVarP(&t.output, "output", "o", "", "folder to write, new or empty; for timesketch a file")
	f.BoolVar(&t.clobber, "clobber", false, "replace an earlier export, or for timesketch a file")
	f.StringVar(&e.format, "format", "parquet", "parquet, arrow or timesketch")
	f.BoolVar(&e.noRaw, "no-raw", false, "without the column that holds the whole record")
	f.BoolVar(&e.duplicates, "keep-duplicates", false, "write a record as often as it is met")
	f.StringArrayVar(&e.where, "where", nil, "only records with event-name=…, event-source=…, principal=…, error=yes|no (repeatable)")
	f.BoolVar(&t.noVerify, "no-verify", false, "leave digest files alone: no digest_verdict, and one reading instead of two")
	return cmd
}

// exporting checks what is to be written, and of what.
func (e *exportTyped) exporting(output string, t *typed) (export.Options, ingest.Wants, error) {
	to := export.Options{NoRaw: e.noRaw, Duplicates: e.duplicates, Arrow: e.format == "arrow"}
	switch {
	case e.format != "parquet" && e.format != "arrow":
		return to, nil, usagef("--format %q: want parquet, arrow or timesketch", e.format)
	case output == "":
		return to, nil, usagef("export: --output names the folder to write, and is missing")
	case output == "-":
		return to, nil, usagef("--output -: an export is a folder")
	}
	wants, err := e.wants(t)
	return to, wants, err
}

// filter is what records are wanted by. Empty lists are no bound.
type filter struct {
	names, sources, accounts, regions []string
	principals                        []*regexp.Regexp
	mentions                          mentions
	failed                            []bool
}

func (e *exportTyped) wants(t *typed) (ingest.Wants, error) {
	f := &filter{accounts: t.accounts, regions: t.regions}
	patterns := slices.Clone(t.principals)
	for _, w := range e.where {
		kind, value, ok := strings.Cut(w, "=")
		switch {
		case !ok || value == "":
			return nil, usagef("--where %q: want KIND=VALUE", w)
		case kind == "event-name":
			f.names = append(f.names, strings.Split(value, ",")...)
		case kind == "event-source":
			f.sources = append(f.sources, strings.Split(value, ",")...)
		case kind == "principal":
			patterns = append(patterns, value)
		case kind == "error" && (value == "yes" || value == "no"):
			f.failed = append(f.failed, value == "yes")
		case kind == "error":
			return nil, usagef("--where %q: want error=yes or error=no", w)
		default:
			return nil, usagef("--where %q: want event-name, event-source, principal or error", w)
		}
	}
	for _, p := range patterns {
		f.principals = append(f.principals, analyze.Glob(p))
	}
	f.mentions.add(t.keys)
	f.mentions.add(t.instances)
	return f.wants, nil
}

func (f *filter) wants(h *record.Head, of *record.Found, raw []byte) bool {
	allowed := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	if !allowed(f.names, h.Name) || !allowed(f.sources, h.Source) || !allowed(f.accounts, h.Account) || !allowed(f.regions, h.Region) {
		return false
	}
	if len(f.failed) > 0 && !slices.Contains(f.failed, len(of.Value(record.ErrorCode)) > 0) {
		return false
	}
	if len(f.principals) > 0 && !slices.ContainsFunc(f.principals, func(re *regexp.Regexp) bool {
		return re.Match(of.Value(record.IdentityARN)) || re.Match(of.Value(record.IssuerARN))
	}) {
		return false
	}
	return f.mentions.in(raw)
}

// inExport is about what an export holds while it runs: rows on their way, and
// what of each partition is not yet encoded.
const inExport = 64 << 20

// exportTo exports, and puts the export where it was asked for once it is whole.
func exportTo(ctx context.Context, opt *options, to export.Options, at *destination, wants ingest.Wants, w world) (code int, err error) {
	began := time.Now()
	defer at.giveUp()
	if err := at.begin(); err != nil {
		return 0, fmt.Errorf("writing %q: %w", at.folder, err)
	}
	to.Dir = at.temp
	progress := opt.show.start()
	listing, err := opt.list(ctx, w, progress)
	if err != nil {
		progress.end()
		return 0, err
	}
	w.collectOver(listing.Held() + inExport)
	opt.read.Progress = progress.update
	out, err := ingest.Export(ctx, listing, opt.read, to, wants)
	progress.end()
	if err != nil {
		return 0, err
	}
	if err := writeAccount(filepath.Join(to.Dir, accountName), listing.Sources, out); err != nil {
		return 0, err
	}
	if err := at.finish(); err != nil {
		return 0, fmt.Errorf("writing %q: %w", at.folder, err)
	}
	opt.show.exported(out, at.folder, time.Since(began))
	if out.Manifest.Incomplete() {
		return exitIncomplete, nil
	}
	return exitOK, nil
}

// accountName is the file that says what an export is.
const accountName = "_export.json"

// writeAccount writes what an export read and wrote. Readers of Parquet pass
// over names that begin with an underscore.
func writeAccount(path string, sources []string, out *ingest.Exported) error {
	text, err := json.MarshalIndent(struct {
		Schema  string           `json:"schema"`
		Tool    any              `json:"tool"`
		Sources []string         `json:"sources"`
		Rows    export.Counts    `json:"rows"`
		LeftOut int              `json:"left_out"`
		Custody custody.Manifest `json:"custody"`
	}{"grantrail.export/v1", tool(), sources, out.Counts, out.LeftOut, out.Manifest}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), fileMode)
}
