package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"grantrail/analyze"
	"grantrail/analyze/incident"
	"grantrail/ingest"
	"grantrail/ingest/state"
)

const sweepHelp = `Read what is new in the sources, judge it together with all that earlier sweeps
have read, and report what changed. What was read is kept in a folder of its own,
the state: a launch of last month and a refusal delivered today still meet.

  grantrail sweep --state /var/lib/grantrail s3://trail-bucket -o report.md --clobber
  grantrail sweep --state state ./logs --suppressions known.yaml --changes changes.json
  grantrail sweep --state state ./logs --keep 400d --format json -o 'cases/{stamp}.json' --stamp

Exit code 4 counts incidents that are new or went on since the last sweep, or
did not count then for their grade or a suppression, and that no suppression
covers. A sweep that ends early, or is killed, loses nothing
that it has committed: the next one goes on. The filters choose what is judged,
and not what is read.

Suppressions are YAML. Each matches by any of id, principal (an ARN glob), key,
account, region and cause, and has an owner, a reason and a day:

  suppressions:
    - principal: arn:aws:iam::111122223333:role/lab-*
      cause: identity-policy-missing
      owner: platform team
      reason: the lab is not to start encrypted instances
      expires: 2027-01-31

` + exitHelp

// sweeping is what a sweep adds to a run.
type sweeping struct {
	dir     string
	rebuild bool
	overlap time.Duration
	changes string
	rules   []incident.Suppression
	now     time.Time
}

func newSweep(w world, code *int) *cobra.Command {
	var t typed
	cmd := &cobra.Command{
		Use: "sweep --state DIR SOURCE...", Short: "Read only what is new, judge everything held, report what changed", Long: sweepHelp,
		Args: someSource,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		now := time.Now()
		opt, err := t.options(args, w, now)
		if err != nil {
			return err
		}
		s, err := t.sweeping(opt, now)
		if err != nil {
			return err
		}
		if err := t.apart(opt, w).check(); err != nil {
			return err
		}
		return t.running(func() error {
			*code, err = s.run(cmd.Context(), opt, w)
			return err
		})
	}
	t.readingFlags(cmd)
	t.connectionFlags(cmd)
	t.writingFlags(cmd)
	f := cmd.Flags()
	f.BoolVar(&t.noVerify, "no-verify", false, "leave digest files alone: nothing is hashed but for the state")
	f.StringVar(&t.sweep.state, "state", "", "folder that keeps what was read")
	f.BoolVar(&t.sweep.rebuild, "rebuild", false, "give up the state and read everything anew")
	f.StringVar(&t.sweep.suppressions, "suppressions", "", "YAML file of incidents that do not count, until a day")
	f.StringVar(&t.sweep.keep, "keep", "", "drop what is older than this from the state, such as 400d")
	f.StringVar(&t.sweep.changes, "changes", "", "write what changed since the last sweep to this file, as JSON")
	f.DurationVar(&t.sweep.overlap, "overlap", 48*time.Hour, "how far back known folders of s3:// are listed again, for files that come late")
	t.failOn = string(incident.Probable)
	f.Lookup("fail-on").DefValue = t.failOn
	return cmd
}

// sweepTyped is what was typed for a sweep, unchecked.
type sweepTyped struct {
	state, suppressions, keep, changes string
	rebuild                            bool
	overlap                            time.Duration
}

func (t *typed) sweeping(opt *options, now time.Time) (*sweeping, error) {
	t.sweep.changes = stamped(t.sweep.changes, now)
	s := &sweeping{dir: t.sweep.state, rebuild: t.sweep.rebuild, overlap: t.sweep.overlap, changes: t.sweep.changes, now: now}
	if s.dir == "" {
		return nil, usagef("sweep: --state names the folder that keeps what was read, and is missing")
	}
	if s.overlap < 0 {
		return nil, usagef("--overlap %s: want 0 or more", s.overlap)
	}
	for _, src := range opt.sources {
		if src == ingest.Stdin {
			return nil, usagef("sweep: standard input is another one each time: name files or folders")
		}
		if !opt.listing.Remote.Claims(src) && namesIn(src, s.dir, state.Names()...) {
			return nil, usagef("--state %q lies inside the source %q: its files would be read as evidence", s.dir, src)
		}
	}
	var err error
	if t.sweep.keep != "" {
		if opt.read.Horizon, err = parseTime("keep", t.sweep.keep, now); err != nil {
			return nil, err
		}
		if opt.read.Horizon.After(now) { // all would be dropped, and whatever comes until then
			return nil, usagef("--keep %q lies in the future: name a time that is past, or a duration back such as 400d", t.sweep.keep)
		}
		opt.read.Horizon = opt.read.Horizon.Truncate(time.Hour)
	}
	if s.changes == "-" {
		return nil, usagef("--changes -: what changed goes to a file; standard output is the report's")
	}
	if s.changes != "" && !free(s.changes, t.clobber) {
		return nil, usagef("--changes %q is there already: name another, or allow --clobber", s.changes)
	}
	opt.listing.Times = true
	s.rules, err = readSuppressions(t.sweep.suppressions)
	return s, err
}

