package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/state"
	"grantrail/ingest/trailtest"
)

// sixDays is a few days of two regions with all that a state must keep: stories,
// duplicates, damage, a zip, digests, files of no use.
func sixDays(t *testing.T) map[string][]byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666\n")
	for day := range 6 {
		for n, region := range []string{"eu-west-1", "us-east-1"} {
			at := time.Date(2026, 3, 2+day, 10, 20, 30, 0, time.UTC)
			fmt.Fprintf(&b, "file AWSLogs/111122223333/CloudTrail/%s/%s/111122223333_CloudTrail_%s_%sZ_AAAAAAAAAAAAAA%02d.json.gz\n",
				region, at.Format("2006/01/02"), region, at.Add(5*time.Minute).Format("20060102T1504"), day)
			fmt.Fprintf(&b, "noise at=%s n=%d\n", at.Format(time.RFC3339), 3+day)
			fmt.Fprintf(&b, "start at=%s instance=i-0aaa1111bbbb2%d%d2c request=r%d%d\n", at.Format(time.RFC3339), day, n, day, n)
			fmt.Fprintf(&b, "refused at=+1s request=r%d%d because=identity-missing\n", day, n)
		}
	}
	b.WriteString("digests from=2026-03-02T10:00:00Z to=2026-03-07T12:00:00Z\n")
	trail, err := trailtest.Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, o := range trail.Objects {
		files[o.Path] = o.Data
	}
	return files
}

func write(t *testing.T, dir string, files map[string][]byte, names []string) {
	t.Helper()
	for _, name := range names {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// read is how many objects a sweep read.
func (s *Swept) read() int { return s.New + s.Retried + s.Replaced }

// swept sweeps a folder, and gives the account and the events.
func swept(t *testing.T, dir, stateDir string, opt Options) (custody.Manifest, []string, *Swept) {
	t.Helper()
	ev, s, err := sweepErr(t, dir, stateDir, opt)
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	var events []string
	for row := range ev.Table.Len() {
		events = append(events, fmt.Sprintf("%+v of %s", *ev.Table.Event(row), ev.Objects[ev.Table.Origin(row).Object]))
	}
	return ev.Manifest, events, s
}

// TestSweepInSteps: in how many sweeps ever an archive is read, in whatever
// order its files come, with files that were bad first and are replaced, the
// evidence is that of one reading.
func TestSweepInSteps(t *testing.T) {
	files := sixDays(t)
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 3))
		var names []string
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
		for piece := range slices.Chunk(names, 1+r.IntN(len(names))) {
			write(t, dir, files, piece)
			bad := filepath.Join(dir, filepath.FromSlash(piece[0]))
			if err := os.WriteFile(bad, files[piece[0]][:len(files[piece[0]])/2], 0o644); err != nil {
				t.Fatal(err)
			}
			if _, _, s := swept(t, dir, stateDir, Options{Jobs: 1 + r.IntN(4)}); s.read() < len(piece) {
				t.Errorf("seed %d: %d objects read of %d that are new", seed, s.read(), len(piece))
			}
			write(t, dir, files, piece[:1])
		}
		m, events, _ := swept(t, dir, stateDir, Options{})
		again, same, s := swept(t, dir, stateDir, Options{Jobs: 3})
		if s.read() != 0 || s.Listed != len(files) || !reflect.DeepEqual(m, again) || !slices.Equal(events, same) {
			t.Errorf("seed %d: a sweep with nothing new reads %d of %d, or gives something else", seed, s.read(), s.Listed)
		}
		whole, all, _ := swept(t, dir, filepath.Join(t.TempDir(), "once"), Options{})
		if !reflect.DeepEqual(m, whole) || !slices.Equal(events, all) {
			t.Errorf("seed %d: in steps\n%+v\nat once\n%+v", seed, m, whole)
		}
		l, err := List(context.Background(), []string{dir}, ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ev, err := Read(context.Background(), l, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(ev.Manifest, whole) {
			t.Errorf("seed %d: read\n%+v\nswept\n%+v", seed, ev.Manifest, whole)
		}
		ev.Release()
	}
}

// TestSweepReplaced: another content under a known name is said, another time of
// the same content is not.
func TestSweepReplaced(t *testing.T) {
	files := sixDays(t)
	dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	write(t, dir, files, names)
	before, _, _ := swept(t, dir, stateDir, Options{NoVerify: true})
	logs := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !strings.Contains(n, "/CloudTrail/") })
	touched, changed := filepath.Join(dir, logs[0]), filepath.Join(dir, logs[1])
	if err := os.Chtimes(touched, time.Now(), time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(changed, files[logs[2]], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, logs[3])); err != nil {
		t.Fatal(err)
	}
	m, _, s := swept(t, dir, stateDir, Options{NoVerify: true})
	if s.Replaced != 2 || s.Gone != 1 || s.New != 0 || m.Objects.Read != before.Objects.Read {
		t.Errorf("%+v, %+v", s, m.Objects)
	}
	var said []string
	for _, w := range m.Warnings {
		if w.Kind == custody.KindReplaced {
			said = append(said, w.Object)
		}
	}
	if !slices.Equal(said, []string{changed}) {
		t.Errorf("replaced: %q", said)
	}
	if _, _, err := sweepErr(t, dir, stateDir, Options{}); !errors.Is(err, ErrVerified) {
		t.Errorf("a state without hashes is taken for one with: %v", err)
	}
}

