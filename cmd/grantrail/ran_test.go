package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"grantrail/ingest/s3source/s3test"
)

// ran runs one command line in this process, with nothing in its environment and
// nothing on standard input.
func ran(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	var out, err bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	code = run(ctx, world{args, none, strings.NewReader(""), &out, &err})
	return out.String(), err.String(), code
}

// authorised gives the SDK the keys of the test server, for as long as the test runs.
func authorised(t *testing.T) {
	t.Helper()
	for _, v := range s3test.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
}
