package digest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/layout"
	"grantrail/ingest/trailtest"

	"github.com/klauspost/compress/gzip"
)

const trail = `
account 111122223333
region eu-west-1
file AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T1025Z_AAAAAAAAAAAAAAAA.json.gz
noise at=2026-03-02T10:20:00Z n=2
digests from=2026-03-02T10:00:00Z to=2026-03-02T14:00:00Z sidecar
`

// files is a trail of the kit as a judgement wants it.
func files(t *testing.T) (*Keys, []*File) {
	t.Helper()
	made, err := trailtest.Parse(trail)
	if err != nil {
		t.Fatal(err)
	}
	keys := &Keys{}
	var out []*File
	for _, o := range made.Objects {
		switch {
		case o.Path == "public-keys.json":
			if err := keys.Add(bytes.NewReader(o.Data)); err != nil {
				t.Fatal(err)
			}
			continue
		case strings.HasSuffix(o.Path, ".metadata.json"):
			var head struct{ Metadata map[string]string }
			if err := json.Unmarshal(o.Data, &head); err != nil {
				t.Fatal(err)
			}
			out[len(out)-1].Signature = head.Metadata["signature"]
			continue
		}
		r, err := gzip.NewReader(bytes.NewReader(o.Data))
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			t.Fatal(err)
		}
		f := &File{Name: o.Path, Sum: sha256.Sum256(b.Bytes()), Hashed: true, Log: layout.IsLog(o.Path)}
		if layout.IsDigest(o.Path) {
			if f.Digest, err = Parse(b.Bytes()); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, f)
	}
	return keys, out
}

