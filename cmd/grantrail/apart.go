package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"grantrail/ingest"
)

// named is a file that a run reads or writes, and the flag that named it.
type named struct {
	flag, path string
	folder     bool // for files that are named as well
}

// apart are the files of a run, to be checked before any of them is touched: none may
// be put in the place of what the run reads, of another, or into a state.
type apart struct {
	sources []string // on this machine, standard input apart
	stdin   any      // where it is a source
	state   string
	reads   []named // beside the sources
	writes  []named
}

// apart collects what a run reads and writes.
func (t *typed) apart(opt *options, w world) *apart {
	a := &apart{state: t.sweep.state}
	for _, src := range opt.sources {
		switch {
		case src == ingest.Stdin:
			a.stdin = w.stdin
		case !opt.listing.Remote.Claims(src):
			a.sources = append(a.sources, src)
		}
	}
	for _, path := range t.publicKeys {
		a.read("--public-keys", path)
	}
	a.read("--suppressions", t.sweep.suppressions)
	a.report(opt.out)
	a.write("--changes", t.sweep.changes)
	a.write("--cpuprofile", t.cpuProfile)
	if m := opt.manifest; m != nil && m.earlier != nil {
		a.read("--manifest", m.path)
	} else if m != nil {
		a.write("--manifest", m.path)
	}
	return a
}

func (a *apart) report(out *output) {
	if out.dir != "" {
		a.writes = append(a.writes, named{"--output", out.dir, true})
	}
	for _, path := range out.paths {
		a.write("--output", path)
	}
}

func (a *apart) read(flag, path string) {
	if path != "" {
		a.reads = append(a.reads, named{flag, path, false})
	}
}

// write adds what is written. What a device is given takes nobody's place.
func (a *apart) write(flag, path string) {
	if path != "" && !isDevice(path) {
		a.writes = append(a.writes, named{flag, path, false})
	}
}

// check refuses a run whose files are not apart.
func (a *apart) check() error {
	for i, out := range a.writes {
		at := ingest.RealParent(out.path)
		if a.state != "" && ingest.Inside(at, ingest.Real(a.state)) {
			return usagef("%s %q lies in the folder of the state, which is for nothing else", out.flag, out.path)
		}
		for _, other := range a.writes[:i] {
			if at == ingest.RealParent(other.path) || sameFile(out.path, other.path) {
				return usagef("%s %q and %s %q are one file: name another", other.flag, other.path, out.flag, out.path)
			}
		}
		if err := a.spares(out); err != nil {
			return err
		}
	}
	return nil
}

// spares refuses to write over what the run reads. A new file among the sources is odd,
// and takes nothing's place.
func (a *apart) spares(out named) error {
	info, err := os.Lstat(out.path)
	switch {
	case err != nil || out.folder: // what is not there is nobody's, and where a file cannot be put the run says so
		return nil //nolint:nilerr // likewise
	case info.IsDir():
		return usagef("%s %q is a folder, and names a file to write", out.flag, out.path)
	}
	names := func(source string) bool { return !isReport(out.path) && ingest.Names(source, out.path) }
	if i := slices.IndexFunc(a.sources, names); i >= 0 {
		return usagef("%s %q is there, and the source %q names it: what is read is not written over, whatever --clobber says", out.flag, out.path, a.sources[i])
	}
	if f, ok := a.stdin.(*os.File); ok {
		if in, err := f.Stat(); err == nil && os.SameFile(in, info) {
			return usagef("%s %q is what is read from standard input", out.flag, out.path)
		}
	}
	for _, in := range a.reads {
		if sameFile(in.path, out.path) {
			return usagef("%s %q is what %s reads: name another", out.flag, out.path, in.flag)
		}
	}
	return nil
}

// reports are how the files begin that a run writes, and no evidence does.
var reports = [...]string{
	"# grantrail ", manifestHead, "{\n  \"schema\": \"grantrail.", "incident_id,grade,cause,",
	"message,datetime,timestamp_desc,incident_id,", "<!DOCTYPE html>\n",
}

// isReport reports whether a file is what an earlier run wrote: it may lie among the
// sources, as where they are the folder that one is in.
func isReport(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head) // fewer are enough
	return slices.ContainsFunc(reports[:], func(begins string) bool { return strings.HasPrefix(string(head[:n]), begins) })
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// namesIn reports whether a source on this machine names what a folder of ours
// holds, or would: files of such names.
func namesIn(source, dir string, names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return ingest.Names(source, filepath.Join(dir, name)) })
}
