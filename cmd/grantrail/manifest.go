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
	"time"
	"unicode/utf8"

	"grantrail/analyze/incident"
	"grantrail/ingest"
	"grantrail/ingest/custody"
)

// A manifest is lines of text. Those that begin with # are ours: the first
// names the format and holds the run as JSON, and each object and report has
// one with what is known of it. For a local file a line follows as sha256sum
// writes it, so that "sha256sum -c" checks the file from the folder in which
// the run was made; it passes over the others. The last line counts the objects:
// one without it was cut short, or is of a version before there was one.
const (
	manifestHead   = "# grantrail.manifest/v1 "
	manifestObject = "#object "
	manifestReport = "#report "
	manifestEnd    = "# end: %d objects"
)

// manifestEntry is an object's line. JSON is text: a name that is none stands
// beside it as it is.
type manifestEntry struct {
	ingest.Entry
	Name []byte `json:"uri_bytes,omitempty"`
}

// inventory is a manifest to be written, or an earlier one that a run is held
// against.
type inventory struct {
	path    string
	clobber bool
	sources []string
	entries []ingest.Entry
	earlier map[string]ingest.Entry // nil where one is to be written
	ended   bool                    // an earlier one has its last line
}

// inventory checks where the manifest is to go.
func (t *typed) inventory(sources []string, now time.Time) (*inventory, error) {
	if t.manifest == "" {
		return nil, nil
	}
	t.manifest = stamped(t.manifest, now)
	if _, err := os.Lstat(t.manifest); !free(t.manifest, t.clobber) {
		return nil, usagef("--manifest %q is there already: name another, or allow --clobber", t.manifest)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("--manifest: %w", err)
	}
	return &inventory{path: t.manifest, clobber: t.clobber, sources: sources}, nil
}

// earlier reads the manifest of an earlier run.
func (t *typed) earlier([]string, time.Time) (*inventory, error) {
	if t.manifest == "" {
		return nil, nil
	}
	f, err := os.Open(t.manifest)
	if err != nil {
		return nil, usagef("--manifest: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	m := &inventory{path: t.manifest, earlier: map[string]ingest.Entry{}}
	if err := m.parse(f); err != nil {
		return nil, usagef("--manifest %q: %w", t.manifest, err)
	}
	return m, nil
}

// parse reads a manifest. One that ends too early is read as far as it goes.
func (m *inventory) parse(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	n, objects := 0, 0
	for ; lines.Scan(); n++ {
		line := lines.Text()
		if head, ok := strings.CutPrefix(line, manifestHead); n == 0 && (!ok || !json.Valid([]byte(head))) {
			return errNoManifest
		}
		if text, ok := strings.CutPrefix(line, manifestObject); ok {
			var e manifestEntry
			if err := json.Unmarshal([]byte(text), &e); err != nil {
				return fmt.Errorf("line %d: %w", n+1, err)
			}
			if e.Name != nil {
				e.URI = string(e.Name)
			}
			m.earlier[e.URI] = e.Entry
			objects++
		}
		m.ended = line == fmt.Sprintf(manifestEnd, objects)
	}
	if n == 0 && lines.Err() == nil {
		return errNoManifest
	}
	return lines.Err()
}

var errNoManifest = fmt.Errorf("not a manifest of grantrail: its first line is not %q and the run", manifestHead)

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
	same, repacked, changed, added, unread, listed := 0, 0, 0, 0, 0, len(m.earlier)
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
	if !m.ended {
		say(m.path, custody.NoEnd, "the manifest does not end with the number of its objects")
		said += fmt.Sprintf(" The manifest has no end: it was cut short or changed, or a version wrote it that wrote none. It may have listed more than the %d it has.", listed)
	}
	i.Checks = append(i.Checks, said)
}

// write writes the manifest: the run, each object, and each report.
func (m *inventory) write(out *output, args []string) error {
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
	}{tool(), args}
	if err := line(manifestHead, head); err != nil {
		return err
	}
	slices.SortStableFunc(m.entries, func(a, b ingest.Entry) int { return cmp.Compare(a.URI, b.URI) })
	for _, e := range m.entries {
		entry := manifestEntry{Entry: e}
		if !utf8.ValidString(e.URI) {
			entry.Name = []byte(e.URI)
		}
		if err := line(manifestObject, entry); err != nil {
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
	fmt.Fprintf(&b, manifestEnd+"\n", len(m.entries))
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
