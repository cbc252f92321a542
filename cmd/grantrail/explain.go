package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"grantrail/analyze/incident"
	"grantrail/report"
)

const explainHelp = `Print the join of one incident step by step: each record's object, number and
bytes, and a shell line that prints exactly that record. The lines name objects
as the case does: run them where investigate was run.

  grantrail explain case.json gt-5125a3abcb6a`

func newExplain(w world) *cobra.Command {
	return &cobra.Command{
		Use: "explain CASE.json INCIDENT-ID", Short: "Print how an incident was joined, record by record", Long: explainHelp,
		Args: exactly(2, "a CASE.json and an INCIDENT-ID"),
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := openCase(args[0])
			if err != nil {
				return err
			}
			err = report.Explain(w.stdout, c, args[1])
			if errors.Is(err, report.ErrNoIncident) {
				return usageError{err}
			}
			return err
		},
	}
}

// openCase reads a saved case.
func openCase(path string) (*incident.Case, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening the case: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	c, err := report.ReadCase(f)
	if err != nil {
		return nil, fmt.Errorf("reading the case %q: %w", path, err)
	}
	return c, nil
}