// TestSweepReplacedMeanwhile: what an object held that was overwritten is said in
// all later sweeps, whatever the object was in between, and not once it holds
// the same again.
func TestSweepReplacedMeanwhile(t *testing.T) {
	files := sixDays(t)
	var logs [][]byte
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.Contains(name, "/CloudTrail/") {
			logs = append(logs, files[name])
		}
	}
	a, b := logs[0], logs[1]
	cut, other := a[:60], b[:50]
	for _, c := range []struct {
		steps [][]byte
		said  int
	}{
		{[][]byte{a, b, b}, 1},
		{[][]byte{a, cut, b, b, b}, 1},
		{[][]byte{a, cut, cut, other, b, b}, 1},
		{[][]byte{a, cut, a, a}, 0},
		{[][]byte{a, b, logs[2], logs[2]}, 2},
		{[][]byte{a, b, cut, b}, 1},
		{[][]byte{cut, other, a}, 0},
		{[][]byte{a, nil, b, b}, 1},
		{logs, maxEarlier},
	} {
		dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
		said := 0
		for n, data := range c.steps {
			path := filepath.Join(dir, "x.json.gz")
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Now(), time.Unix(int64(n), 0)); err != nil {
				t.Fatal(err)
			}
			m, _, _ := swept(t, dir, stateDir, Options{})
			said = 0
			for _, w := range m.Warnings {
				if w.Kind == custody.KindReplaced {
					said++
				}
			}
		}
		if said != c.said {
			t.Errorf("%d contents one after another: %d are said to be replaced, want %d", len(c.steps), said, c.said)
		}
	}
}

