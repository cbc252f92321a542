// Package state keeps on disk what sweeps have read, so that the next one reads
// only what is new and still judges everything.
//
// # Files
//
// A state is a folder:
//
//	state.json               what is valid: read first, replaced last
//	lock                     held while a sweep works on the folder
//	NNNNNN.objects.parquet   a segment: one row for each object, in name order
//	NNNNNN.events.parquet    its events, in the same order, in the columns of package table
//
// state.json names the segments with their sizes and SHA-256. Of an object that
// stands in several, the last is valid; a row can say that there is none. Files that it does not name are what
// was left of a sweep that was killed, and are removed.
//
// # Promises
//
//   - A segment is in state.json only once its files are on the disk: written,
//     synced, renamed, and the folder synced. Whenever a sweep is killed, the
//     state is that of its last [State.Commit].
//   - What comes back is what went in, byte for byte: a file whose hash is not
//     the one noted is refused.
//   - A state of a later version is refused, and never half understood. One of
//     the version before is read, and becomes one of this when it is committed.
//
// An object takes about 80 bytes, and one with a few dozen KMS records 110; 35 less
// without the hash of its content, which digests need. What an object is, and what is evidence, is package ingest's.
package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	schemaPrefix = "grantrail.state/"
	// current names the version of a state.
	current = schemaPrefix + "v2"
	// earlier is the version before, which is read as one that knows less: it
	// does not say what was listed, nor when an object's KMS records and launches
	// were. It is of this version once it is committed; its segments stay as they are.
	earlier = schemaPrefix + "v1"
)

// Head is what a state says of itself.
type Head struct {
	Schema   string    `json:"schema"`
	Segments []segment `json:"segments"`

	Sources  []string        `json:"sources"`  // that were ever swept, sorted, distinct
	Verified bool            `json:"verified"` // the content of objects was hashed, for digests
	Digests  bool            `json:"digests"`  // digests are among what was read
	Listed   Listed          `json:"listed"`   // folders of remote regions that were listed whole
	Horizon  *time.Time      `json:"horizon"`  // what lies before was dropped; nil where nothing was
	Judged   json.RawMessage `json:"judged"`   // what the last finished sweep concluded, as its writer has it
}

// Listed is, for each folder that a finished sweep has listed whole, the newest
// day in it then: what was there up to that day is known.
type Listed map[string]time.Time

// segment is a pair of files.
type segment struct {
	Number  int    `json:"number"`
	Rows    int    `json:"rows"`
	Objects stored `json:"objects"`
	Events  stored `json:"events"`
	Earlier bool   `json:"earlier,omitempty"` // the version before wrote it
}

// stored is what a file is known by.
type stored struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

const headName = "state.json"

// State is an open state. It is not safe for concurrent use.
type State struct {
	Head

	dir     string
	lock    *lock
	pending *writer // the segment in the making; nil where nothing was added
	given   int     // the highest number of a segment that is given up at the next commit
}

// Errors that a caller may ask for.
var (
	// ErrHeld is a state on which another sweep works.
	ErrHeld = errors.New("another sweep works on this state")
	// ErrVersion is a state of another version.
	ErrVersion = errors.New("the state is of another version")
	// ErrDamaged is a state whose files are not what was written.
	ErrDamaged = errors.New("the state is damaged")
)

// Open opens the state in a folder, which is made if need be, and locks it until Close.
// With anew the segments are given up at the next Commit; Judged is kept. The error
// wraps [ErrHeld], [ErrVersion] or [ErrDamaged], or is the file system's.
func Open(dir string, anew bool) (*State, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &State{dir: dir}
	if _, err := os.Stat(filepath.Join(dir, headName)); anew || errors.Is(err, fs.ErrNotExist) {
		if err := s.ours(); err != nil { // before there is anything of ours in somebody's folder
			return nil, err
		}
	}
	held, err := acquire(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	s.lock = held
	if err := s.load(anew); err != nil {
		return nil, errors.Join(err, held.release())
	}
	return s, nil
}

// Close gives up what was not committed, and the folder.
func (s *State) Close() error {
	if s.pending != nil {
		s.pending.abandon()
		s.pending = nil
	}
	return s.lock.release()
}

func (s *State) load(anew bool) error {
	s.Head = Head{Schema: current, Segments: []segment{}, Sources: []string{}}
	text, err := os.ReadFile(filepath.Join(s.dir, headName))
	switch {
	case anew || errors.Is(err, fs.ErrNotExist):
		if errors.Is(err, fs.ErrNotExist) {
			if err := s.create(anew); err != nil {
				return err
			}
		}
		var old Head // what was reported is not news once more
		if json.Unmarshal(text, &old) == nil && (old.Schema == current || old.Schema == earlier) {
			s.Judged = old.Judged
		}
	case err != nil:
		return err
	default:
		if err := s.parse(text); err != nil {
			return err
		}
	}
	if anew {
		return s.give()
	}
	if err := s.check(); err != nil {
		return err
	}
	return s.tidy()
}

// create begins a state that has no head. It gets one before there is a segment,
// so segments without one are those of a state that has lost it.
func (s *State) create(anew bool) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, objectsEnd) || strings.HasSuffix(name, eventsEnd) {
			if anew {
				return nil // the next commit brings one
			}
			return fmt.Errorf("%w: %s is missing, and %s is there; --rebuild reads everything anew", ErrDamaged, headName, name)
		}
	}
	return s.save()
}

