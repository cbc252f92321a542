// Package digest validates log files against CloudTrail's digest files, from
// the bytes at hand and saved public keys, without asking AWS.
//
// # The format
//
// Once an hour, also where nothing was logged, CloudTrail writes for each
// account and region of a trail a digest file: one JSON object that names the
// log files delivered in that hour. How it is named says package layout.
//
// Its members that count here: digestStartTime and digestEndTime, half-open,
// of delivery; digestS3Bucket and digestS3Object, where it was written;
// digestPublicKeyFingerprint; logFiles, each with s3Bucket, s3Object and
// hashValue; and of the digest before it previousDigestS3Bucket,
// previousDigestS3Object, previousDigestHashValue and previousDigestSignature,
// all null where a chain begins. A hash is the lower-case hexadecimal SHA-256
// of the file's uncompressed content.
//
// The signature is RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2),
// hexadecimal, of
//
//	digestEndTime LF digestS3Bucket "/" digestS3Object LF hash of the digest LF
//	previousDigestSignature, or the word null
//
// with the members as they are spelt in the file. It is not in the file: it is
// user metadata of the S3 object, and repeated by the digest that follows. A
// copy on a disk has lost the first, so the newest of a chain has none.
//
// A public key is one of what "aws cloudtrail list-public-keys" lists, found
// by its fingerprint: the hexadecimal MD5 of the DER bytes of its Value.
//
//	https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
//	https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
//	https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PublicKey.html
//
// # What is concluded
//
// Each digest and each log file gets one [custody.Verdict]; see [Judge]. What a
// file says of itself is [Unverified].
//
//   - A signature that verifies is worth the same wherever it was kept.
//   - A digest that is itself altered vouches for nothing and condemns nothing.
//   - Where two files disagree and neither is verified, the older one is called
//     a mismatch, and the detail says that it may be the other.
//   - A chain that begins with nulls is a seam, also in the middle: validation
//     or logging was switched on. It is no sign of tampering, and none of
//     integrity.
//   - Digests are hourly. Between two at hand, an hour without one is missing,
//     each hour for itself, and together they are a gap; a backfill digest
//     covers hours as any other.
//   - Copies lie under other roots than the bucket's. Paths are compared from
//     AWSLogs on, and where that is lost by what they have.
package digest

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unique"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/layout"
)

// Unverified is what a digest file says. Nothing has vouched for it.
type Unverified struct {
	Account     string    `json:"awsAccountId"`
	StartText   string    `json:"digestStartTime"`
	EndText     string    `json:"digestEndTime"`
	Bucket      string    `json:"digestS3Bucket"`
	Object      string    `json:"digestS3Object"`
	Fingerprint string    `json:"digestPublicKeyFingerprint"`
	Algorithm   string    `json:"digestSignatureAlgorithm"`
	PrevBucket  *string   `json:"previousDigestS3Bucket"`
	PrevObject  *string   `json:"previousDigestS3Object"`
	PrevHash    *string   `json:"previousDigestHashValue"`
	PrevSig     *string   `json:"previousDigestSignature"`
	Logs        []LogFile `json:"-"`

	Start, End time.Time `json:"-"` // of delivery, half-open
	Chain      chain     `json:"-"`
}

// LogFile is what a digest says of a log file. There can be a million of them,
// so the bucket's name is held once.
type LogFile struct {
	Bucket unique.Handle[string]
	Object string
	Sum    [32]byte
	Known  bool // Sum is the SHA-256 that it says; else it says none
}

// listed is the same as it is spelt.
type listed struct {
	Bucket string `json:"s3Bucket"`
	Object string `json:"s3Object"`
	Hash   string `json:"hashValue"`
	Method string `json:"hashAlgorithm"`
}

func (l *listed) file() LogFile {
	f := LogFile{Bucket: unique.Make(l.Bucket), Object: strings.Clone(l.Object)}
	if len(l.Hash) == 2*len(f.Sum) && (l.Method == "" || l.Method == "SHA-256") {
		_, err := hex.Decode(f.Sum[:], []byte(l.Hash))
		f.Known = err == nil
	}
	return f
}

// chain is what the digests of one chain have in common.
type chain struct {
	Account, Region, Trail string
	Backfill               bool
}

// regional is what all chains of an account and region have in common.
func (c chain) regional() chain { return chain{Account: c.Account, Region: c.Region} }

// lenient is what readers of JSON commonly forgive: what a digest says twice
// counts as its last.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// plainly is err in words that are the same in every run: of a value that is of
// another type than it should be, the library says by chance that it "cannot" be
// read or is "unable to" be.
func plainly(err error) error {
	var other *json.SemanticError
	if errors.As(err, &other) {
		return fmt.Errorf("%q is of another JSON type than it is to be", other.JSONPointer)
	}
	return err
}

// Parse reads a digest's text. It fails on what is not JSON, on times that are not RFC
// 3339 or out of all reason, on an end before the start, on a missing bucket or object,
// and on a signature algorithm that is not known.
func Parse(text []byte) (*Unverified, error) {
	var wire struct {
		Unverified
		Listed []listed `json:"logFiles"`
	}
	if err := json.Unmarshal(text, &wire, lenient); err != nil {
		return nil, fmt.Errorf("parsing: %w", plainly(err))
	}
	d := wire.Unverified
	d.Logs = make([]LogFile, len(wire.Listed))
	for i := range wire.Listed {
		d.Logs[i] = wire.Listed[i].file()
	}
	var err error
	if d.Start, err = timeOf(d.StartText); err != nil {
		return nil, fmt.Errorf("digestStartTime: %w", err)
	}
	if d.End, err = timeOf(d.EndText); err != nil {
		return nil, fmt.Errorf("digestEndTime: %w", err)
	}
	switch {
	case d.Object == "" || d.Bucket == "":
		return nil, errors.New("it does not say where it was written")
	case d.End.Before(d.Start):
		return nil, errors.New("it ends before it starts")
	case d.Algorithm != "" && !strings.EqualFold(d.Algorithm, "SHA256withRSA"):
		return nil, fmt.Errorf("digestSignatureAlgorithm %q is not known", d.Algorithm)
	}
	d.Chain = chain{Account: d.Account}
	of, _ := layout.DigestOf(d.Object)
	d.Chain.Region, d.Chain.Trail, d.Chain.Backfill = of.Region, of.Trail, of.Backfill
	return &d, nil
}

// The years in which CloudTrail can have written a digest: the service began in
// 2013, and a time past this century is a damaged one.
const (
	firstYear = 2013
	lastYear  = 2099
)

func timeOf(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if year := t.UTC().Year(); err == nil && (year < firstYear || year > lastYear) {
		err = fmt.Errorf("%q is impossible", text)
	}
	return t, err
}

// statement is the string that is signed, for a digest of this content hash.
func (d *Unverified) statement(hash string) string {
	previous := "null"
	if d.PrevSig != nil {
		previous = *d.PrevSig
	}
	return d.EndText + "\n" + d.Bucket + "/" + d.Object + "\n" + hash + "\n" + previous
}
