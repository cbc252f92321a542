package inflate

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func member(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// TestRead: what precedes a damage is given whole, and the damage has its own
// name.
func TestRead(t *testing.T) {
	hello := member(t, "hello")
	flipped := slices.Clone(hello)
	flipped[len(flipped)-8] ^= 1 // CRC-32
	header := slices.Clone(hello)
	header[2] = 7 // no such method
	for _, c := range []struct {
		name   string
		data   []byte
		text   string
		damage Damage // 0 is a sound end
		starts []int64
	}{
		{"nothing", nil, "", 0, nil},
		{"one byte", []byte{0x1f}, "\x1f", 0, nil},
		{"plain", []byte("hello"), "hello", 0, nil},
		{"gzip", hello, "hello", 0, []int64{0}},
		{"two members", join(hello, member(t, " world")), "hello world", 0, []int64{0, 5}},
		{"empty member", join(hello, member(t, "")), "hello", 0, []int64{0, 5}},
		{"truncated", hello[:len(hello)-9], "hello", Truncated, []int64{0}},
		{"without its trailer", hello[:len(hello)-8], "hello", Truncated, []int64{0}},
		{"cut header", hello[:5], "", Truncated, []int64{0}},
		{"no such method", header, "", Corrupt, []int64{0}},
		{"bad CRC", flipped, "hello", Checksum, []int64{0}},
		{"bytes behind", join(hello, []byte("x")), "hello", Trailing, []int64{0}},
		{"zeros behind", join(hello, make([]byte, 512)), "hello", Trailing, []int64{0}},
		{"cut second member", join(hello, hello[:6]), "hello", Truncated, []int64{0, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReader()
			r.Reset(bytes.NewReader(c.data))
			text, err := io.ReadAll(r)
			if string(text) != c.text || r.Inflated() != int64(len(c.text)) {
				t.Errorf("got %q, %d bytes", text, r.Inflated())
			}
			var damage *Error
			if errors.As(err, &damage); (damage == nil) != (c.damage == 0) || damage != nil && damage.Damage != c.damage {
				t.Errorf("got %v, want damage %d", err, c.damage)
			}
			if !slices.Equal(r.MemberStarts(), c.starts) {
				t.Errorf("members start at %v, want %v", r.MemberStarts(), c.starts)
			}
		})
	}
}

// TestStorage: a failure of the storage is never taken for damage.
func TestStorage(t *testing.T) {
	lost := errors.New("connection lost")
	hello := member(t, strings.Repeat("hello", 1000))
	for name, src := range map[string]io.Reader{
		"gzip":  io.MultiReader(bytes.NewReader(hello[:len(hello)-12]), iotest.ErrReader(lost)),
		"plain": io.MultiReader(strings.NewReader("hello"), iotest.ErrReader(lost)),
		"empty": iotest.ErrReader(lost),
	} {
		r := NewReader()
		r.Reset(src)
		_, err := io.Copy(io.Discard, r)
		var damage *Error
		if !errors.As(err, &damage) || damage.Damage != Storage || !errors.Is(err, lost) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// FuzzRead: a reader that has seen anything still reads a sound object, and
// agrees with compress/gzip on what a sound stream holds.
func FuzzRead(f *testing.F) {
	f.Add([]byte("plain"))
	f.Add(member(f, "hello"))
	f.Add(join(member(f, "a"), member(f, "b"), []byte{0}))
	r := NewReader()
	f.Fuzz(func(t *testing.T, data []byte) {
		r.Reset(bytes.NewReader(data))
		got, err := io.ReadAll(r)
		if z, zerr := gzip.NewReader(bytes.NewReader(data)); zerr == nil {
			if want, zerr := io.ReadAll(z); zerr == nil && (err != nil || !bytes.Equal(got, want)) {
				t.Fatalf("compress/gzip reads %d bytes, we read %d and say %v", len(want), len(got), err)
			}
		}
		r.Reset(bytes.NewReader(member(t, "sound")))
		if text, err := io.ReadAll(r); err != nil || string(text) != "sound" {
			t.Fatalf("the reader is spoilt: %q, %v", text, err)
		}
	})
}