// TestSweepRange: of an asked time that begins and ends within files, a sweep counts
// what a reading counts.
func TestSweepRange(t *testing.T) {
	files := sixDays(t)
	dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
	write(t, dir, files, slices.Collect(maps.Keys(files)))
	r := rand.New(rand.NewPCG(5, 7))
	for range 30 {
		at := time.Date(2026, 3, 2+r.IntN(5), 10, 20, 25+r.IntN(20), 0, time.UTC)
		opt := Options{From: at, To: at.Add(time.Duration(r.IntN(3))*24*time.Hour + time.Duration(1+r.IntN(5))*time.Second)}
		opt.Before, opt.After = time.Duration(r.IntN(3))*time.Second, time.Duration(r.IntN(3))*time.Second
		m, events, _ := swept(t, dir, stateDir, opt)
		l, err := List(context.Background(), []string{dir}, ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ev, err := Read(context.Background(), l, opt)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(ev.Manifest, m) || ev.Table.Len() != len(events) {
			t.Errorf("%v to %v: read\n%+v\nswept\n%+v", opt.From, opt.To, ev.Manifest, m)
		}
		ev.Release()
	}
}

// TestSweepUnlisted: what lies in a folder that cannot be listed is not gone; once
// the folder can be, and has it no more, it is.
func TestSweepUnlisted(t *testing.T) {
	dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
	files := map[string][]byte{"a/x.json.gz": []byte("no gzip"), "a-b/y.json.gz": []byte("nor this")}
	write(t, dir, files, slices.Collect(maps.Keys(files)))
	swept(t, dir, stateDir, Options{})
	if err := os.RemoveAll(filepath.Join(dir, "a-b")); err != nil {
		t.Fatal(err)
	}
	st, err := state.Open(stateDir, false)
	if err != nil {
		t.Fatal(err)
	}
	l := &lister{}
	l.Sources = []string{dir}
	l.settled(filepath.Join(dir, "a"), custody.Unread, custody.KindDenied, "cannot be listed")
	ev, s, err := Sweep(context.Background(), l.settle(), st, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ev.Release()
	if s.Gone != 1 || ev.Manifest.Objects.Unread != 2 {
		t.Errorf("%+v, %+v", s, ev.Manifest.Objects)
	}
	if err := errors.Join(st.Commit(), st.Close(), os.Remove(filepath.Join(dir, "a", "x.json.gz"))); err != nil {
		t.Fatal(err)
	}
	m, _, s := swept(t, dir, stateDir, Options{})
	if s.Gone != 2 || m.Objects.Listed != 0 {
		t.Errorf("%+v, %+v", s, m.Objects)
	}
	if _, _, s = swept(t, dir, stateDir, Options{}); s.Gone != 0 {
		t.Errorf("%d are gone once more", s.Gone)
	}
}

// sweepErr is one sweep of a folder, and its error.
func sweepErr(t *testing.T, dir, stateDir string, opt Options) (*Evidence, *Swept, error) {
	t.Helper()
	st, err := state.Open(stateDir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	l, err := List(context.Background(), []string{dir}, ListOptions{Times: true})
	if err != nil {
		t.Fatal(err)
	}
	return Sweep(context.Background(), l, st, opt)
}

// TestSweepHorizon: what lies before the horizon is dropped and counted, is not
// read again, and its digests do not miss it.
func TestSweepHorizon(t *testing.T) {
	files := sixDays(t)
	dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
	var names []string
	for name := range files {
		names = append(names, name)
	}
	write(t, dir, files, names)
	all, _, _ := swept(t, dir, stateDir, Options{})
	horizon := time.Date(2026, 3, 4, 10, 30, 0, 0, time.UTC)
	kept, _, s := swept(t, dir, stateDir, Options{Horizon: horizon})
	if s.read() != 0 || kept.Forgotten == nil || kept.Forgotten.Objects+kept.Objects.Listed != all.Objects.Listed || kept.Forgotten.Records+kept.Records.Seen != all.Records.Seen {
		t.Fatalf("%+v, %+v of %+v", kept.Forgotten, kept.Objects, all.Objects)
	}
	if kept.Forgotten.Records == 0 || kept.Integrity.Fails() {
		t.Errorf("%+v, %+v", kept.Forgotten, kept.Integrity)
	}
	again, _, s := swept(t, dir, stateDir, Options{})
	if s.read() != 0 || !reflect.DeepEqual(again, kept) {
		t.Errorf("read %d; %+v", s.read(), again)
	}
	once, _, _ := swept(t, dir, filepath.Join(t.TempDir(), "once"), Options{Horizon: horizon})
	if !reflect.DeepEqual(once, kept) {
		t.Errorf("at once\n%+v\nin steps\n%+v", once, kept)
	}
}

func TestCompaction(t *testing.T) {
	dir, stateDir := t.TempDir(), filepath.Join(t.TempDir(), "state")
	for i := range maxSegments + 1 {
		text := fmt.Sprintf(`{"Records":[{"eventTime":"2026-03-02T10:20:30Z","eventName":"StartInstances","eventSource":"ec2.amazonaws.com","eventID":"e%d"}]}`, i)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%02d.json", i)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		m, _, s := swept(t, dir, stateDir, Options{})
		if m.Records.Seen != i+1 || s.New != 1 {
			t.Fatalf("%+v, %+v", m.Records, s)
		}
	}
	st, err := state.Open(stateDir, false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	if len(st.Segments) != 1 {
		t.Errorf("%d segments", len(st.Segments))
	}
	if left, _ := os.ReadDir(stateDir); len(left) != 4 { // lock, state.json, and a segment's two
		t.Errorf("%v", left)
	}
}

func TestWants(t *testing.T) {
	for name, c := range map[string]struct {
		o     Object
		known state.Known
		want  Swept
	}{
		"the same":                  {Object{Size: 1, Tag: "a", mtime: 5}, state.Known{Size: 1, Tag: "a", Modified: 5}, Swept{}},
		"another size":              {Object{Size: 2, Tag: "a"}, state.Known{Size: 1, Tag: "a"}, Swept{Replaced: 1}},
		"another tag":               {Object{Size: 1, Tag: "b"}, state.Known{Size: 1, Tag: "a"}, Swept{Replaced: 1}},
		"another time":              {Object{Size: 1, mtime: 6}, state.Known{Size: 1, Modified: 5}, Swept{Replaced: 1}},
		"a time not asked for":      {Object{Size: 1}, state.Known{Size: 1, Modified: 5}, Swept{}},
		"a time not known":          {Object{Size: 1, mtime: 6}, state.Known{Size: 1}, Swept{}},
		"unread":                    {Object{Size: 1}, state.Known{Size: 1, State: custody.Unread}, Swept{Retried: 1}},
		"partial":                   {Object{Size: 1}, state.Known{Size: 1, State: custody.Partial}, Swept{Retried: 1}},
		"forgotten":                 {Object{Size: 1, Tag: "a"}, state.Known{Size: 1, Tag: "a", Forgotten: true, State: custody.Unread}, Swept{}},
		"forgotten, of another tag": {Object{Size: 1, Tag: "b"}, state.Known{Size: 1, Tag: "a", Forgotten: true}, Swept{Replaced: 1}},
		"settled as it was":         {Object{settled: &settled{state: custody.Skipped}}, state.Known{State: custody.Skipped}, Swept{}},
		"settled, and was a file":   {Object{settled: &settled{state: custody.Skipped}}, state.Known{State: custody.Read}, Swept{Replaced: 1}},
	} {
		p := &plan{before: map[string]before{}}
		var got Swept
		wanted := p.wants(&c.o, &state.Object{Known: c.known}, &got)
		if got != c.want || wanted != (got != Swept{}) {
			t.Errorf("%s: %v, %+v, want %+v", name, wanted, got, c.want)
		}
	}
}

func TestSinceDays(t *testing.T) {
	st, err := state.Open(t.TempDir(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = st.Close() }()
	const folder = "s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/"
	for _, o := range []state.Known{{Name: folder + "2026/03/01/a", State: custody.Unread, Forgotten: true}, {Name: folder + "2026/03/05/a"}} {
		if err := st.Add(&state.Object{Known: o}); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.Commit(); err != nil {
		t.Fatal(err)
	}
	st.Listed = state.Listed{folder: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}
	since, err := Since(st, 47*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if got := since(folder); !got.Equal(time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)) || !since("s3://other/").IsZero() {
		t.Errorf("%v", got)
	}
}
