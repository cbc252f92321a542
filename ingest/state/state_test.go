package state

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"grantrail/ingest/columnar"
	"grantrail/ingest/custody"
	"grantrail/ingest/record"
)

func object(name string, events int) *Object {
	at := time.Date(2026, 3, 2, 10, 0, 0, 5, time.UTC)
	o := &Object{
		Known:  Known{Name: name, Size: 7, Tag: `"tag"`, Modified: 11, Sum: [16]byte{1, 2}, State: custody.Partial},
		Stored: 1, Inflated: 2, Seen: 3, Refused: 4, Plain: &[32]byte{9},
		Places: []Place{{Account: "1", Region: "r", First: at, Last: at.Add(time.Hour), Records: 1, KMS: 2, Launches: 3, Reads: 4, Hours: []int64{5, 6}, KMSAt: MomentsOf(at, []int64{at.UnixNano(), at.UnixNano() + 9}), LaunchedAt: MomentsOf(at, []int64{at.UnixNano()})}, {Region: "r", First: at, Last: at, Hours: []int64{7}}},
		Rest:   Rest{Warnings: []custody.Warning{{Object: name, Kind: custody.KindBOM}}, Other: &custody.Other{Digests: 1}, Members: []string{"m"}, Files: []File{{Name: name, Sum: []byte{1}, Log: true}}, Of: "x", Says: "y"},
	}
	for i := range events {
		o.Events = append(o.Events, Event{&record.Event{Kind: record.Launch, Record: i, Time: at, Lossy: i%2 == 1, Name: name}, i % 3})
	}
	return o
}

