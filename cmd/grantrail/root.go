package main

import (
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"grantrail/analyze/incident"
)

const rootHelp = `grantrail finds, in archived CloudTrail logs, EC2 launches whose instances did
not stay up because KMS refused a call that EC2 made for the caller: the API call
succeeds, seconds later the instance is stopped again, and nothing says why.

  grantrail investigate ./logs                        # report on standard output
  grantrail investigate ./logs --from 2026-03-01 --to 2026-04-01 \
      --format markdown --format json -o case/        # several formats, a directory
  grantrail sweep --state state ./logs                # the periodic job: what is new
  grantrail verify ./logs --public-keys keys.json     # what the evidence is worth
  grantrail export ./logs -o events                   # all records as Parquet
  grantrail explain case/case.json gt-5125a3abcb6a    # the join, record by record
  grantrail render case/case.json --format html -o report.html

Every flag has an environment variable: --join-window is GRANTRAIL_JOIN_WINDOW.

` + exitHelp

// newRoot builds the command tree. A verb leaves its exit code in code.
func newRoot(w world, code *int) *cobra.Command {
	root := &cobra.Command{
		Use: "grantrail", Short: "Find launches that KMS refused, in archived CloudTrail logs", Long: rootHelp,
		Version: version(), SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags(), w.env); err != nil {
				return err
			}
			return noneEmpty(cmd.Flags())
		},
	}
	root.SetVersionTemplate("grantrail {{.Version}}\n")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(newInvestigate(w, code), newSweep(w, code), newVerify(w, code), newExport(w, code), newExplain(w), newRender(w))
	return root
}

// fromEnvironment sets every flag that was not typed and whose variable is.
func fromEnvironment(flags *pflag.FlagSet, env func(string) (string, bool)) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "GRANTRAIL_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := env(name)
		if !ok || f.Changed || failed != nil {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = usagef("%s: %w", name, err)
		}
	})
	return failed
}

// noneEmpty refuses filters that are given and empty, as a variable of a script that
// is not set makes them: nobody asks for everything like that. Nor does anybody ask
// like that to leave out what the evidence is to be held against.
func noneEmpty(flags *pflag.FlagSet) error {
	for _, name := range [...]string{"from", "to", "account", "region", "principal", "key", "instance", "public-keys", "manifest"} {
		f := flags.Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		if several, ok := f.Value.(*repeated); ok && several.empty || f.Value.String() == "" {
			return usagef("--%s is given, and empty", name)
		}
	}
	return nil
}

// someSource is a cobra argument check whose failure is wrong usage.
func someSource(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("%s: no SOURCE was named", cmd.Name())
	}
	return nil
}

// exactly is a cobra argument check whose failure is wrong usage.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s: want %s", cmd.Name(), what)
		}
		return nil
	}
}

// tool names this build in every report.
func tool() incident.Tool { return incident.Tool{Name: "grantrail", Version: version()} }

// version comes from the build's own record, so that equal builds say the
// same.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
