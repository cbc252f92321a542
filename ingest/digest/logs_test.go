package digest

import (
	"strings"
	"testing"

	"grantrail/ingest/custody"
)

// TestBestOfTwo: a log file that two digests list is worth what the better one is.
func TestBestOfTwo(t *testing.T) {
	keys, all := files(t)
	n := len(all) - 1
	all[n].Signature = "" // the tip lists it as well, and nothing vouches for it
	all[n] = changed(all[n], func(d *Unverified) { d.Logs = all[1].Digest.Logs })
	Judge(Input{Files: all, Keys: keys})
	if all[0].Verdict != custody.Signed {
		t.Errorf("%s", all[0].Verdict)
	}
}

// TestSoundLister: where an altered digest and a sound one list a file that neither describes, the sound one is named.
func TestSoundLister(t *testing.T) {
	keys, all := files(t)
	n := len(all) - 1
	all[n] = changed(all[n], func(d *Unverified) {
		d.Logs = []LogFile{{Object: all[1].Digest.Logs[0].Object, Known: true}}
	})
	all[n].Sum[0] ^= 1
	all[0].Sum[0] ^= 1
	got, _ := Judge(Input{Files: all, Keys: keys})
	for _, f := range got.Findings {
		if f.Object == all[0].Name && (f.Verdict != "mismatch" || !strings.Contains(f.Detail, all[1].Name)) {
			t.Errorf("%+v", f)
		}
	}
	if all[0].Verdict != custody.Mismatch {
		t.Errorf("%s", all[0].Verdict)
	}
}
