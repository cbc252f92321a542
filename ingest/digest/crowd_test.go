package digest

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"grantrail/ingest/custody"
)

// crowd is so many files, each of them a changed copy of one.
func crowd(n int, of *File, change func(i int, f *File, d *Unverified)) (all []*File) {
	for i := range n {
		f := *of
		var d Unverified
		if of.Digest != nil {
			d = *of.Digest
			f.Digest = &d
		}
		f.Name, f.Signature, f.Sum = fmt.Sprintf("%d/%s", i, of.Name), "", sha256.Sum256(fmt.Append(nil, i))
		change(i, &f, &d)
		all = append(all, &f)
	}
	return all
}

// TestCrowds: whoever lays thousands of copies into an archive is judged in the
// time that they take to be read, and not in that of all their pairs.
func TestCrowds(t *testing.T) {
	const n, enough = 8000, 20 * time.Second
	keys, all := files(t)
	log, of := all[0], all[2]
	wrong := func(i int) *string { s := fmt.Sprintf("%064x", i); return &s }
	garbled := func(i int) *string { s := strings.Repeat("00", 250) + fmt.Sprintf("%012x", i); return &s }
	for name, files := range map[string][]*File{
		"digests that name one another": crowd(n, of, func(i int, _ *File, d *Unverified) {
			d.PrevObject, d.PrevHash, d.PrevSig = &d.Object, wrong(i), garbled(i)
		}),
		"log files and what lists them": append(
			crowd(n, of, func(i int, _ *File, d *Unverified) {
				l := all[1].Digest.Logs[0]
				l.Sum, l.Object = sha256.Sum256(fmt.Append(nil, -i)), fmt.Sprintf("%d/%s", i, l.Object[strings.LastIndexByte(l.Object, '/')+1:])
				d.Logs = []LogFile{l}
			}),
			crowd(n, log, func(int, *File, *Unverified) {})...),
		"beginnings of chains": append(
			crowd(n, of, func(i int, f *File, d *Unverified) {
				d.Chain.Trail, d.Object = fmt.Sprint(i), fmt.Sprint(i)+d.Object
				before := fmt.Sprint(i, "before")
				d.PrevObject, f.Name = &before, d.Object
			}),
			crowd(n, log, func(_ int, f *File, _ *Unverified) { f.Name = strings.Replace(f.Name, "T1025Z", "T0925Z", 1) })...),
		"unread copies of the one before": append(
			crowd(n, of, func(i int, f *File, d *Unverified) { d.Object, d.PrevObject = f.Name, &all[1].Name }),
			crowd(n, &File{Name: all[1].Name}, func(_ int, f *File, _ *Unverified) { f.Unread = "denied" })...),
	} {
		begin := time.Now()
		got, _ := Judge(Input{Files: files, Keys: keys})
		if took := time.Since(begin); took > enough {
			t.Errorf("%s: %s", name, took)
		} else {
			t.Logf("%s: %s, %v %v", name, took, got.Digests, got.Logs)
		}
	}
}

// TestManyVouch: of more digests than are gone through one by one, the one that
// vouches, or that carries the signature, counts as it does alone.
func TestManyVouch(t *testing.T) {
	for _, signed := range []bool{false, true} {
		keys, all := files(t)
		if !signed {
			keys = nil
		}
		for _, f := range all {
			f.Signature = ""
		}
		before, after := all[3], all[4]
		no := strings.Repeat("00", 256)
		for _, n := range []int{1, few - 1, few, 3 * few} {
			others := crowd(n, after, func(i int, _ *File, d *Unverified) {
				hash := fmt.Sprintf("%064x", i)
				d.PrevHash, d.PrevSig = &hash, &no
			})
			want := map[bool]custody.Verdict{false: custody.Chained, true: custody.Signed}[signed]
			Judge(Input{Files: append(others, before, after), Keys: keys})
			if before.Verdict != want {
				t.Errorf("one of %d that vouches, and a key %v: %s, want %s", n+1, signed, before.Verdict, want)
			}
			refuted := custody.UnanchoredTip
			if signed {
				refuted = custody.Mismatch
			}
			if others[0].Verdict != refuted || after.Verdict != custody.UnanchoredTip {
				t.Errorf("the others of %d are %s, the genuine one %s", n+1, others[0].Verdict, after.Verdict)
			}
			if Judge(Input{Files: append(others, before), Keys: keys}); before.Verdict != custody.Mismatch {
				t.Errorf("%d against it: %s", n, before.Verdict)
			}
		}
	}
}

// TestManyClaims: of more digests than are gone through one by one, the best one
// that lists a log file counts as it does among few; and so do its folders.
func TestManyClaims(t *testing.T) {
	for _, n := range []int{1, few, 3 * few} {
		for _, tt := range []struct {
			name  string // of the log file; "" is its own
			alike bool   // the others list its content too
			want  custody.Verdict
			moved bool
		}{
			{want: custody.Signed},
			{alike: true, want: custody.Signed},
			{name: "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/", want: custody.Signed, moved: true},
			{name: "copies/2026/03/02/", want: custody.Signed},
			{name: "copies/2026/03/03/", want: custody.Signed, moved: true},
			{name: "copies/", want: custody.Signed},
		} {
			keys, all := files(t)
			log, by := *all[0], all[1]
			others := crowd(n, all[4], func(i int, _ *File, d *Unverified) {
				l := by.Digest.Logs[0]
				if !tt.alike {
					l.Sum = sha256.Sum256(fmt.Append(nil, i))
				}
				d.Logs, d.PrevObject = []LogFile{l}, nil
			})
			if tt.name != "" {
				log.Name = tt.name + log.Name[strings.LastIndexByte(log.Name, '/')+1:]
			}
			got, _ := Judge(Input{Files: append(others, by, &log), Keys: keys})
			moved := false
			for _, f := range got.Findings {
				moved = moved || f.Object == log.Name && f.Verdict == string(custody.Moved)
			}
			if log.Verdict != tt.want || moved != tt.moved {
				t.Errorf("%+v, one of %d: %s, moved %v", tt, n+1, log.Verdict, moved)
			}
		}
	}
}
