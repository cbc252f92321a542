// Command grantrail finds, in archived CloudTrail logs, EC2 launches that
// stopped because KMS refused a call made for the caller.
//
// This package turns what was typed into validated options, runs the stages
// in order (ingest, analyze, report), and decides how outcomes look and what
// exit code they become. Nothing downstream sees a flag.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	w := world{os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr}
	w.collectOver(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process
	code := run(ctx, w)
	stop()
	os.Exit(code)
}

// world is all of the surroundings that a run may touch, files aside.
type world struct {
	args   []string // without the program's name
	env    func(string) (string, bool)
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, w world) int {
	var code int
	root := newRoot(w, &code)
	root.SetArgs(w.args)
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return code
	}
	line, code := failed(ctx, err)
	if f := cmd.Flags().Lookup("log-format"); f != nil && f.Value.String() == "json" {
		sayJSON(w.stderr, map[string]any{"error": line, "exit_code": code})
		return code
	}
	say(w.stderr, "%s", line)
	if code == exitUsage {
		say(w.stderr, `run "grantrail --help" for the usage`)
	}
	return code
}
