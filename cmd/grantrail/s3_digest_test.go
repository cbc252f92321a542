package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"grantrail/ingest/s3source/s3test"
	"grantrail/ingest/trailtest"
)

// TestS3Digests: signatures come with the objects, and what a filter left out
// of the listing is not called missing.
func TestS3Digests(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "trail")
	trail, err := trailtest.Parse(`
		file AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T2325Z_AAAAAAAAAAAAAAAA.json.gz
		noise at=2026-03-02T23:20:00Z n=3
		file AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/111122223333_CloudTrail_eu-west-1_20260303T1025Z_BBBBBBBBBBBBBBBB.json.gz
		noise at=2026-03-03T10:20:00Z n=3
		digests from=2026-03-02T20:00:00Z to=2026-03-03T12:00:00Z sidecar`)
	if err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(t.TempDir(), "keys.json")
	beside := map[string]map[string]string{}
	for _, o := range trail.Objects {
		var head struct{ Metadata map[string]string }
		if of, ok := strings.CutSuffix(o.Path, ".metadata.json"); ok && json.Unmarshal(o.Data, &head) == nil {
			beside[of] = head.Metadata
		}
	}
	for _, o := range trail.Objects {
		switch {
		case o.Path == "public-keys.json":
			if err := os.WriteFile(keys, o.Data, 0o600); err != nil {
				t.Fatal(err)
			}
		case !strings.HasSuffix(o.Path, ".metadata.json"):
			server.Put(t, "trail", o.Path, o.Data, beside[o.Path])
		}
	}
	args := from(server.URL, "--public-keys", keys)
	_, c, code := investigated(t, "s3://trail", args...)
	if i := c.Custody.Integrity; code != exitOK || !maps.Equal(i.Logs, map[string]int{"signed": 2}) || !maps.Equal(i.Digests, map[string]int{"signed": 16}) {
		t.Errorf("exit %d, logs %v, digests %v, %v", code, i.Logs, i.Digests, i.Findings)
	}
	_, c, code = investigated(t, "s3://trail", append(args, "--from", "2026-03-03T09:00:00Z", "--to", "2026-03-04")...)
	if i := c.Custody.Integrity; code != exitOK || !maps.Equal(i.Logs, map[string]int{"signed": 1}) || i.Fails() || !i.Checked {
		t.Errorf("one day: exit %d, logs %v, digests %v, %v", code, i.Logs, i.Digests, i.Findings)
	}
	server.Delete(t, "trail", trail.Objects[0].Path)
	_, c, code = investigated(t, "s3://trail", args...)
	if i := c.Custody.Integrity; code != exitIncomplete || i.Logs["missing"] != 1 {
		t.Errorf("one deleted: exit %d, logs %v", code, i.Logs)
	}
}
