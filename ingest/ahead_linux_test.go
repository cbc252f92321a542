package ingest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFolderExchanged: what stands where a folder was met is neither waited for nor
// followed, and a folder that has become a file is said to be none.
func TestFolderExchanged(t *testing.T) {
	dir := folders(t, 3*foldersAhead)
	walk := begunWalk(t, dir)
	var want []string
	for i, put := range []func(path string) error{
		func(path string) error { return unix.Mkfifo(path, 0o600) },
		func(path string) error { return os.Symlink(filepath.Join(dir, "00"), path) },
		func(path string) error { return os.WriteFile(path, nil, 0o600) },
	} {
		path := filepath.Join(dir, fmt.Sprintf("%02d", 2+i))
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := put(path); err != nil {
			t.Fatal(err)
		}
		want = append(want, path+" read-error")
	}
	if n, lost := walk().lost(); n != 3*foldersAhead || !slices.Equal(lost, want) {
		t.Errorf("of %d objects %q are lost, want %q", n, lost, want)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	if l, err := List(context.Background(), []string{link}, ListOptions{}); err != nil || l.Len() != 3*foldersAhead {
		t.Errorf("a link that is a source: %v, %d objects", err, l.Len())
	}
}
