package ingest

import (
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestEntries holds what is read of folders to what the library reads of them: of
// every kind, and more than fit into one reading.
func TestEntries(t *testing.T) {
	var e entries
	for name, fill := range map[string]func(dir string){
		"empty": func(string) {},
		"many": func(dir string) {
			for i := range 900 {
				empty(t, filepath.Join(dir, fmt.Sprintf("111122223333_CloudTrail_eu-west-1_%d.json.gz", i)))
			}
		},
		"kinds": func(dir string) {
			empty(t, filepath.Join(dir, "file"))
			for _, err := range []error{
				os.Mkdir(filepath.Join(dir, "folder"), 0o700),
				os.Symlink("file", filepath.Join(dir, "link")),
				os.Symlink("nowhere", filepath.Join(dir, "broken")),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir) // a socket's path may not be long
			l, err := net.Listen("unix", "socket")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		},
		"names": func(dir string) {
			for _, name := range []string{"a", "B", ".hidden", "...", "a b", "é", "\xff", "a\nb"} {
				empty(t, filepath.Join(dir, name))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			fill(dir)
			all, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]fs.FileMode{}
			for _, one := range all {
				want[one.Name()] = one.Type()
			}
			at, err := os.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			e.reset()
			for all := false; !all; {
				if all, err = e.read(at, len(e.all)+1); err != nil { // a reading at a time
					t.Fatal(err)
				}
			}
			e.sort()
			got, names := map[string]fs.FileMode{}, []string{}
			for _, of := range e.all {
				got[string(e.name(of))] = of.kind
				names = append(names, string(e.name(of)))
			}
			if !maps.Equal(got, want) || len(names) != len(all) || !slices.IsSorted(names) {
				t.Errorf("%d entries, want %d:\n%.300q\n%.300v", len(names), len(all), names, want)
			}
			if err := at.Close(); err != nil {
				t.Fatal(err)
			}
			if all, err := e.read(at, len(e.all)+1); all || err == nil {
				t.Errorf("a folder that cannot be read is read: %v, %v", all, err)
			}
		})
	}
}

func empty(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}
