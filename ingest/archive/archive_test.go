package archive

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
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
		if _, err := walked(Zip, bomb, budget); !errors.Is(err, ErrLimit) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := walked(Tar, tarred(t, &tar.Header{Name: "a", Typeflag: tar.TypeReg}, big), &Budget{Members: 1, Bytes: 1 << 10}); !errors.Is(err, ErrLimit) {
		t.Errorf("tar: got %v", err)
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
