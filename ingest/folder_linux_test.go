package ingest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestExchanged: a file that is another one by the time it is opened is named, is
// not followed elsewhere, and keeps nobody waiting.
func TestExchanged(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "elsewhere.json")
	if err := os.WriteFile(elsewhere, []byte(`{"Records":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, exchange := range map[string]func(path string) error{
		"pipe":   func(path string) error { return unix.Mkfifo(path, 0o600) },
		"link":   func(path string) error { return os.Symlink(elsewhere, path) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"gone":   func(string) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "log.json")
			if err := os.WriteFile(path, []byte(`{"Records":[]}`), 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			listing, err := List(ctx, []string{dir}, ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := exchange(path); err != nil {
				t.Fatal(err)
			}
			ev, err := Read(ctx, listing, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer ev.Release()
			if m := ev.Manifest; m.Objects.Unread != 1 || len(m.Warnings) != 1 || !strings.HasSuffix(m.Warnings[0].Object, "log.json") {
				t.Errorf("%+v", m)
			}
		})
	}
}

// TestKindOf: what a folder does not tell of an entry, its mode does.
func TestKindOf(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, err := range []error{
		os.WriteFile("file", nil, 0o600), os.Mkdir("folder", 0o700), os.Symlink("file", "link"), unix.Mkfifo("pipe", 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	at, err := os.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = at.Close() }() // it was only read
	for _, name := range []string{"file", "folder", "link", "pipe", os.DevNull} {
		want, err := os.Lstat(name)
		if err != nil {
			t.Fatal(err)
		}
		var st unix.Stat_t
		if err := lstat(at, name, &st); err != nil {
			t.Fatal(err)
		}
		if got, known := kindOf(byte(st.Mode >> 12)); !known || got != want.Mode().Type() {
			t.Errorf("%s: %v, %v, want %v", name, got, known, want.Mode().Type())
		}
	}
	if _, known := kindOf(unix.DT_UNKNOWN); known {
		t.Error("unknown is known")
	}
}

// TestIdlePipe: a run that is cancelled ends though nobody writes to the named pipe that
// it reads, or somebody has it open and writes nothing, and though everything is hashed.
func TestIdlePipe(t *testing.T) {
	for name, silent := range map[string]bool{"without a writer": false, "with a silent one": true} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "pipe")
			if err := unix.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			write := func() func() {
				writer, err := os.OpenFile(path, os.O_RDWR, 0) // which waits for nobody
				if err != nil {
					t.Fatal(err)
				}
				return func() { _ = writer.Close() }
			}
			if silent {
				defer write()()
			} else {
				defer func() { write()() }() // or the reader would stay
			}
			ctx, cancel := context.WithCancel(t.Context())
			listing, err := List(ctx, []string{path}, ListOptions{})
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error)
			go func() {
				_, err := Read(ctx, listing, Options{Inventory: true})
				ended <- err
			}()
			time.Sleep(10 * time.Millisecond)
			cancel()
			select {
			case err := <-ended:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("it waits for the pipe")
			}
		})
	}
}
