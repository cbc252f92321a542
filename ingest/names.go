package ingest

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Names reports whether a source on this machine names what stands at a path, or
// would once it is there: by itself, as a folder around it, or as a pattern. Links
// are followed up to the path's last name, which is what a file put there replaces.
func Names(source, path string) bool {
	at := RealParent(path)
	if literal(source) {
		if info, err := os.Stat(path); err == nil {
			if src, err := os.Stat(source); err == nil && os.SameFile(info, src) {
				return true
			}
		}
		return at == RealParent(source) || Inside(at, Real(source))
	}
	base, pattern := doublestar.SplitPattern(filepath.ToSlash(source))
	rel, err := filepath.Rel(Real(filepath.FromSlash(base)), at)
	inside := err == nil && rel != "." && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
	return inside && lists(filepath.FromSlash(pattern), rel)
}

// Root is the file or folder that all of a source on this machine lies in.
func Root(source string) string {
	if literal(source) {
		return Real(source)
	}
	base, _ := doublestar.SplitPattern(filepath.ToSlash(source))
	return Real(filepath.FromSlash(base))
}

// Inside reports whether a path lies in a folder, or is it. Both are real; one folder
// under two names, as of a mount or in another case, is one all the same.
func Inside(path, folder string) bool {
	info, err := os.Stat(folder)
	for {
		if path == folder {
			return true
		}
		if at, wrong := os.Stat(path); err == nil && wrong == nil && os.SameFile(at, info) {
			return true
		}
		parent := filepath.Dir(path)
		if parent == path {
			return false
		}
		path = parent
	}
}

// RealParent is a path whose folder is real: where a file of this name is put.
func RealParent(path string) string {
	clean := filepath.Clean(path)
	if base := filepath.Base(clean); base != "." && base != ".." && base != string(filepath.Separator) {
		return filepath.Join(Real(filepath.Dir(clean)), base)
	}
	return Real(path)
}

// Real is an absolute path without links, as far as it is there.
func Real(path string) string {
	path, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		return real
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(Real(parent), filepath.Base(path))
	}
	return path
}
