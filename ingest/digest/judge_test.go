package digest

import (
	"slices"
	"strings"
	"testing"

	"grantrail/ingest/custody"
	"grantrail/ingest/layout"
)

// changed is a file with another digest in it.
func changed(f *File, change func(*Unverified)) *File {
	out := *f
	d := *f.Digest
	change(&d)
	out.Digest = &d
	return &out
}

// verdictOf is the one of some words that is found of an object, or "".
func verdictOf(got custody.Integrity, object string, words ...string) string {
	for _, f := range got.Findings {
		if f.Object == object && slices.Contains(words, f.Verdict) {
			return f.Verdict
		}
	}
	return ""
}

// TestRefute: who says another hash of a digest that is proven genuine is the altered one.
func TestRefute(t *testing.T) {
	keys, all := files(t)
	n := len(all) - 1
	all[n-1].Signature, all[n].Signature = "", "" // the one before has the tip's word alone
	wrong := strings.Repeat("00", 32)
	all[n] = changed(all[n], func(d *Unverified) { d.PrevHash = &wrong })
	got, _ := Judge(Input{Files: all, Keys: keys})
	if all[n-1].Verdict != custody.Signed || all[n].Verdict != custody.Mismatch {
		t.Errorf("%s, %s: %v", all[n-1].Verdict, all[n].Verdict, got.Findings)
	}
}

// TestAlteredCarrier: a signature that an altered digest carries condemns nobody where it fails.
func TestAlteredCarrier(t *testing.T) {
	keys, all := files(t)
	n := len(all) - 1
	all[n-1].Signature = ""
	all[n].Sum[0] ^= 1 // its own signature does not verify
	no := strings.Repeat("00", 256)
	all[n] = changed(all[n], func(d *Unverified) { d.PrevSig = &no })
	Judge(Input{Files: all, Keys: keys})
	if all[n].Verdict != custody.BadSignature || all[n-1].Verdict != custody.UnanchoredTip {
		t.Errorf("%s, %s", all[n].Verdict, all[n-1].Verdict)
	}
}

// TestOddCopy: of two copies of the digest after it one that vouches is enough.
func TestOddCopy(t *testing.T) {
	_, all := files(t)
	for i := range all {
		all[i].Signature = ""
	}
	n := len(all) - 1
	wrong := strings.Repeat("00", 32)
	odd := changed(all[n], func(d *Unverified) { d.PrevHash = &wrong })
	odd.Name = "copy/" + odd.Name
	for _, in := range [][]*File{append([]*File{odd}, all...), append(append([]*File{}, all...), odd)} {
		Judge(Input{Files: in})
		if all[n-1].Verdict != custody.Chained {
			t.Errorf("%s", all[n-1].Verdict)
		}
	}
}

// TestNamesItself: a digest under the name of the one before it, which it names as
// such, is no witness against itself.
func TestNamesItself(t *testing.T) {
	_, all := files(t)
	n := len(all) - 1
	over := *all[n]
	over.Name, over.Signature = all[n-1].Name, ""
	if Judge(Input{Files: []*File{&over}}); over.Verdict != custody.Moved {
		t.Errorf("%s", over.Verdict)
	}
}

// TestOrderOfFindings: findings are in one order, also of files of one name, as an
// archive can have them.
func TestOrderOfFindings(t *testing.T) {
	var all []*File
	for i := range 50 {
		all = append(all, &File{Name: "z.zip!/" + layout.DigestMark, Invalid: strings.Repeat("x", i)})
	}
	want, _ := Judge(Input{Files: all})
	slices.Reverse(all)
	if got, _ := Judge(Input{Files: all}); !slices.Equal(got.Findings, want.Findings) {
		t.Error("in another order of the files")
	}
}
