package ingest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"grantrail/ingest/custody"
)

// TestSignatureIn: a signature is found in whatever holds one, and of two there is
// none.
func TestSignatureIn(t *testing.T) {
	for text, want := range map[string]string{
		"0aff\n":                              "0aff",
		`{"Metadata":{"signature":"aa"}}`:     "aa",
		`{"x-amz-meta-signature":" aa "}`:     "aa",
		`{"signature":"aa","Signature":"aa"}`: "aa",
		`{"signature":"aa","Signature":"bb"}`: "",
		`{"signature":7}`:                     "",
		`{"sign":"aa"}`:                       "",
		"not hexadecimal":                     "",
	} {
		for range 20 { // maps have no order
			if got := signatureIn([]byte(text)); got != want {
				t.Fatalf("%s: %q, want %q", text, got, want)
			}
		}
	}
}

// TestNamedAsSignature: what is named as a digest's signature, and is evidence, is
// read as that.
func TestNamedAsSignature(t *testing.T) {
	const name = "111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260302T120000Z.json.gz.metadata.json"
	const record = `{"eventVersion":"1.11","eventTime":"2026-03-02T10:00:00Z","eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"eu-west-1","recipientAccountId":"111122223333","eventID":"e"}`
	for text, want := range map[string]custody.Objects{
		`{"Records":[` + record + `]}`: {Listed: 1, Read: 1},
		`{"signed":false}`:             {Listed: 1, Skipped: 1},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ev := read(t, Options{}, dir)
		if got := ev.Manifest.Objects; got != want || ev.Manifest.Records.Seen != want.Read {
			t.Errorf("%.20s: %+v, %+v", text, got, ev.Manifest)
		}
	}
}

func TestForgottenEdge(t *testing.T) {
	c := &collector{listing: &Listing{LeftOut: []custody.LeftOut{{Prefix: "s3://b/AWSLogs/1/CloudTrail/r/", Before: "s3://b/AWSLogs/1/CloudTrail/r/2026/03/03/"}}}}
	c.opt.Horizon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	key := func(minute string) string {
		return "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T" + minute + "Z_x.json.gz"
	}
	if !c.leftOut("b", key("1213")) || c.leftOut("b", key("1214")) {
		t.Error("want 12:13 left out, which ends 14 minutes behind, and not 12:14")
	}
	if !c.leftOut("copy", "AWSLogs/1/CloudTrail/r/2026/03/03/") || c.leftOut("copy", "AWSLogs/1/CloudTrail/r/2026/03/02/z") {
		t.Error("want the first key that was not listed left out, and the last that was not")
	}
}
