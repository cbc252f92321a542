package main

import (
	"time"

	"github.com/spf13/cobra"
)

const renderHelp = `Write a saved case again, in any format, without reading the archive. The bytes
are the same as when the case was made.

  grantrail render case.json --format html -o report.html`

func newRender(w world) *cobra.Command {
	var t typed
	cmd := &cobra.Command{
		Use: "render CASE.json", Short: "Write a saved case again, in any format", Long: renderHelp,
		Args: exactly(1, "one CASE.json"),
		RunE: func(cmd *cobra.Command, args []string) error {
			out, err := t.writing(w.stdout, time.Now())
			if err != nil {
				return err
			}
			var files apart
			files.read("render", args[0])
			files.report(out)
			if err := files.check(); err != nil {
				return err
			}
			c, err := openCase(args[0])
			if err != nil {
				return err
			}
			return out.write(cmd.Context(), c)
		},
	}
	t.writingFlags(cmd)
	return cmd
}
