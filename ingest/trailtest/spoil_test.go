package trailtest

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sound is the object that gets spoilt.
const sound = "file a.json.gz\nstop " + now + ana + "instance=i-1\nstop at=+1s " + ana + "instance=i-2"

// Each damage is checked for what it does and for what it must leave alone.
func TestDamages(t *testing.T) {
	data := archive(t, sound).Objects[0].Data
	text := content(t, data)
	readable := func(d []byte) bool { _, err := inflate(d); return err == nil }
	tests := []struct {
		how  string
		args []string
		ok   func(got []byte) bool
	}{
		{"truncate", nil, func(d []byte) bool { return len(d) == len(data)/2 && bytes.HasPrefix(data, d) }},
		{"truncate", []string{"0.25"}, func(d []byte) bool { return len(d) == len(data)/4 }},
		{"truncate", []string{"-1"}, func(d []byte) bool { return len(d) == len(data)-1 && !readable(d) }},
		{"crc", nil, func(d []byte) bool { return !readable(d) && bytes.Equal(d[:len(d)-8], data[:len(data)-8]) }},
		{"flip", []string{"0"}, func(d []byte) bool { return !zipped(d) && bytes.Equal(d[1:], data[1:]) }},
		{"empty", nil, func(d []byte) bool { return len(d) == 0 }},
		{"append-bytes", nil, func(d []byte) bool { return bytes.HasPrefix(d, data) && len(d) > len(data) && !readable(d) }},
		{"append-member", nil, func(d []byte) bool {
			return bytes.HasPrefix(d, data) && readable(d) && strings.Contains(string(content(t, d)[len(text):]), "user/forged")
		}},
		{"gunzip", nil, func(d []byte) bool { return bytes.Equal(d, text) }},
		{"rename-to-no-gz", nil, func(d []byte) bool { return bytes.Equal(d, data) }},
		{"cut-json", nil, func(d []byte) bool { return bytes.Equal(content(t, d), text[:len(text)/2]) }},
		{"append-json", nil, func(d []byte) bool {
			return bytes.HasPrefix(content(t, d), text) && bytes.Count(content(t, d), []byte(`{"Records"`)) == 2
		}},
		{"append-json", []string{"x"}, func(d []byte) bool { return string(content(t, d)) == string(text)+"x" }},
		{"bom", nil, func(d []byte) bool { return string(content(t, d)) == "\ufeff"+string(text) }},
		{"swap", []string{"Records", "Retards"}, func(d []byte) bool {
			return string(content(t, d)) == strings.Replace(string(text), "Records", "Retards", 1)
		}},
		{"recompress", nil, func(d []byte) bool { return bytes.Equal(content(t, d), text) }},
		{"records-null", nil, func(d []byte) bool { return string(content(t, d)) == `{"Records":null}` }},
		{"drop-field", []string{"1", "userIdentity.arn"}, func(d []byte) bool {
			r := records(t, d)
			return at(r[1], "userIdentity", "arn") == nil && at(r[0], "userIdentity", "arn") != nil
		}},
		{"set-field", []string{"0", "eventTime", "7"}, func(d []byte) bool { return records(t, d)[0]["eventTime"] == 7.0 }},
		{"duplicate-record", []string{"0"}, func(d []byte) bool {
			r := records(t, d)
			return len(r) == 3 && r[2]["eventID"] == r[0]["eventID"]
		}},
	}
	tried := map[string]bool{}
	for _, tt := range tests {
		tried[tt.how] = true
		t.Run(tt.how, func(t *testing.T) {
			got, err := damageNamed(tt.how).Apply(data, tt.args...)
			if err != nil {
				t.Fatal(err)
			}
			if !tt.ok(got) {
				t.Errorf("%v gave %d bytes: %.80q", tt.args, len(got), got)
			}
		})
	}
	for _, d := range Damages() {
		if !tried[d.Name] {
			t.Errorf("%s is not tested", d.Name)
		}
	}
}

func damageNamed(name string) Damage {
	for _, d := range Damages() {
		if d.Name == name {
			return d
		}
	}
	return Damage{}
}

// Damage that cannot be done is an error and never a sound object.
func TestDamageRefusesToDoNothing(t *testing.T) {
	data := archive(t, sound).Objects[0].Data
	tests := []struct{ line, want string }{
		{"truncate 1.0", "takes nothing off"},
		{"truncate 999999", "takes nothing off"},
		{"flip 999999", "no byte"},
		{"flip", "takes N, not 0"},
		{"drop-field 0 nothing", `no field "nothing"`},
		{"drop-field 9 eventTime", "no record 9 in 2"},
		{"drop-field 0", "takes RECORD FIELD"},
		{"set-field 0 eventTime {", "parsing JSON"},
	}
	for _, tt := range tests {
		words := strings.Fields(tt.line)
		_, err := damageNamed(words[0]).Apply(data, words[1:]...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.line, err, tt.want)
		}
	}
}

func TestSpoilOnDisk(t *testing.T) {
	dir := t.TempDir()
	if err := archive(t, sound).Write(dir); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "a.json.gz")
	if err := Spoil(name, "wish"); err == nil {
		t.Error("an unknown damage passed")
	}
	for _, how := range []string{"bom", "rename-to-no-gz"} {
		if err := Spoil(name, how); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(name); !os.IsNotExist(err) {
		t.Error("the old name is still there")
	}
	data, err := os.ReadFile(filepath.Join(dir, "a.json"))
	if err != nil || !bytes.HasPrefix(content(t, data), []byte("\ufeff")) {
		t.Errorf("after bom and renaming: %v", err)
	}
}
