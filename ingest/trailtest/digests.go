package trailtest

import (
	"crypto"
	"crypto/md5" //nolint:gosec // the fingerprint's own algorithm
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
)

// digests is a "digests" line: what CloudTrail's log file validation writes
// over the log files of the archive. It is written from AWS's description and
// shares nothing with the code that it tests.
type digests struct {
	line              int
	from, to          time.Time
	trail, bucket     string
	rotate            time.Time // the second key signs what ends later
	restart, backfill []time.Time
	sidecar           bool
}

func (b *builder) newDigests(l *line) {
	d := digests{line: b.number, trail: l.optOr("trail", "main"), bucket: l.optOr("bucket", "example-trail"), sidecar: l.flag("sidecar")}
	moment := func(s string) time.Time {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil && s != "" {
			l.fail("%w", err)
		}
		return t
	}
	d.from, d.to, d.rotate = moment(l.need("from")), moment(l.need("to")), moment(l.opt("rotate"))
	for _, s := range l.many("restart") {
		d.restart = append(d.restart, moment(s))
	}
	for _, s := range l.many("backfill") {
		d.backfill = append(d.backfill, moment(s))
	}
	if d.to.Sub(d.from) > 1000*time.Hour {
		l.fail("more than 1000 hours of digests")
	}
	b.digests = append(b.digests, d)
}

var deliveredLog = regexp.MustCompile(`^((?:.*/)?AWSLogs/(?:o-\w+/)?(\d{12}))/CloudTrail/([a-z0-9-]+)/.*_(\d{8}T\d{4})Z_[^/]*$`)

// chain is the account and region that have digests of their own, and the
// folder under which they and the log files lie.
type chain struct{ root, account, region string }

// sign adds the digests of every account and region of the archive, and the
// public keys as public-keys.json.
func (d digests) sign(t *Trail) error {
	logs := map[chain][]Object{}
	var chains []chain
	for _, o := range t.Objects {
		if m := deliveredLog.FindStringSubmatch(o.Path); m != nil {
			c := chain{m[1], m[2], m[3]}
			if logs[c] == nil {
				chains = append(chains, c)
			}
			logs[c] = append(logs[c], o)
		}
	}
	for _, c := range chains {
		if err := d.chain(t, c, logs[c]); err != nil {
			return err
		}
	}
	keys := list{}
	for i, k := range signers() {
		from, to := d.from.AddDate(0, 0, -1), d.to.AddDate(0, 0, 1)
		if !d.rotate.IsZero() {
			from, to = []time.Time{from, d.rotate}[i], []time.Time{d.rotate, to}[i]
		} else if i > 0 {
			break
		}
		keys = append(keys, object{
			{"Value", base64.StdEncoding.EncodeToString(k.public)}, {"ValidityStartTime", stamp(from)},
			{"ValidityEndTime", stamp(to)}, {"Fingerprint", k.print},
		})
	}
	t.Objects = append(t.Objects, Object{Path: "public-keys.json", Data: appendJSON(nil, object{{"PublicKeyList", keys}})})
	return nil
}

// chain writes one digest an hour.
func (d digests) chain(t *Trail, of chain, logs []Object) error {
	var before *digestFile
	for start := d.from; start.Before(d.to); start = start.Add(time.Hour) {
		end := start.Add(time.Hour)
		files := list{}
		for _, o := range logs {
			at, err := time.Parse("20060102T1504", deliveredLog.FindStringSubmatch(o.Path)[4])
			if err != nil || at.Before(start) || !at.Before(end) {
				continue
			}
			text, err := plainOf(o.Data)
			if err != nil {
				return err
			}
			files = append(files, object{
				{"s3Bucket", d.bucket}, {"s3Object", o.Path}, {"hashValue", sum(text)}, {"hashAlgorithm", "SHA-256"},
				{"newestEventTime", stamp(at)}, {"oldestEventTime", stamp(at)},
			})
		}
		signer := signers()[0]
		if !d.rotate.IsZero() && end.After(d.rotate) {
			signer = signers()[1]
		}
		late := slices.ContainsFunc(d.backfill, start.Equal)
		f := digestFile{bucket: d.bucket, end: stamp(end)}
		name := fmt.Sprintf("%s_CloudTrail-Digest_%s_%s_%s_%s", of.account, of.region, d.trail, of.region, end.Format("20060102T150405Z"))
		if late {
			name += "_backfill"
		}
		f.key = path.Join(of.root, "CloudTrail-Digest", of.region, end.Format("2006/01/02"), name+".json.gz")
		previous := before
		if late || slices.ContainsFunc(d.restart, start.Equal) {
			previous = nil
		}
		f.write(of.account, stamp(start), signer, previous, files)
		data, err := deflate(f.text, 1)
		if err != nil {
			return err
		}
		t.Objects = append(t.Objects, Object{Path: f.key, Data: data})
		if d.sidecar {
			head := object{{"Metadata", object{{"signature", f.signature}, {"signature-algorithm", "SHA256withRSA"}}}}
			t.Objects = append(t.Objects, Object{Path: f.key + ".metadata.json", Data: appendJSON(nil, head)})
		}
		if !late {
			before = &f
		}
	}
	return nil
}

