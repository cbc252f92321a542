package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"grantrail/analyze/incident"
	"grantrail/report"
)

// The exit codes, the same for every verb and format.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitIncomplete  = 3
	exitFound       = 4
	exitInterrupted = 130
)

const exitHelp = `Exit codes:
  0    finished; all evidence was read; nothing at or above --fail-on
  1    could not finish; no report file was left behind
  2    wrong usage; nothing was read
  3    finished, but some evidence was unread, partial, refused, missing or failed
       verification: the report says which
  4    finished; incidents at or above --fail-on (4 wins over 3)
  130  interrupted; no report file was left behind`

// usageError is a command line that cannot be run. Nothing was read.
type usageError struct{ err error }

func (u usageError) Error() string { return u.err.Error() }
func (u usageError) Unwrap() error { return u.err }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// failed is why a run did not finish, and its exit code.
func failed(ctx context.Context, err error) (line string, code int) {
	if ctx.Err() != nil {
		return "interrupted; no report was written", exitInterrupted
	}
	line = causes(err)
	var usage usageError
	switch {
	case errors.As(err, &usage):
		return line, exitUsage
	case strings.HasPrefix(line, "unknown command"):
		return suggested(line), exitUsage
	}
	return line, exitFailed
}

// suggested is what the library says of an unknown command in one line: the commands
// that may be meant stand on lines of their own.
func suggested(text string) string {
	text, meant, ok := strings.Cut(text, "\n\nDid you mean this?\n")
	if !ok {
		return text
	}
	return text + ": did you mean " + strings.Join(strings.Fields(meant), " or ") + "?"
}

// causes is an error's text with one cause behind the other where there are several,
// which the library puts on lines of their own.
func causes(err error) string {
	text := err.Error()
	switch e := err.(type) { //nolint:errorlint // each error of the chain is looked at by itself
	case interface{ Unwrap() []error }:
		var lines, parts []string
		for _, one := range e.Unwrap() {
			lines, parts = append(lines, one.Error()), append(parts, causes(one))
		}
		return strings.Replace(text, strings.Join(lines, "\n"), strings.Join(parts, "; "), 1)
	case interface{ Unwrap() error }:
		if cause := e.Unwrap(); cause != nil {
			return strings.Replace(text, cause.Error(), causes(cause), 1)
		}
	}
	return text
}

// say writes one line to a person, in the one manner that all lines have.
// Paths and causes in it may hold a stranger's characters: controls, and what else
// changes a text without being seen in it, are shown, not sent to the terminal.
func say(w io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintln(w, "grantrail: "+printable(fmt.Sprintf(format, args...)))
}

// sayJSON writes one line to a program.
func sayJSON(w io.Writer, fields map[string]any) {
	if line, err := json.Marshal(fields); err == nil {
		_, _ = fmt.Fprintf(w, "%s\n", line)
	}
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if report.Hidden(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// threshold is the least grade that makes exit code 4; empty is never.
type threshold incident.Grade

const never = "never"

func parseThreshold(s string) (threshold, error) {
	switch g := incident.Grade(s); {
	case s == never:
		return "", nil
	case g.Rank() > 0:
		return threshold(g), nil
	}
	return "", usagef("--fail-on %q: want never, possible, probable or confirmed", s)
}

// exitCode gives the exit code of a finished case. In a sweep only what is new,
// went on or did not count before does, and nowhere what is suppressed.
func (t threshold) exitCode(c *incident.Case) int {
	var counting map[string]bool
	if c.Changes != nil {
		counting = c.Changes.Counting(incident.Grade(t))
	}
	for i := range c.Incidents {
		in := &c.Incidents[i]
		if t == "" || in.Suppressed != nil || c.Changes != nil && !counting[in.ID] {
			continue
		}
		if in.Grade.Rank() >= incident.Grade(t).Rank() {
			return exitFound
		}
	}
	if c.Custody.Incomplete() {
		return exitIncomplete
	}
	return exitOK
}
