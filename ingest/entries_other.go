//go:build !linux

package ingest

import (
	"os"
	"path/filepath"
)

// read adds what is in a folder, in no order.
func (e *entries) read(folder *os.File) error {
	all, err := folder.ReadDir(-1)
	if err != nil {
		return err
	}
	for _, one := range all {
		e.add([]byte(one.Name()), one.Type())
	}
	return nil
}

// stat is the size of a folder's file, and its time of modification.
func stat(folder *os.File, name string) (size, modified int64, err error) {
	info, err := os.Lstat(filepath.Join(folder.Name(), name))
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), info.ModTime().UnixNano(), nil
}
