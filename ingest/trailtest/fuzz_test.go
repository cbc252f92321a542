package trailtest

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

var large = regexp.MustCompile(`(n|members)="?[+0-9]{4}`)

// A description is understood or refused, and what is understood is JSON.
func FuzzParse(f *testing.F) {
	f.Add(Demo())
	f.Add("refused at=2026-03-02T10:20:30Z by=root key=k {\"a\":{\"b\":null}} # no")
	f.Add("file a kind=eventbridge\nstate at=2026-03-02T10:20:30Z instance=i-1 is=stopped\nagain -detail")
	f.Add("raw [1,2.50,\"x\"]\\\n\nagain id=\"")
	f.Fuzz(func(t *testing.T, text string) {
		if large.MatchString(text) {
			t.Skip("takes as long as it says")
		}
		trail, err := Parse(text)
		if err != nil {
			return
		}
		for _, o := range trail.Objects {
			d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(string(content(t, o.Data)), "\ufeff")))
			for d.More() {
				var v any
				if err := d.Decode(&v); err != nil {
					t.Fatalf("%q: %v", o.Path, err)
				}
			}
		}
	})
}
