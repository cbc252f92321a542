package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A new file or folder gets the modes that the umask leaves it, and one that takes
// another's place gets the other's. What os.CreateTemp and os.MkdirTemp make is for
// nobody but its owner, and what the umask is cannot be asked without changing it.
const (
	fileMode   fs.FileMode = 0o666
	folderMode fs.FileMode = 0o777
)

// freshFile makes a file beside a path, to be put there once it is whole.
func freshFile(path string) (f *os.File, err error) {
	was, replaced := modeOf(path, fs.FileMode.IsRegular)
	mode := fileMode
	if replaced {
		mode = was // from the start: what may not be read is not to be read while it is written
	}
	err = fresh(filepath.Dir(path), filepath.Base(path), func(name string) error {
		f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // beside what was asked for
		return err
	})
	if err == nil && replaced {
		if err = f.Chmod(mode); err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}
	return f, err
}

// freshFolder makes a folder inside another, named after what it is for.
func freshFolder(in, base string) (path string, err error) {
	err = fresh(in, base, func(name string) error {
		path = name
		return os.Mkdir(name, folderMode)
	})
	return path, err
}

// fresh makes something under a name that is free.
func fresh(in, base string, made func(name string) error) error {
	for n := 0; ; n++ {
		err := made(filepath.Join(in, fmt.Sprintf(".%s.%d-%d.part", base, os.Getpid(), n)))
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// modeOf is the mode of what stands at a path, where it is of the kind.
func modeOf(path string, kind func(fs.FileMode) bool) (fs.FileMode, bool) {
	info, err := os.Lstat(path)
	if err != nil || !kind(info.Mode()) {
		return 0, false
	}
	return info.Mode().Perm(), true
}