func open(t *testing.T, dir string) *State {
	t.Helper()
	s, err := Open(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func add(t *testing.T, s *State, objects ...*Object) {
	t.Helper()
	for _, o := range objects {
		if err := s.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Commit(); err != nil {
		t.Fatal(err)
	}
}

func all(t *testing.T, s *State) (out []Object) {
	t.Helper()
	for o, err := range s.Objects() {
		if err != nil {
			t.Fatal(err)
		}
		o := *o
		o.hours = nil
		o.Events = append([]Event(nil), o.Events...)
		o.Places = append([]Place(nil), o.Places...)
		for i := range o.Places {
			o.Places[i].Hours = append([]int64(nil), o.Places[i].Hours...)
			o.Places[i].KMSAt = append(Moments(nil), o.Places[i].KMSAt...)
			o.Places[i].LaunchedAt = append(Moments(nil), o.Places[i].LaunchedAt...)
		}
		out = append(out, o)
	}
	return out
}

// TestState: what goes in comes back, in name order, the last of each name,
// over closing, and also once all is rewritten.
func TestState(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	add(t, s, object("a", 3), object("b", 2), object("d", 1))
	changed := object("b", 4)
	changed.Size = 99
	add(t, s, changed, object("c", 0))
	want := []Object{*object("a", 3), *changed, *object("c", 0), *object("d", 1)}
	check := func(when string) {
		t.Helper()
		if got := all(t, s); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v\nwant\n%+v", when, got, want)
		}
		var names []string
		for k, err := range s.Known() {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, k.Name)
		}
		if strings.Join(names, "") != "abcd" {
			t.Errorf("%s: known are %q", when, names)
		}
	}
	check("at once")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer func() { _ = s.Close() }()
	check("opened again")
	if err := s.Rewrite(nil); err != nil {
		t.Fatal(err)
	}
	check("rewritten")
	if entries, _ := os.ReadDir(dir); len(entries) != 4 {
		t.Errorf("left are %v", entries)
	}
}

// TestRemove: what was taken out is not there, until it is put in again, and its
// rows are gone once all is rewritten.
func TestRemove(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state"))
	defer func() { _ = s.Close() }()
	add(t, s, object("a", 3), object("b", 2), object("c", 1))
	if err := errors.Join(s.Remove("b"), s.Remove("never"), s.Commit()); err != nil {
		t.Fatal(err)
	}
	check := func(want ...Object) {
		t.Helper()
		if got := all(t, s); !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nwant\n%+v", got, want)
		}
		n := 0
		for _, err := range s.Known() {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != len(want) {
			t.Errorf("%d are known", n)
		}
	}
	check(*object("a", 3), *object("c", 1))
	if err := s.Rewrite(nil); err != nil {
		t.Fatal(err)
	}
	check(*object("a", 3), *object("c", 1))
	if s.Segments[0].Rows != 2 {
		t.Errorf("%d rows are left", s.Segments[0].Rows)
	}
	add(t, s, object("b", 4))
	check(*object("a", 3), *object("b", 4), *object("c", 1))
}

// TestHeadLost: segments without a head are damage, and a state has its head before
// its first segment. --rebuild begins anew.
func TestHeadLost(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	head := filepath.Join(dir, headName)
	if _, err := os.Stat(head); err != nil {
		t.Errorf("a new state: %v", err)
	}
	add(t, s, object("a", 1))
	if err := errors.Join(s.Close(), os.Remove(head)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, false); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "state.json is missing") {
		t.Errorf("segments without a head: %v", err)
	}
	s, err := Open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, object("b", 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	if got := all(t, s); len(got) != 1 || got[0].Name != "b" {
		t.Errorf("%+v", got)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Killed before its first commit.
	fresh := filepath.Join(t.TempDir(), "state")
	if err := open(t, fresh).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(fresh, "000001.objects.parquet"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, fresh).Close(); err != nil {
		t.Fatal(err)
	}
}

// TestPlaceNames: every account and region comes back as it was.
func TestPlaceNames(t *testing.T) {
	var names placeNames
	for _, account := range []string{"111122223333", "", "x y z", " x", `"`, `"a" b`, `a"b`, "`x` y", "'x' y", "ü \x00\xff", `\ `} {
		for _, region := range []string{"eu-west-1", "", "a b", ` "c" `} {
			if a, r := names.of(placeName(account, region)); a != account || r != region {
				t.Errorf("%q, %q came back as %q, %q", account, region, a, r)
			}
		}
	}
	if a, r := names.of(`111122223333 eu-west-1`); a != "111122223333" || r != "eu-west-1" {
		t.Errorf("%q, %q", a, r)
	}
}

// TestHeld: one at a time, and what was not committed is gone.
func TestHeld(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	add(t, s, object("a", 1))
	if _, err := Open(dir, false); !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), "process") {
		t.Errorf("a second sweep: %v", err)
	}
	if err := s.Add(object("b", 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "000009.events.parquet"), []byte("of a sweep that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer func() { _ = s.Close() }()
	if got := all(t, s); len(got) != 1 {
		t.Errorf("%d objects, want the committed one", len(got))
	}
	if _, err := os.Stat(filepath.Join(dir, "000009.events.parquet")); err == nil {
		t.Error("what a killed sweep left is still there")
	}
}

// TestDamaged: every byte of every file counts.
func TestDamaged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	add(t, s, object("a", 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "lock" {
			continue
		}
		path := filepath.Join(dir, e.Name())
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range [][]byte{good[:len(good)/2], bytes.Replace(good, good[len(good)/2:len(good)/2+1], []byte{good[len(good)/2] ^ 1}, 1), nil} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if s, err := Open(dir, false); err == nil {
				_ = s.Close()
				t.Errorf("%s: damage is not seen", e.Name())
			}
		}
		if err := os.WriteFile(path, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestFirstDamage: of several damaged files it is the first that is reported, by
// segment and objects before events, however often one looks.
func TestFirstDamage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	add(t, s, object("a", 1))
	add(t, s, object("b", 1))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	first, second := s.Segments[0], s.Segments[1]
	for _, damaged := range [][]string{
		{first.objects(), first.events(), second.objects(), second.events()},
		{first.events(), second.objects(), second.events()},
		{second.objects(), second.events()},
	} {
		whole := map[string][]byte{}
		for _, name := range damaged {
			path := filepath.Join(dir, name)
			var err error
			if whole[path], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			if _, err := Open(dir, false); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), damaged[0]+" is not what was written") {
				t.Fatalf("want %s: %v", damaged[0], err)
			}
		}
		for path, text := range whole {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestVersionBefore: a state of the version before is read, with what it does not
// know unknown, and goes on in this version; one of no known version is refused.
func TestVersionBefore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	add(t, s, object("a", 3), object("c", 2))
	want := all(t, s)
	if err := s.Rewrite(func(o *Object) { // so that it has what that version wrote
		o.Stored += o.Size
		for i := range o.Places {
			p := &o.Places[i]
			p.First, p.Last = time.Unix(p.First.UnixNano(), 0), time.Unix(p.Last.UnixNano(), 0)
		}
	}); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		for j := range want[i].Places {
			want[i].Places[j].KMSAt, want[i].Places[j].LaunchedAt = nil, nil
		}
	}
	var err error
	again(t, filepath.Join(dir, s.Segments[0].objects()), "moments")
	if s.Segments[0].Objects, err = hashed(filepath.Join(dir, s.Segments[0].objects())); err != nil {
		t.Fatal(err)
	}
	s.Schema = earlier
	if err := errors.Join(s.save(), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	if got := all(t, s); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
	b := object("b", 1)
	add(t, s, b)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want = []Object{want[0], *b, want[1]}
	s = open(t, dir)
	if got := all(t, s); s.Schema != current || !reflect.DeepEqual(got, want) {
		t.Errorf("%s, %+v\nwant\n%+v", s.Schema, got, want)
	}
	if err := s.Rewrite(nil); err != nil {
		t.Fatal(err)
	}
	if got := all(t, s); s.Segments[0].Earlier || !reflect.DeepEqual(got, want) {
		t.Errorf("rewritten %+v\nwant\n%+v", got, want)
	}
	s.Schema = schemaPrefix + "v0"
	if err := errors.Join(s.save(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, false); !errors.Is(err, ErrVersion) {
		t.Errorf("a state of no known version: %v", err)
	}
}

// TestMoments: times are counted as they were, wherever the range ends.
func TestMoments(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 200 {
		first := time.Date(2026, 3, 2, 10, 0, 0, n%2*17, time.UTC)
		unit := []time.Duration{time.Second, time.Millisecond, 1, time.Hour * 1000}[n%4]
		var at []int64
		for range r.IntN(50) {
			at = append(at, first.Add(time.Duration(r.IntN(40))*unit).UnixNano())
		}
		m := MomentsOf(first, at)
		for range 20 {
			from := first.Add(time.Duration(r.IntN(45)-2) * unit)
			to := from.Add(time.Duration(r.IntN(45)) * unit)
			want := 0
			for _, ns := range at {
				if ns >= from.UnixNano() && ns < to.UnixNano() {
					want++
				}
			}
			if got := m.Count(first, func(t time.Time) bool { return !t.Before(from) && t.Before(to) }); got != want {
				t.Fatalf("%d of %v from %v to %v, want %d", got, at, from, to, want)
			}
		}
	}
	if m := MomentsOf(time.Unix(5, 0), []int64{7e9, 5e9, 7e9}); !bytes.Equal(m, []byte{0, 0, 5, 1}) {
		t.Errorf("%v", m)
	}
	// Whatever it holds, it comes to an end.
	for _, m := range []Moments{nil, {0}, {1, 0x80}, {0, 1}, {0, 1, 0x80}, {9, 2}} {
		_ = m.Count(time.Unix(0, 0), func(time.Time) bool { return true })
	}
	for _, b := range [][]byte{nil, {0}, {0, 1}, {0, 0, 0x80}, {0, 0, 0, 5, 1}, {255, 255, 255, 255, 15, 0, 0, 0}} {
		if err := takeMoments(b, make([]Place, 1)); err == nil {
			t.Errorf("%v is taken", b)
		}
	}
}

// TestEarlier: a state is also read where Arrow's bridge to Parquet wrote it, as
// earlier programs had it do, and the bridge reads what this one wrote.
func TestEarlier(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	add(t, s, object("a", 3), object("b", 0), object("c", 2))
	want := all(t, s)
	seg := &s.Segments[0]
	for name, noted := range map[string]*stored{seg.objects(): &seg.Objects, seg.events(): &seg.Events} {
		path := filepath.Join(dir, name)
		again(t, path, "")
		var err error
		if *noted, err = hashed(path); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.save(), s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	defer func() { _ = s.Close() }()
	if got := all(t, s); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant\n%+v", got, want)
	}
}

// again has the bridge read a file and write it anew, without one of its columns.
func again(t *testing.T, path, without string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	in, err := file.NewParquetReader(f)
	if err != nil {
		t.Fatal(err)
	}
	bridge, err := pqarrow.NewFileReader(in, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := bridge.ReadTable(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Release()
	var fields []arrow.Field
	var columns []arrow.Column
	for i, f := range rows.Schema().Fields() {
		if f.Name != without {
			fields, columns = append(fields, f), append(columns, *rows.Column(i))
		}
	}
	rows = array.NewTable(arrow.NewSchema(fields, nil), columns, rows.NumRows())
	var out bytes.Buffer
	props := parquet.NewWriterProperties(columnar.Zstd())
	if err := pqarrow.WriteTable(rows, &out, 1000, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema())); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.Close(), os.WriteFile(path, out.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func TestRebuildTakesOtherNames(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	add(t, s, object("a", 1))
	add(t, s, object("b", 0))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "000001.objects.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	s, err = Open(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Add(object("c", 0)); err != nil {
		t.Fatal(err)
	}
	if s.pending.Number != 3 {
		t.Errorf("segment %d", s.pending.Number)
	}
	if _, err := s.pending.finish(); err != nil { // and killed before the head is written
		t.Fatal(err)
	}
	s.pending = nil
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(filepath.Join(dir, "000001.objects.parquet")); err != nil || !reflect.DeepEqual(after, before) {
		t.Error("the first segment is another one", err)
	}
	if s = open(t, dir); len(all(t, s)) != 2 {
		t.Error("want what was there")
	}
	_ = s.Close()
}

func TestNameTwice(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { _ = s.Close() }()
	if err := s.Add(object("b", 0)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"b", "a"} {
		if s.Add(object(name, 0)) == nil {
			t.Errorf("%q behind b is taken", name)
		}
	}
}

func TestRestAlone(t *testing.T) {
	full := object("a", 0).Rest
	for i, rest := range []Rest{{Warnings: full.Warnings}, {Other: full.Other}, {Members: full.Members}, {Files: full.Files}, {Of: "x", Says: "y"}} {
		o := object("a", 0)
		o.Rest = rest
		s := open(t, t.TempDir())
		add(t, s, o)
		if got := all(t, s)[0].Rest; !reflect.DeepEqual(got, rest) {
			t.Errorf("%d: %+v", i, got)
		}
		_ = s.Close()
	}
}
