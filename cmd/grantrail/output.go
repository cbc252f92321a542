package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"grantrail/analyze/incident"
	"grantrail/report"
)

// output is where reports go, checked before anything is read.
type output struct {
	formats []report.Format
	stdout  io.Writer // where there is one format and no file
	device  string    // likewise, and what is written to is not a file
	paths   []string  // parallel to formats, else
	dir     string    // to be made, for several formats
	made    bool      // it was
	clobber bool
}

// writing checks formats and paths. A path that is there is refused without
// --clobber, before the archive is read and not after.
func (t *typed) writing(stdout io.Writer, now time.Time) (*output, error) {
	t.output = stamped(t.output, now)
	o := &output{clobber: t.clobber}
	if err := o.parseFormats(t.formats, t.output); err != nil {
		return nil, err
	}
	switch {
	case (t.output == "" || t.output == "-") && len(o.formats) > 1:
		return nil, usagef("%d formats do not fit on standard output: name a directory with --output", len(o.formats))
	case t.output == "" || t.output == "-":
		o.stdout = stdout
		return o, nil
	}
	if len(o.formats) == 1 && isDevice(t.output) {
		o.device = t.output
		return o, nil
	}
	if err := o.place(t.output); err != nil {
		return nil, err
	}
	return o, o.vacant()
}

// parseFormats reads the formats; without one, the file's ending says it.
func (o *output) parseFormats(names []string, path string) error {
	for _, name := range names {
		f, err := report.ParseFormat(name)
		if err != nil {
			return usageError{fmt.Errorf("--format: %w", err)}
		}
		if !slices.Contains(o.formats, f) {
			o.formats = append(o.formats, f)
		}
	}
	if len(o.formats) == 0 {
		o.formats = []report.Format{formatOf(path)}
	}
	return nil
}

func formatOf(path string) report.Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		return report.JSON
	case ".csv":
		return report.CSV
	case ".html", ".htm":
		return report.HTML
	}
	return report.Markdown
}

// place names the files: inside a directory where there are several formats,
// or where the path is one.
func (o *output) place(path string) error {
	info, err := os.Stat(path)
	isDir := err == nil && info.IsDir()
	if len(o.formats) == 1 && !isDir && !strings.HasSuffix(path, string(filepath.Separator)) {
		o.paths = []string{path}
		return nil
	}
	if err == nil && !isDir {
		return usagef("--output %q: several formats need a directory, and this is a file", path)
	}
	o.dir = filepath.Clean(path)
	for _, f := range o.formats {
		o.paths = append(o.paths, filepath.Join(o.dir, f.FileName()))
	}
	return nil
}

func (o *output) vacant() error {
	for _, p := range o.paths {
		if !free(p, o.clobber) {
			return usagef("--output %q is there already: name another, or allow --clobber", p)
		}
	}
	return nil
}

// names are the files that were written, or "standard output".
func (o *output) names() []string {
	switch {
	case o.stdout != nil:
		return []string{"standard output"}
	case o.device != "":
		return []string{o.device}
	}
	return o.paths
}

// write writes every format beside its place and then renames: a report file is
// whole or not there. To standard output nothing is written of a report that
// cannot be rendered.
func (o *output) write(ctx context.Context, c *incident.Case) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.stdout != nil {
		if err := report.Render(cancelled{ctx, o.stdout}, o.formats[0], c); err != nil {
			return fmt.Errorf("writing the report to standard output: %w", err)
		}
		return nil
	}
	if o.device != "" {
		return toDevice(o.device, func(w io.Writer) error { return report.Render(cancelled{ctx, w}, o.formats[0], c) })
	}
	return o.files(ctx, c)
}

// cancelled is a writer that fails once its context is cancelled: a large
// report takes seconds to write.
type cancelled struct {
	ctx context.Context
	w   io.Writer
}

func (w cancelled) Write(b []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(b)
}

func (o *output) files(ctx context.Context, c *incident.Case) (err error) {
	if o.dir != "" {
		if o.made, err = makeDir(o.dir); err != nil {
			return err
		}
	}
	var temps, done []string
	defer func() {
		if err == nil {
			return
		}
		o.remove(append(temps, done...))
	}()
	for i, path := range o.paths {
		temp, err := beside(path, func(w io.Writer) error {
			return report.Render(cancelled{ctx, w}, o.formats[i], c)
		})
		if err != nil {
			return err
		}
		temps = append(temps, temp)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, path := range o.paths {
		if err := o.move(temps[i], path); err != nil {
			return fmt.Errorf("writing %q: %w", path, err)
		}
		done = append(done, path)
	}
	return nil
}

// withdraw removes the reports of a run that failed after it wrote them. Its own errors
// are ignored: the first failure is what counts.
func (o *output) withdraw() { o.remove(o.paths) }

func (o *output) remove(paths []string) {
	for _, p := range paths {
		_ = os.Remove(p)
	}
	if o.made {
		_ = os.Remove(o.dir)
	}
}

// makeDir makes one directory; its parent must be there.
func makeDir(path string) (made bool, err error) {
	err = os.Mkdir(path, folderMode)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("making the output directory: %w", err)
	}
	return true, nil
}

// beside writes a file next to its place, synced to disk.
func beside(path string, write func(io.Writer) error) (temp string, err error) {
	f, err := freshFile(path)
	if err != nil {
		return "", fmt.Errorf("writing %q: %w", path, err)
	}
	err = write(f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name()) // the write's failure is what counts
		return "", fmt.Errorf("writing %q: %w", path, err)
	}
	return f.Name(), nil
}

// deliver writes what is held whole: beside its place, and then there.
func (o *output) deliver(path string, data []byte) error {
	write := func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
	if isDevice(path) {
		return toDevice(path, write)
	}
	return o.put(path, write)
}

// put writes a file beside its place, and then there.
func (o *output) put(path string, write func(io.Writer) error) error {
	temp, err := beside(path, write)
	if err != nil {
		return err
	}
	if err := o.move(temp, path); err != nil {
		_ = os.Remove(temp) // the failure before it is what counts
		return fmt.Errorf("writing %q: %w", path, err)
	}
	return nil
}

// free reports whether there may be written to a path.
func free(path string, clobber bool) bool {
	_, err := os.Lstat(path)
	return err != nil || clobber || isDevice(path)
}

// move puts a file in its place. Without --clobber a file that has appeared
// there since the start is not replaced.
func (o *output) move(temp, path string) error {
	if o.clobber {
		return os.Rename(temp, path)
	}
	if err := os.Link(temp, path); err == nil {
		return os.Remove(temp)
	} else if errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(temp, path) // a file system without links
}
