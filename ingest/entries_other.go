//go:build !linux

package ingest

import (
	"os"
	"path/filepath"
)

// openFolder opens a folder.
func openFolder(path string, _ bool) (*os.File, error) { return os.Open(path) }

// some adds some of what is in a folder, or gives io.EOF where that was all.
func (e *entries) some(folder *os.File) error {
	some, err := folder.ReadDir(400)
	for _, one := range some {
		e.add([]byte(one.Name()), one.Type())
	}
	return err
}

// stat is the size of a folder's file, and its time of modification.
func stat(folder *os.File, name string) (size, modified int64, err error) {
	info, err := os.Lstat(filepath.Join(folder.Name(), name))
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), info.ModTime().UnixNano(), nil
}
