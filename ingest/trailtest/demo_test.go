package trailtest

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write the demo's archive anew")

const demoDir = "../../testdata/demo"

// The archive in the repository must be the one that the description makes.
// Content is compared, so that another release of the compressor is no change.
func TestDemoIsUpToDate(t *testing.T) {
	trail := archive(t, Demo())
	if *update {
		if err := os.RemoveAll(demoDir); err != nil {
			t.Fatal(err)
		}
		if err := trail.Write(demoDir); err != nil {
			t.Fatal(err)
		}
	}
	var want []string
	for _, o := range trail.Objects {
		want = append(want, o.Path)
		data, err := os.ReadFile(filepath.Join(demoDir, filepath.FromSlash(o.Path)))
		if err != nil {
			t.Fatalf("%v (go test ./ingest/trailtest -update writes it)", err)
		}
		if !bytes.Equal(content(t, data), content(t, o.Data)) {
			t.Errorf("%s differs from the description; go test ./ingest/trailtest -update writes it anew", o.Path)
		}
	}
	if got := stored(t, demoDir); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("stored:\n%q\ndescribed:\n%q", got, want)
	}
}

// stored lists the files below dir, sorted, and bounds what a clone pays.
func stored(t *testing.T, dir string) []string {
	t.Helper()
	const limit = 60_000
	var names []string
	var size int64
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		names, size = append(names, name), size+info.Size()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if size > limit {
		t.Errorf("the demo is %d bytes, more than %d", size, limit)
	}
	slices.Sort(names)
	return names
}
