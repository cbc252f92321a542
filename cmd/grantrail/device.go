package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// isDevice reports whether what stands at a path is written to where it stands:
// a device such as /dev/null, a named pipe, an open file such as /dev/stdout or
// the /dev/fd/63 of a shell. A file made beside it and renamed would take its
// place, which for /dev/null is the end of the machine's.
func isDevice(path string) bool {
	info, err := os.Stat(path)
	switch {
	case err != nil, info.IsDir():
		return false
	case !info.Mode().IsRegular():
		return true
	}
	abs, err := filepath.Abs(path)
	return err == nil && (abs == "/dev/stdout" || abs == "/dev/stderr" || strings.HasPrefix(abs, "/dev/fd/") || strings.HasPrefix(abs, "/proc/self/fd/"))
}

// toDevice writes to a device.
func toDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0) //nolint:gosec // what was asked for
	if err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}
