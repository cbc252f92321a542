package ingest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"grantrail/ingest/custody"
	"grantrail/ingest/trailtest"
)

const sound = `
default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file b.json.gz
start   at=2026-03-02T10:20:30Z instance=i-0aaa request=r1
refused at=+1s request=r1 because=identity-missing
start   at=2026-03-02T11:20:30Z instance=i-0bbb request=r2
refused at=+1s request=r2 because=identity-missing
file a.json.gz
noise n=5 at=2026-03-02T09:00:00Z
file c.json.gz
noise n=5 at=2026-03-02T12:00:00Z
`

// sample writes the sound trail and returns its folder.
func sample(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	trail, err := trailtest.Parse(sound)
	if err != nil {
		t.Fatal(err)
	}
	if err := trail.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// read lists and reads sources, and checks that the table leaks nothing and
// that every listed object is in one state.
func read(t *testing.T, opt Options, sources ...string) *Evidence {
	t.Helper()
	listing, err := List(context.Background(), sources, ListOptions{Stdin: strings.NewReader("")})
	if err != nil {
		t.Fatal(err)
	}
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	opt.memory = mem
	ev, err := Read(context.Background(), listing, opt)
	if err != nil {
		t.Fatal(err)
	}
	o := ev.Manifest.Objects
	if sum := o.Read + o.Partial + o.Unread + o.Skipped + o.Duplicate; sum != o.Listed || o.Listed != listing.Len() {
		t.Errorf("%d objects were listed, the states sum to %d", listing.Len(), sum)
	}
	ev.Release()
	if n := mem.CurrentAlloc(); n != 0 {
		t.Errorf("%d bytes of the table are leaked", n)
	}
	return ev
}

// TestDamage: each damage costs the one object what it must, under its own
// kind, and the two beside it nothing.
func TestDamage(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil []string
		state custody.State
		kind  custody.Kind // "" where nothing is to be said
		seen  int          // of the spoilt object's 4 records
	}{
		{"sound", nil, custody.Read, "", 4},
		{"truncated gzip", []string{"truncate", "0.95"}, custody.Partial, custody.KindGzipTruncated, -1},
		{"truncated in its header", []string{"truncate", "5"}, custody.Unread, custody.KindGzipTruncated, 0},
		{"bad CRC", []string{"crc"}, custody.Partial, custody.KindGzipChecksum, 4},
		{"cut JSON", []string{"cut-json"}, custody.Partial, custody.KindJSONTruncated, -1},
		{"empty", []string{"empty"}, custody.Unread, custody.KindEmpty, 0},
		{"Records null", []string{"records-null"}, custody.Unread, custody.KindRecordsNull, 0},
		{"appended member", []string{"append-member"}, custody.Partial, custody.KindTrailingMember, 4},
		{"appended bytes", []string{"append-bytes"}, custody.Partial, custody.KindTrailingBytes, 4},
		{"appended JSON", []string{"append-json"}, custody.Partial, custody.KindTrailingJSON, 4},
		{"byte order mark", []string{"bom"}, custody.Read, custody.KindBOM, 4},
		{"plain", []string{"gunzip"}, custody.Read, "", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := sample(t)
			object := filepath.Join(dir, "b.json.gz")
			if c.spoil != nil {
				if err := trailtest.Spoil(object, c.spoil[0], c.spoil[1:]...); err != nil {
					t.Fatal(err)
				}
			}
			ev := read(t, Options{}, dir)
			checkStates(t, ev, c.state)
			checkKind(t, ev, object, c.kind)
			seen := ev.Manifest.Records.Seen - 10
			if c.seen >= 0 && seen != c.seen || c.seen < 0 && (seen < 1 || seen > 3) {
				t.Errorf("%d of the spoilt object's records were seen", seen)
			}
		})
	}
}

func checkStates(t *testing.T, ev *Evidence, spoilt custody.State) {
	t.Helper()
	var want custody.Objects
	for _, s := range []custody.State{custody.Read, custody.Read, spoilt} {
		want.Count(s)
	}
	if got := ev.Manifest.Objects; got != want {
		t.Errorf("objects are %+v, want %+v; warnings %v", got, want, ev.Manifest.Warnings)
	}
}

