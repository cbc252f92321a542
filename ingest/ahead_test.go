package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	for _, at := range []ListOptions{{}, {Sizes: true}, {Times: true}} {
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

// TestAheadLost: a folder that goes before its turn costs itself, and so does a file
// whose size cannot be had.
func TestAheadLost(t *testing.T) {
	dir := folders(t, 3*foldersAhead)
	walk := begunWalk(t, dir)
	last := filepath.Join(dir, fmt.Sprintf("%02d", 3*foldersAhead-1))
	if err := os.RemoveAll(last); err != nil {
		t.Fatal(err)
	}
	l := walk()
	sized := &reading{stat: true}
	sized.add([]byte("file"), 0)
	sized.stats = []status{{err: fs.ErrPermission}}
	if err := l.entry(sized, 0, filepath.Join(dir, "z", "")); err != nil {
		t.Fatal(err)
	}
	listed, lost := l.lost()
	if want := []string{last + " vanished", filepath.Join(dir, "z") + "file denied"}; listed != 3*foldersAhead+1 || !slices.Equal(lost, want) {
		t.Errorf("of %d objects %q are lost, want %q", listed, lost, want)
	}
}

// TestAheadCalledOff: a walk that is called off leaves nothing that is being read.
func TestAheadCalledOff(t *testing.T) {
	dir := folders(t, 3*foldersAhead)
	for calls := range 4 {
		l := &lister{ctx: &endingContext{context.Background(), calls}}
		a := &ahead{}
		if err := l.folder(dir, a, a.begin(dir, false)); !errors.Is(err, context.Canceled) {
			t.Errorf("called off after %d folders: %v", calls, err)
		}
		if want := min(calls, 1)*(foldersAhead+1) + 1; len(a.spare) != want {
			t.Errorf("called off after %d folders: %d readings are ended, want %d", calls, len(a.spare), want)
		}
	}
}

// begunWalk is a walk whose root is read, and nothing in it. It gives what is listed
// then.
func begunWalk(t *testing.T, dir string) func() *lister {
	t.Helper()
	l := &lister{ctx: context.Background()}
	a := &ahead{}
	root := a.begin(dir, false)
	if err := root.finish(); err != nil {
		t.Fatal(err)
	}
	return func() *lister {
		t.Helper()
		if err := l.folder(dir, a, root); err != nil {
			t.Fatal(err)
		}
		return l
	}
}

// endingContext ends after some questions.
type endingContext struct {
	context.Context
	left int
}

func (c *endingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// folders are n folders in one, with a file each.
func folders(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i := range n {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprintf("%02d", i)), 0o700); err != nil {
			t.Fatal(err)
		}
		empty(t, filepath.Join(dir, fmt.Sprintf("%02d", i), "file"))
	}
	return dir
}

// lost is how many objects were met, and the names of those that are no evidence,
// with the reason.
func (l *lister) lost() (n int, lost []string) {
	for o := range l.settle().All() {
		if n++; o.settled != nil {
			lost = append(lost, o.Name()+" "+string(o.settled.kind))
		}
	}
	return n, lost
}
