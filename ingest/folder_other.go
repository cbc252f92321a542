//go:build !linux

package ingest

import (
	"context"
	"io"
	"os"
)

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
