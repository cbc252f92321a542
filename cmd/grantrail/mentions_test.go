package main

import (
	"bytes"
	"slices"
	"testing"
)

// TestMentions: a record mentions a name in whatever case and however it is escaped,
// and no other.
func TestMentions(t *testing.T) {
	var m mentions
	m.add([]string{"arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666", "mrk-00ab"})
	m.add([]string{"I-0AAA1111"})
	for raw, want := range map[string]bool{
		`{"key":"arn:aws:kms:eu-west-1:111122223333:key/1111aaaa-22bb-33cc-44dd-5555eeee6666","i":"i-0aaa1111"}`:                   true,
		`{"key":"arn:aws:kms:eu-west-1:111122223333:key/1111AAAA-22BB-33CC-44DD-5555EEEE6666","i":"I-0AAA1111"}`:                   true,
		`{"key":"arn:aws:kms:eu-west-1:111122223333:key\/1111aaaa-22bb-33cc-44dd-5555eeee6666","i":"\u0069-0aaa\u0031111"}`:        true,
		`{"key":"arn:aws:kms:eu-west-1:111122223333:key\u002F1111aaaa-22bb-33cc-44dd-5555eeee6666","i":"\u0049-0\u0041aa1111"}`:    true,
		`{"in":"{\"key\":\"arn:aws:kms:eu-west-1:111122223333:key\\\/1111aaaa-22bb-33cc-44dd-5555eeee6666\"}","i":"i-0aaa1111\n"}`: true,
		`{"key":"mrk-00AB","i":"\ni-0aaa1111"}`:   true,
		`{"key":"mrk-00ab","i":"i-0aaa1112"}`:     false,
		`{"key":"mrk-00ac","i":"i-0aaa1111"}`:     false,
		`{"key":"mrk-00\u00","i":"i-0aaa1111\u"}`: false,
		`\`: false,
		``:  false,
	} {
		if got := m.in([]byte(raw)); got != want {
			t.Errorf("%s: %t", raw, got)
		}
	}
	if !new(mentions).in(nil) {
		t.Error("nothing is asked for, and not had")
	}
}

// TestLower: each byte is lowered for itself, at whatever place.
func TestLower(t *testing.T) {
	var text, want []byte
	for i := range 256 * 11 {
		c := byte(i * 7)
		text, want = append(text, c), append(want, c)
		if 'A' <= c && c <= 'Z' {
			want[i] = c + 'a' - 'A'
		}
	}
	for cut := range 9 {
		got := bytes.Clone(text)
		if lower(got[cut:]); !bytes.Equal(got, slices.Concat(text[:cut], want[cut:])) {
			t.Errorf("from byte %d it is another", cut)
		}
	}
}
