package ingest

import "testing"

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