// run sweeps, and returns the exit code of a finished sweep. What was concluded
// is remembered only once the reports are written, so that nothing goes
// unreported: a sweep that is killed before is repeated by the next.
func (s *sweeping) run(ctx context.Context, opt *options, w world) (code int, err error) {
	began := time.Now()
	st, err := state.Open(s.dir, s.rebuild)
	if err != nil {
		return 0, fmt.Errorf("state %q: %w", s.dir, err)
	}
	defer func() { _ = st.Close() }() // all that matters is committed
	c, judged, err := s.conclude(ctx, opt, w, st)
	if err != nil {
		return 0, err
	}
	collectReporting(c.Custody.Records.Kept)
	if err := opt.out.write(ctx, c); err != nil {
		return 0, err
	}
	if err := s.remember(opt, st, c, judged); err != nil {
		opt.out.withdraw()
		return 0, err
	}
	opt.show.closing(c, opt.out.names(), time.Since(began))
	return opt.failOn.exitCode(c), nil
}

// remember writes what changed, and keeps what was concluded.
func (s *sweeping) remember(opt *options, st *state.State, c *incident.Case, judged []incident.Judged) (err error) {
	if err := s.writeChanges(opt.out, c.Changes); err != nil {
		return err
	}
	if st.Judged, err = json.Marshal(judged); err != nil {
		return err
	}
	if err := st.Commit(); err != nil {
		return fmt.Errorf("state %q: %w", s.dir, err)
	}
	return nil
}

func (s *sweeping) conclude(ctx context.Context, opt *options, w world, st *state.State) (*incident.Case, []incident.Judged, error) {
	progress := opt.show.start()
	defer progress.end()
	var err error
	if opt.listing.Scope, err = s.scope(opt, st); err != nil {
		return nil, nil, fmt.Errorf("state %q: %w", s.dir, err)
	}
	listing, err := opt.list(ctx, w, progress)
	if err != nil {
		return nil, nil, err
	}
	w.collectOver(listing.Held())
	opt.read.Progress = progress.update
	st.Sources = slices.Compact(slices.Sorted(slices.Values(append(st.Sources, listing.Sources...))))
	evidence, swept, err := ingest.Sweep(ctx, listing, st, opt.read)
	if err != nil {
		return nil, nil, fmt.Errorf("state %q: %w", s.dir, err)
	}
	defer evidence.Release()
	listing.Note(st, s.now) // it is on disk once the reports are written
	w.collectJudging(listing.Held(), evidence.Table.Len())
	opt.question.Sources = st.Sources
	c := analyze.Case(evidenceOf(evidence), opt.question)
	analyze.Suppress(c, s.rules, s.now)
	var before []incident.Judged
	if len(st.Judged) > 0 {
		if err := json.Unmarshal(st.Judged, &before); err != nil {
			return nil, nil, fmt.Errorf("state %q: %w", s.dir, err)
		}
	}
	changes, judged := analyze.Since(c, before)
	changes.Objects = incident.Reading{Listed: swept.Listed, New: swept.New, Retried: swept.Retried, Replaced: swept.Replaced, Gone: swept.Gone}
	c.Changes, c.Stamp = changes, opt.stamp
	return c, judged, nil
}

// scope is what is listed: all of it, but for days of S3 that are known. What
// is kept must not depend on a question.
func (s *sweeping) scope(opt *options, st *state.State) (scope ingest.Scope, err error) {
	if slices.ContainsFunc(opt.sources, opt.listing.Remote.Claims) {
		scope.Since, err = ingest.Since(st, s.overlap)
	}
	return scope, err
}

func (s *sweeping) writeChanges(out *output, c *incident.Changes) error {
	if s.changes == "" {
		return nil
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return out.deliver(s.changes, append(text, '\n'))
}