func TestSignatureIsOfTheStatement(t *testing.T) {
	keys, all := files(t)
	d := all[1]
	hash := func(s [32]byte) string {
		const hex = "0123456789abcdef"
		var b strings.Builder
		for _, c := range s {
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
		return b.String()
	}(d.Sum)
	if err := keys.verify(d.Digest, hash, d.Signature); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(u *Unverified){
		"end":    func(u *Unverified) { u.EndText = "2026-03-02T11:00:01Z" },
		"bucket": func(u *Unverified) { u.Bucket += "x" },
		"object": func(u *Unverified) { u.Object += "x" },
		"before": func(u *Unverified) { s := "00"; u.PrevSig = &s },
	} {
		changed := *d.Digest
		change(&changed)
		if err := keys.verify(&changed, hash, d.Signature); err == nil {
			t.Errorf("%s changed, and the signature verifies", name)
		}
	}
	early := *d.Digest
	early.Start, early.End = early.Start.AddDate(-1, 0, 0), early.End.AddDate(-1, 0, 0)
	if err := keys.verify(&early, hash, d.Signature); err == nil {
		t.Error("a key verified a digest from before it was valid")
	}
}

func TestKeysForms(t *testing.T) {
	made, err := trailtest.Parse(trail)
	if err != nil {
		t.Fatal(err)
	}
	one := string(made.Objects[len(made.Objects)-1].Data)
	for name, text := range map[string]string{
		"as printed": one, "twice": one + "\n" + one, "in an array": "[" + one + "]", "by region": `{"eu-west-1":` + one + `}`,
	} {
		var k Keys
		if err := k.Add(strings.NewReader(text)); err != nil || k.count() != 1 {
			t.Errorf("%s: %d keys, %v", name, k.count(), err)
		}
	}
	for name, text := range map[string]string{
		"nothing": "", "no key": "{}", "not JSON": "x", "another's fingerprint": strings.Replace(one, `"Fingerprint":"`, `"Fingerprint":"0`, 1),
		"no base64": strings.Replace(one, `"Value":"`, `"Value":"!`, 1),
	} {
		var k Keys
		if err := k.Add(strings.NewReader(text)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestAlteredSuccessor: a digest that is altered neither vouches nor condemns.
func TestAlteredSuccessor(t *testing.T) {
	_, all := files(t)
	for i := range all {
		all[i].Signature = ""
	}
	all[3].Sum[0] ^= 1 // the third digest, in whose place the fourth names another
	got, _ := Judge(Input{Files: all})
	want := map[custody.Verdict]int{custody.Chained: 1, custody.UnanchoredTip: 2, custody.Mismatch: 1}
	for v, n := range want {
		if got.Digests[string(v)] != n {
			t.Errorf("%s: %d, want %d (%v)", v, got.Digests[string(v)], n, got.Digests)
		}
	}
}

func TestLeftOutIsNotMissing(t *testing.T) {
	keys, all := files(t)
	in := Input{Files: all[1:], Keys: keys} // without the log file
	if got, _ := Judge(in); got.Logs["missing"] != 1 || !got.Fails() {
		t.Errorf("%v", got.Logs)
	}
	in.LeftOut = func(string, string) bool { return true }
	if got, _ := Judge(in); got.Logs["missing"] != 0 || got.Fails() {
		t.Errorf("%v", got.Logs)
	}
}

func TestCover(t *testing.T) {
	keys, all := files(t)
	_, cover := Judge(Input{Files: all, Keys: keys})
	at := func(h int) time.Time { return time.Date(2026, 3, 2, h, 0, 0, 0, time.UTC) }
	for _, tt := range []struct {
		from, to int
		want     string
	}{{10, 11, deliveredLogs}, {11, 14, noLogs}, {13, 15, noDigest}, {8, 9, noDigest}} {
		if got := cover.Of("111122223333", "eu-west-1", at(tt.from), at(tt.to)); got != tt.want {
			t.Errorf("%d to %d: %s", tt.from, tt.to, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"digestStartTime":"2026-03-02T10:00:00Z","digestEndTime":"2026-03-02T11:00:00Z","digestS3Bucket":"b","digestS3Object":"k","logFiles":[{"s3Object":"x","hashValue":"y"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Parse(text)
		if err != nil {
			return
		}
		in := Input{Files: []*File{{Name: d.Object, Hashed: true, Digest: d}, {Name: "x/" + d.Object, Digest: d, Signature: "00"}}}
		got, _ := Judge(in)
		n := 0
		for _, k := range got.Digests {
			n += k
		}
		if n < 2 {
			t.Errorf("2 digests have %d verdicts: %v", n, got.Digests)
		}
	})
}

// TestAlteredDigestCondemnsNobody: what an altered digest says of log files is
// held against none of them.
func TestAlteredDigestCondemnsNobody(t *testing.T) {
	keys, all := files(t)
	d := *all[1].Digest // the digest that lists the log file
	for name, change := range map[string]func(d *Unverified){
		"hash":   func(d *Unverified) { d.Logs = []LogFile{{Object: d.Logs[0].Object, Known: true}} },
		"name":   func(d *Unverified) { l := d.Logs[0]; l.Object += "x"; d.Logs = []LogFile{l} },
		"itself": func(d *Unverified) { d.Object = "x" + d.Object },
		"time":   func(d *Unverified) { d.End = d.End.AddDate(10, 0, 0) },
		"before": func(d *Unverified) { s := "AWSLogs/1/nowhere.json.gz"; d.PrevObject = &s },
	} {
		spoilt := append([]*File{}, all...)
		altered, file := d, *all[1]
		change(&altered)
		file.Digest, file.Signature = &altered, ""
		file.Sum[0] ^= 1
		spoilt[1] = &file
		got, _ := Judge(Input{Files: spoilt, Keys: keys})
		if got.Digests["mismatch"] != 1 || got.Digests["missing"] != 0 || got.Logs["mismatch"]+got.Logs["missing"]+got.Logs["unlisted"] != 0 {
			t.Errorf("%s: logs %v, digests %v, %v", name, got.Logs, got.Digests, got.Findings)
		}
	}
}

// TestParseWords: what is wrong with a digest is said in the same words in every
// run, and not in the library's, which change.
func TestParseWords(t *testing.T) {
	for text, want := range map[string]string{
		`{"digestS3Object":5}`:           `parsing: "/digestS3Object" is of another JSON type than it is to be`,
		`{"logFiles":{}}`:                `parsing: "/logFiles" is of another JSON type than it is to be`,
		`{"logFiles":[{"s3Object":[]}]}`: `parsing: "/logFiles/0/s3Object" is of another JSON type than it is to be`,
	} {
		if _, err := Parse([]byte(text)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}
