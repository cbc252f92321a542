package ingest

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestAhead: folders that are read ahead are listed as they stand, each once and
// whole, however many there are, and however much is in one.
func TestAhead(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 * foldersAhead {
		for j := range i % 5 {
			deep := filepath.Join(dir, "in", fmt.Sprint(i), fmt.Sprint(j))
			if err := os.MkdirAll(deep, 0o700); err != nil {
				t.Fatal(err)
			}
			empty(t, filepath.Join(deep, "file"))
		}
		empty(t, filepath.Join(dir, fmt.Sprintf("in.%d", i))) // sorts before what is in a folder
	}
	for _, n := range []int{entriesAhead + 1, 3 * entriesAhead} {
		large := filepath.Join(dir, fmt.Sprintf("large%d", n))
		if err := os.MkdirAll(filepath.Join(large, "within"), 0o700); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			empty(t, filepath.Join(large, fmt.Sprint(i)))
		}
		empty(t, filepath.Join(large, "within", "file"))
	}
	full := filepath.Join(dir, "in", "7", "full")
	if err := os.WriteFile(full, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			want = append(want, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	info, err := os.Stat(full)
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []Places{{}, {Sizes: true}, {Times: true}} {
		l, err := List(context.Background(), []string{dir}, at)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for o := range l.All() {
			got = append(got, o.Name())
			if asked := at.Sizes || at.Times; o.unsized == asked || asked && o.Name() == full && (o.Size != 5 || at.Times && o.mtime != info.ModTime().UnixNano()) {
				t.Errorf("%+v: %q has %+v", at, o.Name(), o)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: %d files, want %d", at, len(got), len(want))
		}
	}
}

// TestAheadLost: a folder that cannot be listed, or goes before its turn, costs
// itself, and a walk that is called off ends.
func TestAheadLost(t *testing.T) {
	dir := t.TempDir()
	for i := range 3 * foldersAhead {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprintf("%02d", i)), 0o700); err != nil {
			t.Fatal(err)
		}
		empty(t, filepath.Join(dir, fmt.Sprintf("%02d", i), "file"))
	}
	l := &lister{ctx: context.Background()}
	a := &ahead{}
	root := a.begin(dir)
	if err := root.whole(); err != nil {
		t.Fatal(err)
	}
	last := filepath.Join(dir, fmt.Sprintf("%02d", 3*foldersAhead-1))
	if err := os.RemoveAll(last); err != nil {
		t.Fatal(err)
	}
	if err := l.folder(dir, a, root); err != nil {
		t.Fatal(err)
	}
	var lost []string
	n := 0
	for o := range l.settle().All() {
		if n++; o.verdict != nil {
			lost = append(lost, o.Name())
		}
	}
	if n != 3*foldersAhead || !slices.Equal(lost, []string{last}) {
		t.Errorf("of %d objects %q are lost", n, lost)
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := List(ctx, []string{dir}, Places{}); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("a walk that is called off gives %v", err)
	}
}
