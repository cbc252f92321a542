package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"grantrail/analyze/incident"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// rendered is c in format f; a failure ends the test.
func rendered(t *testing.T, f Format, c *incident.Case) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Render(&b, f, c); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cases are told of by the golden files.
var cases = map[string]func() *incident.Case{"rich": richCase, "clean": cleanCase, "inconclusive": inconclusiveCase, "swept": sweptCase}

func TestGolden(t *testing.T) {
	for name, build := range cases {
		for _, f := range formats {
			file := filepath.Join("testdata", name+"."+string(f.name)+".golden")
			t.Run(file, func(t *testing.T) { golden(t, file, rendered(t, f.name, build())) })
		}
	}
}

func golden(t *testing.T, file string, got []byte) {
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and read the diff.\ngot:\n%s", file, got)
	}
}
