package digest

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkParse reads a digest of three log files, as most hours of most
// accounts have.
func BenchmarkParse(b *testing.B) {
	var logs []string
	for i := range 3 {
		logs = append(logs, fmt.Sprintf(`{"s3Bucket":"trail","s3Object":"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T10%02dZ_AAAAAAAAAAAAAAAA.json.gz","hashValue":"%s","hashAlgorithm":"SHA-256","newestEventTime":"2026-03-02T10:05:00Z","oldestEventTime":"2026-03-02T10:00:00Z"}`, i, strings.Repeat("ab", 32)))
	}
	text := []byte(`{"awsAccountId":"111122223333","digestStartTime":"2026-03-02T10:00:00Z","digestEndTime":"2026-03-02T11:00:00Z","digestS3Bucket":"trail",` +
		`"digestS3Object":"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260302T110000Z.json.gz",` +
		`"digestPublicKeyFingerprint":"0123456789abcdef0123456789abcdef","digestSignatureAlgorithm":"SHA256withRSA","newestEventTime":"2026-03-02T10:05:00Z","oldestEventTime":"2026-03-02T10:00:00Z",` +
		`"previousDigestS3Bucket":"trail","previousDigestS3Object":"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/111122223333_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260302T100000Z.json.gz",` +
		`"previousDigestHashValue":"` + strings.Repeat("cd", 32) + `","previousDigestHashAlgorithm":"SHA-256","previousDigestSignature":"` + strings.Repeat("ef", 256) + `","logFiles":[` + strings.Join(logs, ",") + `]}`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}
