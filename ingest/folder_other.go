//go:build !linux

package ingest

import (
	"context"
	"io"
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

// folder is a reader's view of the disk.
type folder struct{}

// Open opens a file by its path.
func (*folder) Open(ctx context.Context, o *Object) (io.ReadCloser, error) {
	body, err := disk{}.Open(ctx, o)
	if f, ok := body.(*os.File); ok && o.unsized {
		if info, err := f.Stat(); err == nil {
			o.Size, o.unsized = info.Size(), false
		}
	}
	return body, err
}

// Close does nothing.
func (*folder) Close() {}