// give notes the highest segment number there is, so that a rebuild writes new names
// and the old segments stay readable until the head no longer names them.
func (s *State) give() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		number, _, _ := strings.Cut(e.Name(), ".")
		if n, err := strconv.Atoi(number); err == nil && isOurs(e.Name()) {
			s.given = max(s.given, n)
		}
	}
	return nil
}

// ours refuses a folder that holds anything but a state: what is not named in
// a state is removed, and must not be somebody's files.
func (s *State) ours() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !isOurs(e.Name()) {
			return fmt.Errorf("%q is no state and not empty: it holds %q", s.dir, e.Name())
		}
	}
	return nil
}

// ourName is every name that a state gives to a file.
var ourName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:lock|state\.json(?:\.part)?|\d{6,}\.(?:objects|events)\.parquet(?:\.part)?)$`)
})

// Names are names of files as they are in a state, of each kind.
func Names() []string {
	first := segment{Number: 1}
	return []string{"lock", headName, first.objects(), first.events()}
}

func isOurs(name string) bool { return ourName().MatchString(name) }

func (s *State) parse(text []byte) error {
	var version struct {
		Schema string `json:"schema"`
	}
	if err := json.Unmarshal(text, &version); err != nil || !strings.HasPrefix(version.Schema, schemaPrefix) {
		return fmt.Errorf("%w: %s is not what a sweep writes; --rebuild reads everything anew", ErrDamaged, headName)
	}
	if version.Schema != current && version.Schema != earlier {
		return fmt.Errorf("%w: it is %s, and this program reads %s: use the version that wrote it, or --rebuild to read everything anew", ErrVersion, version.Schema, current)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&s.Head); err != nil {
		return fmt.Errorf("%w: %s: %w; --rebuild reads everything anew", ErrDamaged, headName, err)
	}
	if s.Schema = current; version.Schema == earlier {
		for i := range s.Segments {
			s.Segments[i].Earlier = true
		}
	}
	return nil
}

// check hashes the files, and tells of the first that is damaged: segments in the
// order of the head, objects before events.
func (s *State) check() error {
	for _, seg := range s.Segments {
		if err := s.intact(seg.objects(), seg.Objects); err != nil {
			return err
		}
		if err := s.intact(seg.events(), seg.Events); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) intact(name string, want stored) error {
	got, err := hashed(filepath.Join(s.dir, name))
	if err != nil || got != want {
		return fmt.Errorf("%w: %s is not what was written (%w); --rebuild reads everything anew", ErrDamaged, name, cmpError(err))
	}
	return nil
}

var errHash = errors.New("size or SHA-256 differs")

func cmpError(err error) error {
	if err != nil {
		return err
	}
	return errHash
}

// tidy removes the files of a sweep that was killed.
func (s *State) tidy() error {
	known := []string{"lock", headName}
	for _, seg := range s.Segments {
		known = append(known, seg.objects(), seg.events())
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if isOurs(e.Name()) && !slices.Contains(known, e.Name()) {
			if err := os.Remove(filepath.Join(s.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// Add notes an object. Those between two commits come in name order. It is not
// on disk before Commit.
func (s *State) Add(o *Object) error {
	if s.pending == nil {
		w, err := s.begin()
		if err != nil {
			return err
		}
		s.pending = w
	}
	return s.pending.add(o)
}

// Remove takes an object out of the state, as Add puts one in.
func (s *State) Remove(name string) error {
	return s.Add(&Object{Known: Known{Name: name, State: removed}})
}

// Pending is the number of objects that were added since the last commit.
func (s *State) Pending() int {
	if s.pending == nil {
		return 0
	}
	return s.pending.rows
}

// Commit puts on disk what was added, and the Head.
func (s *State) Commit() error {
	if s.pending != nil {
		seg, err := s.pending.finish()
		s.pending = nil
		if err != nil {
			return err
		}
		s.Segments = append(s.Segments, seg)
	}
	return s.save()
}

// save replaces state.json.
func (s *State) save() error {
	text, err := json.MarshalIndent(s.Head, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(s.dir, headName)
	f, err := os.Create(path + tempEnd)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(text, '\n')); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := onDisk(f); err != nil {
		return err
	}
	if err := os.Rename(path+tempEnd, path); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// onDisk closes a file once its bytes are on the disk.
func onDisk(f *os.File) error { return errors.Join(f.Sync(), f.Close()) }

// syncDir puts renames on the disk. Where a folder cannot be synced, as on
// Windows, the system sees to it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) && !errors.Is(err, fs.ErrInvalid) {
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

// Rewrite puts all segments into one, each object as change leaves it; nil
// leaves them as they are.
func (s *State) Rewrite(change func(*Object)) error {
	if s.pending != nil {
		return errors.New("rewriting a state with objects not committed")
	}
	w, err := s.begin()
	if err != nil {
		return err
	}
	for o, err := range s.Objects() {
		if err == nil {
			if change != nil {
				change(o)
			}
			err = w.add(o)
		}
		if err != nil {
			w.abandon()
			return err
		}
	}
	seg, err := w.finish()
	if err != nil {
		return err
	}
	s.Segments = []segment{seg}
	if err := s.save(); err != nil {
		return err
	}
	return s.tidy()
}

// hashed is what a file is known by now.
func hashed(path string) (stored, error) {
	f, err := os.Open(path)
	if err != nil {
		return stored{}, err
	}
	sum := newSum(io.Discard)
	_, err = io.Copy(sum, f)
	return sum.stored(), errors.Join(err, f.Close())
}
