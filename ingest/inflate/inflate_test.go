package inflate

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
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
		{"cut in a name", join(hello, []byte(magic+"\x08\x00\x00\x00\x00\x00\x03log")), "hello", Truncated, []int64{0, 5}},
		{"cut in a comment", []byte(magic + "\x10\x00\x00\x00\x00\x00\x03log"), "", Truncated, []int64{0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReader()
			r.Reset(bytes.NewReader(c.data))
			text, err := io.ReadAll(r)
			if c.damage != 0 && errors.Is(err, io.EOF) {
				t.Errorf("%v is taken for the end", err)
			}
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

// TestForgotten: what an object is does not depend on those read before it. The
// second has a match, and no code for distances; the first has one.
func TestForgotten(t *testing.T) {
	const first = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x0d\xe1\x01\x09\x00\x00\x00\x80\x20\x6c\xf5\xff\x89\x52\x0b\x45\xe5\x98\xad\x04\x00\x00\x00"
	const second = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x0d\xe0\x01\x09\x00\x00\x00\x80\x20\x6c\xf5\xff\x89\xc2\x02\x45\xe5\x98\xad\x04\x00\x00\x00"
	for _, c := range []struct {
		name    string
		streams bool
		flags   byte // of the first's header, which leave it to the library
	}{{"by the library", true, 0}, {"where our decoder has doubts", false, flagHeaderCRC}} {
		t.Run(c.name, func(t *testing.T) {
			r := NewReader()
			r.streams = c.streams
			read := func(object string) (string, error) {
				r.Reset(strings.NewReader(object))
				text, err := io.ReadAll(r)
				return string(text), err
			}
			_, alone := read(second)
			header := []byte(first)[:10]
			header[3] = c.flags
			if c.flags == flagHeaderCRC {
				header = binary.LittleEndian.AppendUint16(header, uint16(crc32.ChecksumIEEE(header))) //nolint:gosec // its lower half, as RFC 1952 has it
			}
			if text, err := read(string(header) + first[10:]); text != "aaaa" || err != nil {
				t.Fatalf("the first is %q, %v", text, err)
			}
			_, after := read(second)
			var damage *Error
			if !errors.As(after, &damage) || damage.Damage != Corrupt || after.Error() != alone.Error() {
				t.Errorf("alone: %v; behind another: %v", alone, after)
			}
		})
	}
	var b bytes.Buffer
	z, err := gzip.NewReader(strings.NewReader(forgotten))
	if err == nil {
		_, err = b.ReadFrom(z)
	}
	if err != nil || b.Len() > 0 {
		t.Errorf("what is read between is %q, %v", b.String(), err)
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