func checkKind(t *testing.T, ev *Evidence, object string, kind custody.Kind) {
	t.Helper()
	w := ev.Manifest.Warnings
	switch {
	case kind == "" && len(w) == 0:
	case kind != "" && len(w) == 1 && w[0].Kind == kind && w[0].Object == object && w[0].Detail != "":
	default:
		t.Errorf("warnings are %v, want one of kind %q for %q", w, kind, object)
	}
}

// TestMembers: members that together make one value are read whole.
func TestMembers(t *testing.T) {
	dir := t.TempDir()
	trail, err := trailtest.Parse(strings.Replace(sound, "file b.json.gz", "file b.json.gz members=3 pretty", 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := trail.Write(dir); err != nil {
		t.Fatal(err)
	}
	ev := read(t, Options{}, dir)
	if ev.Manifest.Records.Seen != 14 || ev.Manifest.Objects.Read != 3 || len(ev.Manifest.Warnings) != 0 {
		t.Errorf("got %+v %+v %v", ev.Manifest.Objects, ev.Manifest.Records, ev.Manifest.Warnings)
	}
}

// TestVanished: a file that goes between listing and opening costs itself.
func TestVanished(t *testing.T) {
	dir := sample(t)
	listing, err := List(context.Background(), []string{dir}, ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "b.json.gz")); err != nil {
		t.Fatal(err)
	}
	ev, err := Read(context.Background(), listing, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	checkStates(t, ev, custody.Unread)
	checkKind(t, ev, filepath.Join(dir, "b.json.gz"), custody.KindVanished)
}

// TestDenied: what may not be read is unread, and said. The listing's error
// path is driven directly, since tests may run as root, whom nothing denies.
func TestDenied(t *testing.T) {
	l := &lister{ctx: context.Background()}
	denied := &fs.PathError{Op: "open", Path: "logs/secret", Err: fs.ErrPermission}
	if err := l.unlisted("logs", "logs/secret", denied); err != nil {
		t.Fatalf("a folder inside a source stops the run: %v", err)
	}
	if err := l.unlisted("logs", "logs", denied); err == nil {
		t.Error("a source that cannot be listed does not stop the run")
	}
	ev, err := Read(context.Background(), l.settle(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer ev.Release()
	checkKind(t, ev, "logs/secret", custody.KindDenied)
	if ev.Manifest.Objects.Unread != 1 {
		t.Errorf("objects are %+v", ev.Manifest.Objects)
	}
}

// TestListing: links are not followed, other files are named, and an object
// that two sources name is read once.
func TestListing(t *testing.T) {
	dir := sample(t)
	if err := os.Symlink("b.json.gz", filepath.Join(dir, "link.json.gz")); err != nil {
		t.Fatal(err)
	}
	ev := read(t, Options{}, dir, filepath.Join(dir, "b.json.gz"), filepath.Join(dir, "*.gz"))
	o := ev.Manifest.Objects
	// The glob names the link too, and a link that is named is followed: its
	// records are the same events again.
	if o.Read != 4 || o.Duplicate != 4 || ev.Manifest.Records.Seen != 18 || ev.Manifest.Records.Duplicate != 4 {
		t.Errorf("objects are %+v, %d records seen; want 3 and the link read once", o, ev.Manifest.Records.Seen)
	}
	kinds := map[custody.Kind]int{}
	for _, w := range ev.Manifest.Warnings {
		kinds[w.Kind]++
	}
	if kinds[custody.KindLink]+kinds[custody.KindDuplicateObject] != o.Skipped+o.Duplicate {
		t.Errorf("warnings are %v", ev.Manifest.Warnings)
	}
}

// TestSameEvidence: workers, memory and the order of sources change nothing.
func TestSameEvidence(t *testing.T) {
	dir := sample(t)
	a, b, c := filepath.Join(dir, "a.json.gz"), filepath.Join(dir, "b.json.gz"), filepath.Join(dir, "c.json.gz")
	one := read(t, Options{Jobs: 1}, a, b, c)
	eight := read(t, Options{Jobs: 8, Memory: 1}, c, a, b)
	if !slices.Equal(one.Objects, eight.Objects) || one.Manifest.Records != eight.Manifest.Records || one.Manifest.Bytes != eight.Manifest.Bytes {
		t.Errorf("one worker: %+v\neight: %+v", one.Manifest, eight.Manifest)
	}
}

// TestHashedAlike: the account of a damaged object is the same whether its hash was
// asked for or not, which takes reading on behind the damage.
func TestHashedAlike(t *testing.T) {
	text := trailtest.Bulk{Seed: 5}.Text(400)
	copy(text[len(text)/3:], "\x01\x01")
	file := filepath.Join(t.TempDir(), "damaged.json.gz")
	if err := os.WriteFile(file, []byte(zipped(t, string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	plain, hashed := read(t, Options{}, file), read(t, Options{Inventory: true}, file)
	if plain.Manifest.Objects.Partial != 1 || plain.Manifest.Bytes.Inflated >= int64(len(text)) {
		t.Errorf("it is not damaged: %+v", plain.Manifest)
	}
	if !reflect.DeepEqual(plain.Manifest, hashed.Manifest) {
		t.Errorf("got %+v\nwant %+v", hashed.Manifest, plain.Manifest)
	}
}

// TestDamagedBeyondRecognition: what damage leaves of an object can look like nothing
// of use, or like another service's, and is not skipped for that.
func TestDamagedBeyondRecognition(t *testing.T) {
	const note = `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put"}`
	for _, c := range []struct {
		name, text string
		spoil      func(object []byte) []byte
		state      custody.State
		kind       custody.Kind
	}{
		{"sound, of no use", strings.Repeat("hello ", 9000), nil, custody.Skipped, custody.KindNotEvidence},
		{"of no use, bytes behind", "hello", func(b []byte) []byte { return append(b, 0, 0) }, custody.Skipped, custody.KindNotEvidence},
		{"of no use, and cut", strings.Repeat("hello ", 9000), func(b []byte) []byte { return b[:len(b)-4] }, custody.Unread, custody.KindGzipTruncated},
		{"of no use, and another sum", "hello", func(b []byte) []byte { b[len(b)-8] ^= 1; return b }, custody.Unread, custody.KindGzipChecksum},
		{"a notification", note + "]}", nil, custody.Skipped, custody.KindNotification},
		{"a notification, and cut", note + "]}", func(b []byte) []byte { return b[:len(b)-4] }, custody.Partial, custody.KindGzipTruncated},
		{"a notification, and no JSON", note + ",x]}", nil, custody.Partial, custody.KindJSONSyntax},
	} {
		t.Run(c.name, func(t *testing.T) {
			object := []byte(zipped(t, c.text))
			if c.spoil != nil {
				object = c.spoil(object)
			}
			dir := t.TempDir()
			path := filepath.Join(dir, "x.gz")
			if err := os.WriteFile(path, object, 0o600); err != nil {
				t.Fatal(err)
			}
			ev := read(t, Options{}, dir)
			var want custody.Objects
			want.Count(c.state)
			if got := ev.Manifest.Objects; got != want {
				t.Errorf("objects are %+v, want %+v; warnings %v", got, want, ev.Manifest.Warnings)
			}
			checkKind(t, ev, path, c.kind)
		})
	}
}

func TestNearlyGzip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(path, []byte("\x1f\x8a\x08\x00\x00\x00\x00\x00\x00\xff\x01\x02"), 0o600); err != nil {
		t.Fatal(err)
	}
	ev := read(t, Options{}, path)
	if m := ev.Manifest; m.Objects.Unread != 1 || len(m.Warnings) != 1 || m.Warnings[0].Kind != custody.KindNotGzip {
		t.Errorf("%+v", m)
	}
}

// TestManyRefused: however many records of an object are refused, all are counted,
// and a bounded number is told of one by one.
func TestManyRefused(t *testing.T) {
	for _, c := range []struct{ refused, warnings int }{{maxTold, maxTold}, {maxTold + 7, maxTold + 1}} {
		_, ev := told(t, Options{}, `{"Records":[`+strings.Repeat("null,", c.refused-1)+`null]}`)
		m := ev.Manifest
		if m.Records.Refused != c.refused || m.Records.Seen != c.refused || len(m.Warnings) != c.warnings {
			t.Fatalf("%d refused: %+v, %d warnings", c.refused, m.Records, len(m.Warnings))
		}
		last := m.Warnings[len(m.Warnings)-1]
		if more := last.Kind == custody.KindRecordsMore && strings.Contains(last.Detail, "7 more"); more != (c.warnings > maxTold) {
			t.Errorf("%d refused: the last warning is %+v", c.refused, last)
		}
	}
}
