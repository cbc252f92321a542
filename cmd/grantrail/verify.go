package main

import (
	"os"

	"github.com/spf13/cobra"

	"grantrail/analyze"
	"grantrail/ingest/digest"
)

const verifyHelp = `Read the sources and say how far they can be trusted: each log file against the
digest that lists it, each digest against the one after it and, with saved
public keys, its signature; and what time they cover. Nothing is analysed, and
nothing is asked of AWS.

  aws cloudtrail list-public-keys --start-time 2026-01-01 > keys.json
  grantrail verify ./logs --public-keys keys.json
  grantrail verify s3://trail-bucket --from 2026-03-02 --format json
  grantrail verify ./logs --manifest manifest.txt   # what has changed since

Keys are listed for each region: several files, or one with all of them after
one another. A copy on a disk loses the signature of the newest digest, which
S3 keeps as metadata; what "aws s3api head-object" prints, saved beside the
digest as NAME.metadata.json, gives it back.

A manifest ends with the number of its objects. One that does not was cut short, or
is of a version that wrote no end: it is compared all the same, and the run ends
with 3.

` + exitHelp

func newVerify(w world, code *int) *cobra.Command {
	var t typed
	cmd := &cobra.Command{
		Use: "verify SOURCE...", Short: "Say what the evidence is worth: digests, hashes, gaps", Long: verifyHelp,
		Args: someSource,
		RunE: t.reads(w, code, analyze.Custody, t.earlier),
	}
	t.readingFlags(cmd)
	t.connectionFlags(cmd)
	t.writingFlags(cmd)
	cmd.Flags().StringVar(&t.manifest, "manifest", "", "manifest of an earlier run: say what has changed since")
	return cmd
}

// readKeys reads saved public keys, before anything else is.
func readKeys(paths []string) (*digest.Keys, error) {
	keys := &digest.Keys{}
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return nil, usagef("--public-keys: %w", err)
		}
		err = keys.Add(f)
		_ = f.Close() // it was only read
		if err != nil {
			return nil, usagef("--public-keys %q: %w", path, err)
		}
	}
	return keys, nil
}
