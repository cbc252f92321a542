package digest

import (
	"bytes"
	"crypto"
	"crypto/md5" //nolint:gosec // the fingerprint's own algorithm; nothing rests on it
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"time"
)

// Keys are saved public keys, by fingerprint.
type Keys struct{ keys map[string][]key }

type key struct {
	public   *rsa.PublicKey
	from, to time.Time // validity, inclusive; a zero end is open
}

// count is the number of different keys.
func (k *Keys) count() int {
	if k == nil {
		return 0
	}
	return len(k.keys)
}

// Add reads what "aws cloudtrail list-public-keys" prints, for any number of
// regions: such objects one after another, in an array, or under names of the
// writer's choice. A key whose fingerprint is not its own is an error.
func (k *Keys) Add(r io.Reader) error {
	if k.keys == nil {
		k.keys = map[string][]key{}
	}
	before := len(k.keys)
	dec := json.NewDecoder(r)
	for {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("parsing: %w", err)
		}
		if err := k.walk(v); err != nil {
			return err
		}
	}
	if len(k.keys) == before {
		return errors.New(`no public key is in it: want what "aws cloudtrail list-public-keys" prints`)
	}
	return nil
}

func (k *Keys) walk(v any) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := k.walk(e); err != nil {
				return err
			}
		}
	case map[string]any:
		if value, ok := v["Value"].(string); ok {
			return k.add(value, v)
		}
		for _, e := range v {
			if err := k.walk(e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *Keys) add(value string, entry map[string]any) error {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		return fmt.Errorf("key value: %w", err)
	}
	public, err := parseKey(der)
	if err != nil {
		return err
	}
	own := key{public: public}
	if own.from, err = validity(entry["ValidityStartTime"]); err != nil {
		return fmt.Errorf("ValidityStartTime: %w", err)
	}
	if own.to, err = validity(entry["ValidityEndTime"]); err != nil {
		return fmt.Errorf("ValidityEndTime: %w", err)
	}
	print := fingerprint(der)
	if said, ok := entry["Fingerprint"].(string); ok && !strings.EqualFold(said, print) {
		return fmt.Errorf("the key's fingerprint is %s and not %q, as the list says", print, said)
	}
	k.keys[print] = append(k.keys[print], own)
	return nil
}

func fingerprint(der []byte) string {
	sum := md5.Sum(der) //nolint:gosec // see the import
	return hex.EncodeToString(sum[:])
}

// parseKey takes both forms that are published.
func parseKey(der []byte) (*rsa.PublicKey, error) {
	if public, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return public, nil
	}
	any, err := x509.ParsePKIXPublicKey(der)
	if public, ok := any.(*rsa.PublicKey); ok {
		return public, nil
	}
	return nil, errors.Join(errors.New("the key is no RSA public key"), err)
}

// validity reads a time as the command line spells it: ISO 8601 or seconds.
func validity(v any) (time.Time, error) {
	switch v := v.(type) {
	case nil:
		return time.Time{}, nil
	case float64:
		return time.UnixMilli(int64(v * 1000)).UTC(), nil
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", "2006-01-02T15:04:05"} {
			if t, err := time.Parse(layout, v); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%v is no time", v)
}

// Why a digest could not be verified.
var (
	errNoKey     = errors.New("no key")
	errSignature = errors.New("the signature does not verify")
)

// of are the keys with a digest's fingerprint. They are one, valid at several
// times.
func (k *Keys) of(d *Unverified) []key {
	if k == nil {
		return nil
	}
	return k.keys[strings.ToLower(d.Fingerprint)]
}

// verify verifies a digest's signature: hash is the hexadecimal SHA-256 of its
// content. Its error is errNoKey or errSignature, by errors.Is.
func (k *Keys) verify(d *Unverified, hash, signature string) error {
	known := k.of(d)
	if len(known) == 0 {
		return fmt.Errorf("%w with fingerprint %q is at hand", errNoKey, d.Fingerprint)
	}
	sig, ok := signatureIn(signature)
	if !ok {
		return fmt.Errorf("%w: it is not hexadecimal", errSignature)
	}
	sum := sha256.Sum256([]byte(d.statement(hash)))
	inTime := false
	for _, key := range known {
		if !key.covers(d) {
			continue
		}
		inTime = true
		if rsa.VerifyPKCS1v15(key.public, crypto.SHA256, sum[:], sig) == nil {
			return nil
		}
	}
	if !inTime {
		return fmt.Errorf("%w: the one with fingerprint %q was not valid at the digest's time", errNoKey, d.Fingerprint)
	}
	return errSignature
}

// signatureIn reads a signature as it is spelt.
func signatureIn(text string) ([]byte, bool) {
	sig, err := hex.DecodeString(strings.TrimSpace(text))
	return sig, err == nil
}

func hexadecimal(text string) bool {
	_, ok := signatureIn(text)
	return ok
}

// sha256Prefix is what stands before a SHA-256 in a signature: RFC 8017, section
// 9.2, note 1.
const sha256Prefix = "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

// signed is the hash that a signature of the key is of: RFC 8017, section
// 8.2.2, from its steps 1 to 3. It says which signature is to be verified, and
// verifies none.
func (k key) signed(signature string) (sum [32]byte, ok bool) {
	sig, ok := signatureIn(signature)
	s := new(big.Int).SetBytes(sig)
	if size := k.public.Size(); !ok || len(sig) != size || size < len(sum)+len(sha256Prefix)+11 || s.Cmp(k.public.N) >= 0 {
		return sum, false
	}
	message := s.Exp(s, big.NewInt(int64(k.public.E)), k.public.N).FillBytes(sig)
	before := message[:len(message)-len(sum)]
	copy(sum[:], message[len(before):])
	padding := before[:len(before)-len(sha256Prefix)]
	want := append(append([]byte{0, 1}, bytes.Repeat([]byte{0xff}, len(padding)-3)...), 0)
	return sum, bytes.Equal(padding, want) && string(before[len(padding):]) == sha256Prefix
}

// covers reports whether the key was valid in some of the digest's hour: keys
// change in the middle of one.
func (k key) covers(d *Unverified) bool {
	return (k.from.IsZero() || !d.End.Before(k.from)) && (k.to.IsZero() || !d.Start.After(k.to))
}