type digestFile struct {
	bucket, key, end string
	text             []byte
	signature        string
}

func (f *digestFile) write(account, start string, by signer, before *digestFile, logs list) {
	var bucket, key, hash, method, signature any
	previous := "null"
	if before != nil {
		bucket, key, hash, method, signature = before.bucket, before.key, sum(before.text), "SHA-256", before.signature
		previous = before.signature
	}
	f.text = appendJSON(nil, object{
		{"awsAccountId", account}, {"digestStartTime", start}, {"digestEndTime", f.end},
		{"digestS3Bucket", f.bucket}, {"digestS3Object", f.key},
		{"digestPublicKeyFingerprint", by.print}, {"digestSignatureAlgorithm", "SHA256withRSA"},
		{"newestEventTime", nil}, {"oldestEventTime", nil},
		{"previousDigestS3Bucket", bucket}, {"previousDigestS3Object", key},
		{"previousDigestHashValue", hash}, {"previousDigestHashAlgorithm", method},
		{"previousDigestSignature", signature}, {"logFiles", logs},
	})
	statement := sha256.Sum256([]byte(strings.Join([]string{f.end, f.bucket + "/" + f.key, sum(f.text), previous}, "\n")))
	raw, err := rsa.SignPKCS1v15(nil, by.private, crypto.SHA256, statement[:])
	if err != nil {
		panic(err) // our own key and a hash of the right length
	}
	f.signature = hex.EncodeToString(raw)
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}

func plainOf(data []byte) ([]byte, error) {
	if !zipped(data) {
		return data, nil
	}
	return inflate(data)
}

type signer struct {
	private *rsa.PrivateKey
	public  []byte // PKCS#1
	print   string
}

// signers are the kit's two keys. They sign nothing but tests.
func signers() []signer {
	var out []signer
	for _, text := range []string{firstKey, secondKey} {
		der, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			panic(err) // a constant of ours
		}
		private, err := x509.ParsePKCS1PrivateKey(der)
		if err != nil {
			panic(err) // likewise
		}
		public := x509.MarshalPKCS1PublicKey(&private.PublicKey)
		sum := md5.Sum(public) //nolint:gosec // see the import
		out = append(out, signer{private, public, hex.EncodeToString(sum[:])})
	}
	return out
}

