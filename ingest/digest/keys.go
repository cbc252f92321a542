package digest

import (
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
	"strings"
	"time"
)

// Keys are saved public keys, by fingerprint.
type Keys struct{ keys map[string][]key }

type key struct {
	public   *rsa.PublicKey
	from, to time.Time // validity, inclusive; a zero end is open
}

// Len is the number of different keys.
func (k *Keys) Len() int {
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

// Verified is a digest whose signature a key has confirmed. [Keys.Open] is the
// only way to one.
type Verified struct{ *Unverified }

// Why a digest could not be opened.
var (
	ErrNoKey     = errors.New("no key")
	ErrSignature = errors.New("the signature does not verify")
)

// Open verifies a digest: hash is the hexadecimal SHA-256 of its content. Its
// error is [ErrNoKey] or [ErrSignature], by errors.Is.
func (k *Keys) Open(d *Unverified, hash, signature string) (Verified, error) {
	var known []key
	if k != nil {
		known = k.keys[strings.ToLower(d.Fingerprint)]
	}
	if len(known) == 0 {
		return Verified{}, fmt.Errorf("%w with fingerprint %q is at hand", ErrNoKey, d.Fingerprint)
	}
	sig, err := hex.DecodeString(strings.TrimSpace(signature))
	if err != nil {
		return Verified{}, fmt.Errorf("%w: it is not hexadecimal", ErrSignature)
	}
	sum := sha256.Sum256([]byte(d.statement(hash)))
	inTime := false
	for _, key := range known {
		if !key.covers(d) {
			continue
		}
		inTime = true
		if rsa.VerifyPKCS1v15(key.public, crypto.SHA256, sum[:], sig) == nil {
			return Verified{d}, nil
		}
	}
	if !inTime {
		return Verified{}, fmt.Errorf("%w: the one with fingerprint %q was not valid at the digest's time", ErrNoKey, d.Fingerprint)
	}
	return Verified{}, ErrSignature
}

// covers reports whether the key was valid in some of the digest's hour: keys
// change in the middle of one.
func (k key) covers(d *Unverified) bool {
	return (k.from.IsZero() || !d.End.Before(k.from)) && (k.to.IsZero() || !d.Start.After(k.to))
}
