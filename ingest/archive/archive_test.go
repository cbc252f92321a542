package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"grantrail/ingest/trailtest"
)

func zipped(t testing.TB, members map[string]string, order ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range order {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, members[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func tarred(t testing.TB, h *tar.Header, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	h.Size, h.Mode = int64(len(text)), 0o644
	if err := w.WriteHeader(h); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// walked is what a walk gives: name=text for each member.
func walked(walk func(io.Reader, *Budget, Visit) error, data []byte, b *Budget) (members []string, err error) {
	err = walk(bytes.NewReader(data), b, func(name string, body io.Reader) {
		text, err := io.ReadAll(body)
		if err != nil {
			text = []byte("damaged")
		}
		members = append(members, name+"="+string(text))
	})
	return members, err
}

// TestMembers: members come in the archive's order, whatever their names claim
// about paths, and a control in a name does not leave as one.
func TestMembers(t *testing.T) {
	data := zipped(t, map[string]string{"b": "2", "../../etc/a": "1", "c\x1b": "3"}, "b", "../../etc/a", "c\x1b")
	got, err := walked(Zip, data, NewBudget())
	if want := "b=2 ../../etc/a=1 c\uFFFD=3"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %q, %v", got, err)
	}
	got, err = walked(Tar, tarred(t, &tar.Header{Name: "/abs", Typeflag: tar.TypeReg}, "x"), NewBudget())
	if err != nil || strings.Join(got, " ") != "/abs=x" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestBomb: an archive that unpacks to more than its budget is stopped, and
// says so.
func TestBomb(t *testing.T) {
	big := strings.Repeat("0", 1<<20)
	bomb := zipped(t, map[string]string{"a": big, "b": big}, "a", "b")
	for name, budget := range map[string]*Budget{
		"bytes":   {Members: 10, Bytes: 1 << 19, Zip: 1 << 20},
		"members": {Members: 1, Bytes: 1 << 30, Zip: 1 << 20},
		"zip":     {Members: 10, Bytes: 1 << 30, Zip: 10},
	} {
		if _, err := walked(Zip, bomb, budget); !errors.Is(err, errLimit) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := walked(Tar, tarred(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, big), &Budget{Members: 1, Bytes: 1 << 10}); !errors.Is(err, errLimit) {
		t.Errorf("tar: got %v", err)
	}
}

// TestTarsEnd: a tar is all there where it has its end mark, nothing but zeros
// stands behind it, and what it is compressed in is sound to its end.
func TestTarsEnd(t *testing.T) {
	one := tarred(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, "x")
	for name, c := range map[string]struct {
		text []byte
		want error
	}{
		"whole":               {one, nil},
		"filled up":           {append(bytes.Clone(one), make([]byte, 8192)...), nil},
		"cut between members": {one[:1024], errCut},
		"another behind it":   {append(bytes.Clone(one), one...), errFollowed},
	} {
		got, err := walked(Tar, c.text, NewBudget())
		if !errors.Is(err, c.want) || strings.Join(got, " ") != "a=x" {
			t.Errorf("%s: got %q, %v, want %v", name, got, err, c.want)
		}
	}
	broken := errors.New("the checksum is wrong")
	err := Tar(io.MultiReader(bytes.NewReader(one), iotest.ErrReader(broken)), NewBudget(), func(string, io.Reader) {})
	if !errors.Is(err, broken) {
		t.Errorf("a fault behind the end mark: got %v", err)
	}
}

// TestTarsFiles: contiguous files, and those of a type that is not known, are
// files; links and folders are not. A hole counts as bytes.
func TestTarsFiles(t *testing.T) {
	for typeflag, want := range map[byte]string{
		tar.TypeReg: "a=x", tar.TypeCont: "a=x", 'Z': "a=x", tar.TypeSymlink: "", tar.TypeLink: "", tar.TypeDir: "",
	} {
		text := tarred(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, "x")
		text[156] = typeflag
		trailtest.Reseal(text)
		if got, err := walked(Tar, text, NewBudget()); strings.Join(got, " ") != want || want != "" && err != nil {
			t.Errorf("%q: got %q, %v, want %q", typeflag, got, err, want)
		}
	}
	hole := sparse(t, 1<<30)
	if got, err := walked(Tar, hole, &Budget{Members: 1, Bytes: 1 << 20}); !errors.Is(err, errLimit) || strings.Join(got, " ") != "a=damaged" {
		t.Errorf("a hole over the limit: got %q, %v", got, err)
	}
	if got, err := walked(Tar, sparse(t, 10), NewBudget()); err != nil || strings.Join(got, " ") != "a="+strings.Repeat("\x00", 10) {
		t.Errorf("a sparse file: got %q, %v", got, err)
	}
}

// sparse is a tar of one file, in GNU's old form, that is a hole of so many bytes.
func sparse(t *testing.T, size int) []byte {
	text := tarred(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg, Format: tar.FormatGNU}, "")
	text[156] = tar.TypeGNUSparse
	copy(text[386:], fmt.Sprintf("%011o\x00%011o\x00", size, 0)) // the one entry: no bytes, at the end
	copy(text[483:], fmt.Sprintf("%011o\x00", size))
	trailtest.Reseal(text)
	return text
}

// TestZipsDirectory: what a zip's directory says nothing of is said, and a member
// that has bytes is read, whatever it calls itself.
func TestZipsDirectory(t *testing.T) {
	one := zipped(t, map[string]string{"a": "1"}, "a")
	other := zipped(t, map[string]string{"b": "2"}, "b")
	larger := zipped(t, map[string]string{"b": "2", "c": "3"}, "b", "c")
	for name, c := range map[string]struct {
		text []byte
		want error
	}{
		"whole":             {one, nil},
		"filled up":         {append(bytes.Clone(one), 0, 0), nil},
		"another before it": {append(bytes.Clone(larger), one...), errBefore},
		"one of its length": {append(bytes.Clone(one), other...), errBefore},
		"text behind it":    {append(bytes.Clone(one), "x"...), errBehind},
	} {
		if got, err := walked(Zip, c.text, NewBudget()); !errors.Is(err, c.want) || strings.Join(got, " ") != "a=1" {
			t.Errorf("%s: got %q, %v, want %v", name, got, err, c.want)
		}
	}
	for mode, want := range map[fs.FileMode]string{fs.ModeDir: "a=1", fs.ModeNamedPipe: "a=1", fs.ModeSymlink: ""} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		h := &zip.FileHeader{Name: "a"}
		h.SetMode(mode | 0o644)
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, "1"); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := walked(Zip, b.Bytes(), NewBudget()); err != nil || strings.Join(got, " ") != want {
			t.Errorf("%v: got %q, %v, want %q", mode, got, err, want)
		}
	}
}

// FuzzWalk: no archive makes the walk fail in any other way than an [*Error].
func FuzzWalk(f *testing.F) {
	f.Add(zipped(f, map[string]string{"a": "x"}, "a"))
	f.Add(tarred(f, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, "x"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, walk := range []func(io.Reader, *Budget, Visit) error{Zip, Tar} {
			_, err := walked(walk, data, &Budget{Members: 100, Bytes: 1 << 20, Zip: 1 << 20})
			if fault := (*Error)(nil); err != nil && !errors.As(err, &fault) {
				t.Fatalf("an error of another kind: %v", err)
			}
		}
	})
}