const (
	firstKey  = "MIIEpAIBAAKCAQEAuI+avds33E9f/FYrG40RM+5mseJrWwHWNnAMHDpi6ZKi4KIk06qtYCc1q7WqOLbWWrdZ6DC3cUerqkSuEoj8nzfCjogFM7c71O5029ArRyRBCVWqW1j+KfTQOILD7Q3hle1vMIatoU3tQVI7eB2Gt1zZQ7KBBxvNWkvz0eXOfS1oVKRDhhPkSZ8K4J8t2GRLzrB5dEHUH695qm/2KAu4qlQ/7478xgqKk0ay3CsLVjo1tf601p22xQBa+scXP1JGUDBDaAwTpOqg8XI1EjLqbWxB5z1/PDNvX4MjC8wVKU1CcD14cVQePE4UCaU68RP7KmFaKHcUAeq5nGwjY38HVwIDAQABAoIBABw/aSu4gGrpKy5v8dZxrORfOhCX2wk+1WPXmm2SR3lVxuAixl2EjgIIKPVzBJlRl//3zXxK7d4aCMgyuCyAvZ7mOzzyzKOxs9Kkp0t4J7znwPHbeWDUf3I51MoRbvNlYIBAqvf+ZQIp7y+ZlR3j8a6MOM9dDtU2XXkojtTdcNFE/a8K8Mb3ncvapR3ZcaR0BBXY2dyGe9JM09yqUiKWDN5N3qQ9A7qZl7bpDLEswNNyyRqTYxTeEXaWIAzSXlq+rqj+Bxaxk4aUKVMghJG1B1zdIN0rSlx38dM8a2l+SktWTzHfUnQhrtJbg1DMhPkntXCJ2dWa0O6lluKvRnul6sECgYEA8LmGOtro4YA7SqU7bo+jXwgb+uGzON4qV3vX90l2JYNVY+Ft5Yh99ced1Jtjthc+0qFpKw84a9tzbXLOolk7u77wzpKGSfv3KNsUWnrgnYql0R1jPJQOy0VbHRHtOpfWugvmg8ek+2OLhQwutTU4N8UT2Uju/JiGV1RW6dOlCakCgYEAxEW5AaTc06uI9C5+0C6lJL1nAU+Lkax9l4s7ozTPGQNmP+BeetpjldZtZUqTfWUjbM/d+kWukMqGzaxAcu5DODEHyGzDsqcE9mMWxmxWDNzxlEpGJOvwJNIX/wT0XZKApJA089N33aF4rEf05RMF9gZHJcHo6D6E8c8OA9LYKP8CgYEA0SSuzXWh/UF2wgy6jP04uHkILjlnh9Hlwao0YYGupzrqtmOGInUq0p4Cr1PuFqctirx37dREddjs+TtU8dJLRnvHJgJBsAe8nf9xOIcnnVh3Zi59KIWOMObqGWCY1l5TTcLHHNkYqty6u/ZwojlBxZpw+0gVctplZXw+ItshuTkCgYEArIzfaSKXQT+8129I7Z0UcohQ1kYoXZlXkLNHauQybbsfWWjXpwn4IvKwmixGHiecTT0x2aUJIyHqAUc+Icx2LCBuxzVXluhe5H2YuDjmLcjQWZ4yrKMALF7H2dtxOhJiJkrhQrrW1nHutQdNtVZUF0bNpdQj/ol4N13g5FuozeECgYBGiMspRN9MhbKMCPXXp8yfC6o6CSW9LZHFYyPn2Lesvl1io4tDwWltCe5MWNOHAVcxzBi+T4whX7eGK8D2pZabJT0I6PjJdX5ennCpdUfRYH4mJs7xYU8+fCPMv1dvnnNrmgBzEaVxFdAwWiROKGSRfYZr1mMIqHu4uFKoJN0OAg=="
	secondKey = "MIIEowIBAAKCAQEA06SfbPf/WssEgL3fHDONxvzOUef6l3LzYGjp0opALfE03UbYMz7Sk7iJp4dDFo9nN6ey4r4y0LPFwQ9sctPzB/zY1g4KII09aBXMrnYykgCkcpxadqkTCGTzgDB9yxX3uJ5A6Sru5HdvVBlKjUPCvhrEKdT7jw0gOKDlZTylbLOrW1ep14YVNcFXJEBUkSE8LbAIaFsGAwmSuOTOGbg2a4jtrmyqUP1uMX8b0v9YtiLpgM1VDPJJbXwZsO2rz0T7xKGaomll2vTvDu+qcJWDV73bp4EqSaX1zPkuhoRFOSq9QUuT7DAB1rXv8N2809MEs3kdKF1yWl6HCpdD8qJHmwIDAQABAoIBAFmFc637BHcaErCGH75lDB5URs0ca8Ht7IYmOmlE8zq7oVnLop2igB3d29QSAc2kIMvI0oDYZNQkhoxQAtZbUpxZVjrMu3njZEsHlYliE6fwP57/BcDVaWiOkvTxDfR+OUdNITW/ZEcdQej3vbIdLF2PItRy82kh6zQo0n9M9MgSPnhPaQUq9Kbpps2xjxar9u4u/WyJJC/hhSMkeKL/UAAMAPxntTXtmFxFFzA45km0vOVHEQ4AkNWcpm9EYLKKQ9igGxZ22LPpdDxWklkGcrgU37GTM/yjlnCa6rWJX+R3EZEilKrfELbtBckWKn0Rh8wI6WEEJxFbETva+QdqKHkCgYEA7vSoxpxPeUQcZE5Vx7jqSkuzhMz3rOmzIbggoxq2zqRI5VpGgygE6/SN3P4tgya1nkr5v5l1fmblF2K8HHGI+cH6PHQVNbiAwsJYsVeleV7nJFb0Vm8L2FNPaqWbGmZ7zsDMxJWnRDWOCVrsSR158LC6dghldhBFN+CFUw+3LSUCgYEA4r07x/STcvOXD9uOLPwEi2lE0UuOfJj+eqNZkmKtj90U0n6tsAPZLBGUmNAlYJ9nLLwqpaq7591XqqO4MhOBO8jmOR28AUUS61C11GR7F0GRMFMGqHhM+bmqsemb+myqf6UElpErORTX9QJ0EvJ1JOogk1znnH3LYUGUhe8IZb8CgYAfsStBTDHuL25kj08pMglA2VFx541hzY0Ih9csSrq8JWXVpWd8ta4RbVnzWXLH1jZ4TBFbrAq9PQBdXab9TsGP/n4lzm+RtGq/ae9BdhJoSoH1e+LkI846XrJFvrkXg0ggX8nIuOB6V3ADJZ/5AoPNvGK+jNaIFhhYFNsZ7ReqUQKBgAo9ocWWNlKqzdfZgsJlX48sYf9R+k2GW3gOiK0j59LnmVkof4/DnLtwz9VXEVkb2f0bQpHY9EO0q5D5dAhO+TdKC5voy+UCyaf3LT86ipSyUWxtU4+oX1GoIR2H/5N/9PNu8JYcWGdrmZVnVvbEHKZeLLp7J7rZs6Xg4GRsN2ThAoGBAMzssoq/jDmKvAnw3495VOy1DfQckzl+ieo+XR2z4JB6739CS0Wl5q+Zo3cdKnogctjs2VNhaoY4o36i8ZfjZFCYfsOITVE0OnToNLd75Qmpohi/BNtkZgRno9Qg5RHcKRGzCGyHmeDyx+o0tGE6uFIzkK9boy438bLbRLSlTQ4j"
)
