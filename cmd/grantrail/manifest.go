package main

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"grantrail/analyze/incident"
	"grantrail/ingest"
	"grantrail/ingest/custody"
)

// A manifest is lines of text. Those that begin with # are ours: the first
// names the format and holds the run as JSON, and each object and report has
// one with what is known of it. For a local file a line follows as sha256sum
// writes it, so that "sha256sum -c" checks the file from the folder in which
// the run was made; it passes over the others.
const (
	manifestHead   = "# grantrail.manifest/v1 "
	manifestObject = "#object "
	manifestReport = "#report "
)

// inventory is a manifest to be written, or an earlier one that a run is held
// against.
type inventory struct {
	path    string
	clobber bool
	sources []string
	entries []ingest.Entry
	earlier map[string]ingest.Entry // nil where one is to be written
}

// inventory checks where the manifest is to go.
func (t *typed) inventory(sources []string) (*inventory, error) {
	if t.manifest == "" {
		return nil, nil
	}
	if _, err := os.Lstat(t.manifest); !free(t.manifest, t.clobber) {
		return nil, usagef("--manifest %q is there already: name another, or allow --clobber", t.manifest)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("--manifest: %w", err)
	}
	return &inventory{path: t.manifest, clobber: t.clobber, sources: sources}, nil
}

// earlier reads the manifest of an earlier run.
func (t *typed) earlier([]string) (*inventory, error) {
	if t.manifest == "" {
		return nil, nil
	}
	f, err := os.Open(t.manifest)
	if err != nil {
		return nil, usagef("--manifest: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	m := &inventory{path: t.manifest, earlier: map[string]ingest.Entry{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if n == 1 && !strings.HasPrefix(line, manifestHead) {
			return nil, usagef("--manifest %q: not a manifest of grantrail: its first line does not begin with %q", t.manifest, manifestHead)
		}
		if text, ok := strings.CutPrefix(line, manifestObject); ok {
			var e ingest.Entry
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				return nil, usagef("--manifest %q, line %d: %w", t.manifest, n, err)
			}
			m.earlier[e.URI] = e
		}
	}
	if err := lines.Err(); err != nil {
		return nil, usagef("--manifest %q: %w", t.manifest, err)
	}
	return m, nil
}

// take takes what a run read, and says in its account what has changed since
// the earlier one.
func (m *inventory) take(ev *ingest.Evidence) {
	if m == nil {
		return
	}
	m.entries = ev.Entries
	if m.earlier == nil {
		return
	}
	i := &ev.Manifest.Integrity
	same, repacked, changed, added, unread := 0, 0, 0, 0, 0
	say := func(object string, v custody.Verdict, detail string) {
		i.Findings = append(i.Findings, custody.Finding{Object: object, Verdict: string(v), Detail: detail})
	}
	for _, e := range m.entries {
		was, known := m.earlier[e.URI]
		delete(m.earlier, e.URI)
		switch {
		case !known:
			added++
			say(e.URI, custody.Added, "not in the manifest")
		case e.Stored == "":
			unread++
			say(e.URI, custody.NotChecked, "it could not be read whole, and is not compared with the manifest")
		case was.Stored == "":
			unread++
			say(e.URI, custody.NotChecked, "the manifest's run could not read it whole, and has no hash of it")
		case was.Stored != e.Stored && was.Inflated != "" && was.Inflated == e.Inflated:
			same, repacked = same+1, repacked+1
			say(e.URI, custody.Repacked, "its stored bytes are not those of the manifest; its content is")
		case was.Stored != e.Stored:
			changed++
			say(e.URI, custody.Mismatch, "its stored bytes are not those of the manifest")
		default:
			same++
		}
	}
	var gone []string
	for uri := range m.earlier {
		gone = append(gone, uri)
	}
	slices.Sort(gone)
	for _, uri := range gone {
		say(uri, custody.Missing, "in the manifest, and not in the sources")
	}
	said := fmt.Sprintf("Objects were compared with the manifest of an earlier run: %d the same, %d changed, %d gone, %d new.", same, changed, len(gone), added)
	if repacked > 0 {
		said += fmt.Sprintf(" Of the same, %d by content alone: compressed anew.", repacked)
	}
	if unread > 0 {
		said += fmt.Sprintf(" %d could not be compared, since one run or the other could not read all of it.", unread)
	}
	i.Checks = append(i.Checks, said)
}

// write writes the manifest: the run, each object, and each report.
func (m *inventory) write(out *output) error {
	if m == nil || m.earlier != nil {
		return nil
	}
	var b strings.Builder
	line := func(prefix string, v any) error {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("writing the manifest: %w", err)
		}
		b.WriteString(prefix + string(text) + "\n")
		return nil
	}
	head := struct {
		Tool incident.Tool `json:"tool"`
		Args []string      `json:"args"`
	}{tool(), os.Args[1:]}
	if err := line(manifestHead, head); err != nil {
		return err
	}
	slices.SortStableFunc(m.entries, func(a, b ingest.Entry) int { return cmp.Compare(a.URI, b.URI) })
	for _, e := range m.entries {
		if err := line(manifestObject, e); err != nil {
			return err
		}
		if e.Stored != "" && e.URI != ingest.Stdin && !strings.HasPrefix(e.URI, "s3://") {
			b.WriteString(sumLine(e.Stored, e.URI))
		}
	}
	for _, path := range out.paths {
		size, text, err := hashed(path)
		if err != nil {
			return fmt.Errorf("hashing the report: %w", err)
		}
		if err := line(manifestReport, map[string]any{"uri": path, "size": size, "sha256": text}); err != nil {
			return err
		}
		b.WriteString(sumLine(text, path))
	}
	return (&output{clobber: m.clobber}).deliver(m.path, []byte(b.String()))
}

// hashed is a file's size and SHA-256.
func hashed(path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}

// sumLine is a line of sha256sum, which marks and escapes a name that would
// break it.
func sumLine(sum, path string) string {
	escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(path)
	if escaped != path {
		return `\` + sum + "  " + escaped + "\n"
	}
	return sum + "  " + path + "\n"
}
