package inflate

import (
	"bytes"
	"compress/flate"
	stdgzip "compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	kflate "github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// decoded is what our decoder makes of an object, by itself.
func decoded(r *Reader, data []byte) ([]byte, bool) {
	r.Reset(bytes.NewReader(data))
	if !r.decoded {
		return nil, false
	}
	plain, err := io.ReadAll(r)
	return plain, err == nil && r.decoded
}

// raw is what it makes of a stream without header and trailer, up to a limit,
// and where that ends; at first only the first bytes of the stream are at hand.
func raw(d *decoder, body []byte, first, limit int) ([]byte, int, bool) {
	in := append(bytes.Clone(body), make([]byte, padding)...)
	out := make([]byte, limit+slack)
	d.at = progress{}
	n, why := 0, hungry
	if first < len(body) {
		n, why = d.decode(append(bytes.Clone(body[:first]), make([]byte, padding)...), first, false, out, 0)
	}
	if why == hungry {
		n, why = d.decode(in, len(body), true, out, n)
	}
	return out[:n], d.at.pos, why == done
}

// packed is text as a compressor makes it.
func packed(t testing.TB, text []byte, compress func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := compress(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestReplay reads objects of some megabytes, sound and spoilt
// at places of all kinds: what is given, and what is said of the damage, is what
// the streaming decoder gives and says.
func TestReplay(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 5)) //nolint:gosec // a test
	text, log := make([]byte, 0, 3<<20), texts()[3]
	for len(text) < 2<<20 {
		text = fmt.Appendf(text, "%x%x %s %d\n", chance.Uint64(), chance.Uint64(), log[:chance.IntN(200)], chance.IntN(9))
	}
	for level := flate.HuffmanOnly; level <= 6; level += 2 {
		sound := packed(t, text, func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriterLevel(w, level) })
		for i := range 15 {
			data := bytes.Clone(sound)
			switch at := chance.IntN(len(data)); i % 5 {
			case 0:
				data[at] ^= 1 << chance.IntN(8)
			case 1:
				data = data[:at]
			case 2:
				data = append(data, data[at:]...)
			case 3:
				data[len(data)-1-at%12] ^= 1
			case 4:
				data = append(data, sound...)
			}
			if i == 0 {
				data = sound
			}
			slow := NewReader()
			slow.StreamOnly()
			slow.Hash(sha256.New())
			slow.Reset(bytes.NewReader(data))
			want, wantErr := io.ReadAll(slow)
			for name, src := range map[string]io.Reader{"seekable": bytes.NewReader(data), "read once": once{bytes.NewReader(data)}} {
				fast := NewReader()
				fast.Hash(sha256.New())
				fast.Reset(src)
				got, gotErr := io.ReadAll(fast)
				if !bytes.Equal(got, want) || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) || fast.Stored() != slow.Stored() ||
					!slices.Equal(fast.MemberStarts(), slow.MemberStarts()) || !bytes.Equal(fast.sum.Sum(nil), slow.sum.Sum(nil)) {
					t.Fatalf("level %d, spoilt %d, %s: %d bytes of %d stored, %v; want %d of %d, %v",
						level, i, name, len(got), fast.Stored(), gotErr, len(want), slow.Stored(), wantErr)
				}
				if held := len(fast.file.stored); name == "seekable" && held > firstStored+padding {
					t.Fatalf("%d stored bytes are held", held)
				}
			}
		}
	}
}

// once is a source that cannot be read again.
type once struct{ io.Reader }

// TestWindow looks at text in its window, and asks for some of what was given
// once more each time: it is there, and nothing is left out or comes twice.
func TestWindow(t *testing.T) {
	chance := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // a test
	text := make([]byte, 2<<20)
	for i := range text {
		text[i] = "abcdef"[chance.IntN(1+i*6/len(text))]
	}
	stored := packed(t, text, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	ours, streaming := NewReader(), NewReader()
	streaming.StreamOnly()
	for name, c := range map[string]struct {
		r    *Reader
		data []byte
	}{"ours": {ours, stored}, "streaming": {streaming, stored}, "plain": {ours, text}} {
		for range 20 {
			c.r.Reset(bytes.NewReader(c.data))
			if head := c.r.Peek(5); string(head) != string(text[:5]) {
				t.Fatalf("%s: peeked %q", name, head)
			}
			given := 0
			for rest, largest := 0, chance.IntN(600<<10); ; {
				got, err := c.r.Window(rest)
				if !bytes.Equal(got, text[given-rest:given-rest+len(got)]) {
					t.Fatalf("%s: another text behind %d bytes, with %d of them", name, given, rest)
				}
				if given += len(got) - rest; c.r.Inflated() != int64(given) {
					t.Fatalf("%s: %d bytes given, and it says %d", name, given, c.r.Inflated())
				}
				if err == io.EOF { //nolint:errorlint // as it is returned
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				rest = min(chance.IntN(largest+1), len(got))
				if chance.IntN(4) == 0 { // and some by the ordinary way
					p := make([]byte, chance.IntN(100_000))
					n, _ := c.r.Read(p)
					if !bytes.Equal(p[:n], text[given:given+n]) {
						t.Fatalf("%s: read another text behind %d bytes", name, given)
					}
					given, rest = given+n, min(rest, n)
				}
			}
			if given != len(text) {
				t.Fatalf("%s: %d bytes of %d", name, given, len(text))
			}
		}
	}
}

// judge is what the streaming decoder makes of it, member after member and no more.
func judge(data []byte) ([]byte, bool) {
	src := bytes.NewReader(data)
	z, err := gzip.NewReader(src)
	if err != nil {
		return nil, false
	}
	text, err := io.ReadAll(z)
	return text, err == nil && src.Len() == 0
}

// texts are of all kinds: none, one byte, runs, records, noise.
func texts() [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 200_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	var records strings.Builder
	for range 3000 {
		fmt.Fprintf(&records, `{"eventVersion":"1.11","eventID":"%016x","eventName":"Describe%d","text":"%s"},`, r.Uint64(), r.IntN(40), strings.Repeat("ab", r.IntN(200)))
	}
	out := [][]byte{nil, {0}, noise, []byte(records.String()), bytes.Repeat([]byte{7}, 500_000), bytes.Repeat([]byte("abc"), 100_000)}
	for range 60 {
		n := r.IntN(5000)
		from, symbols := r.IntN(len(noise)-n), 1+r.IntN(255)
		text := bytes.Clone(noise[from : from+n])
		for i := range text {
			text[i] %= byte(symbols)
			if i > 8 && r.IntN(10) == 0 {
				text[i] = text[i-1-r.IntN(8)]
			}
		}
		out = append(out, text)
	}
	return out
}

// TestDecode: what any compressor makes at any level is decoded, and to the same
// bytes.
func TestDecode(t *testing.T) {
	f := NewReader()
	for i, text := range texts() {
		for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
			for name, compress := range map[string]func(io.Writer) (io.WriteCloser, error){
				"standard":  func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriterLevel(w, level) },
				"klauspost": func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, level) },
			} {
				stored := packed(t, text, compress)
				got, ok := decoded(f, stored)
				if small := len(stored) < maxStored; ok != small || ok && !bytes.Equal(got, text) {
					t.Errorf("text %d of %d bytes, %s at level %d: %v, %d bytes", i, len(text), name, level, ok, len(got))
				}
			}
		}
	}
}

// TestBytes: that text is ASCII, or plain, is said of no other, and of what
// compressors make of text that is.
func TestBytes(t *testing.T) {
	type said struct{ ascii, plain bool }
	f := NewReader()
	check := func(what string, stored []byte, want said) {
		t.Helper()
		if _, ok := decoded(f, stored); !ok || (said{f.ASCII(), f.Plain()}) != want {
			t.Errorf("%s: decoded %v, ASCII %v, plain %v", what, ok, f.ASCII(), f.Plain())
		}
	}
	records := string(texts()[3])
	usual := func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriter(w), nil }
	for odd, want := range map[string]said{"": {true, true}, "\x7f": {true, true}, "\n": {true, false}, "\x1f": {true, false}, "é": {}, "\xff": {}} {
		check(fmt.Sprintf("%q amidst", odd), packed(t, []byte(records[:150_000]+odd+records[150_000:]), usual), want)
	}
	for odd, want := range map[string]said{"é": {}, "\n": {true, false}} {
		check(fmt.Sprintf("a member with %q before", odd), join(packed(t, []byte(records+odd), usual), packed(t, []byte(records), usual)), want)
	}
	// Nobody has looked at what is stored as it is, or in the codes of the format.
	check("stored", packed(t, []byte(records), func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriterLevel(w, stdgzip.NoCompression) }), said{})
	check("fixed codes", packed(t, []byte("ab"), usual), said{})
}

// has reports whether text has bytes up to one, or from another one on.
func has(text []byte, to, from byte) bool {
	return slices.ContainsFunc(text, func(c byte) bool { return c < to || c >= from })
}

// TestHeader: names and comments are passed over, what follows a member and is none
// is left to the other decoder, and so is a size that is a lie.
func TestHeader(t *testing.T) {
	f := NewReader()
	var b bytes.Buffer
	w := stdgzip.NewWriter(&b)
	w.Name, w.Comment, w.Extra = "name", "comment", []byte("extra")
	if _, err := w.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, ok := decoded(f, b.Bytes()); !ok || string(got) != "hello" {
		t.Errorf("got %q, %v", got, ok)
	}
	for name, data := range map[string][]byte{
		"a byte behind": append(bytes.Clone(b.Bytes()), 0),
		"a part behind": join(b.Bytes(), b.Bytes()[:b.Len()-1]),
		"size":          append(bytes.Clone(b.Bytes()[:b.Len()-4]), 6, 0, 0, 0),
		"huge size":     append(bytes.Clone(b.Bytes()[:b.Len()-4]), 255, 255, 255, 255),
		"cut":           b.Bytes()[:b.Len()-1],
		"header":        b.Bytes()[:12],
	} {
		if _, ok := decoded(f, data); ok {
			t.Errorf("%s: taken", name)
		}
	}
	for _, length := range []int{511, 512, 600} {
		for field, set := range map[string]func(*stdgzip.Writer){
			"name":    func(z *stdgzip.Writer) { z.Name = strings.Repeat("n", length) },
			"comment": func(z *stdgzip.Writer) { z.Comment = strings.Repeat("c", length) },
		} {
			long := packed(t, []byte("hello"), func(w io.Writer) (io.WriteCloser, error) {
				z := stdgzip.NewWriter(w)
				set(z)
				return z, nil
			})
			for _, data := range [][]byte{long, join(b.Bytes(), long)} {
				_, sound := judge(data)
				if _, ok := decoded(f, data); ok != sound || sound != (length <= longestName) {
					t.Errorf("a %s of %d bytes: taken %v, and the judge says %v", field, length, ok, sound)
				}
			}
		}
	}
	bomb := &bytes.Buffer{}
	w = stdgzip.NewWriter(bomb)
	for range 64 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	lie := append(bytes.Clone(bomb.Bytes()[:bomb.Len()-4]), 1, 0, 0, 0)
	f.Reset(bytes.NewReader(lie))
	n, err := io.Copy(io.Discard, f)
	var damage *Error
	if n != 64<<20 || !errors.As(err, &damage) || damage.Damage != Checksum || len(f.window.memory) > reach+windowSize+slack {
		t.Errorf("a bomb whose size is a lie: %d bytes, %v, %d bytes held", n, err, len(f.window.memory))
	}
}

// TestMembers: members are decoded one after another, wherever the stretches end
// that are at hand; not one that reaches back into the one before it.
func TestMembers(t *testing.T) {
	chance := rand.New(rand.NewPCG(9, 9)) //nolint:gosec // a test
	log, writers := texts()[3], []*stdgzip.Writer{}
	for level := range 10 {
		z, err := stdgzip.NewWriterLevel(io.Discard, level)
		if err != nil {
			t.Fatal(err)
		}
		writers = append(writers, z)
	}
	for _, longest := range []int{40, 3000, 200_000} {
		var text, stored []byte
		var starts []int64
		for len(stored) < firstStored*5/4 {
			part := bytes.Clone(log[:chance.IntN(longest)])
			for range chance.IntN(longest) / 10 {
				part = append(part, byte(chance.Uint32()))
			}
			starts = append(starts, int64(len(text)))
			text = append(text, part...)
			stored = append(stored, packed(t, part, func(w io.Writer) (io.WriteCloser, error) {
				z := writers[chance.IntN(len(writers))]
				z.Reset(w)
				z.Name = strings.Repeat("n", chance.IntN(20))
				return z, nil
			})...)
		}
		for name, src := range map[string]io.Reader{"seekable": bytes.NewReader(stored), "read once": once{bytes.NewReader(stored)}} {
			r := NewReader()
			r.Reset(src)
			got, err := io.ReadAll(r)
			if err != nil || !r.decoded || !bytes.Equal(got, text) || !slices.Equal(r.MemberStarts(), starts) || r.Stored() != int64(len(stored)) {
				t.Errorf("%d members of up to %d bytes, %s: decoded %v, %v, %d bytes of %d, %d starts, %d stored of %d",
					len(starts), longest, name, r.decoded, err, len(got), len(text), len(r.MemberStarts()), r.Stored(), len(stored))
			}
		}
	}
	behind := append([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), packed(t, log[:500], func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriterDict(w, flate.BestCompression, log[:500])
	})...)
	behind = binary.LittleEndian.AppendUint32(behind, crc32.ChecksumIEEE(log[:500]))
	behind = binary.LittleEndian.AppendUint32(behind, 500)
	first := packed(t, log[:500], func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriter(w), nil })
	if got, ok := decoded(NewReader(), join(first, behind)); ok {
		t.Errorf("a member that reaches back into the one before it: taken, %d bytes", len(got))
	}
}

// TestStretch: members are decoded wherever the first stretch ends that is at hand:
// in the end of one, in the header of the next, or behind it.
func TestStretch(t *testing.T) {
	digits := bytes.Repeat(texts()[2], 3)
	for i := range digits {
		digits[i] = "0123456789abcdef"[digits[i]%16]
	}
	body := func(text []byte) []byte {
		var data bytes.Buffer
		if err := kflate.StatelessDeflate(&data, text, true, nil); err != nil { // whose last block has text in it
			t.Fatal(err)
		}
		trailer := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(text))
		trailer = binary.LittleEndian.AppendUint32(trailer, uint32(len(text))) //nolint:gosec // small
		return join(data.Bytes(), trailer)
	}
	member := func(name string, body []byte) []byte {
		return join([]byte("\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"+name+"\x00"), body)
	}
	text, packed := digits, body(digits)
	for more := 1; more > 0; more = len(member("", packed)) - (firstStored - longestName/2) {
		text = text[:len(text)-more]
		packed = body(text)
	}
	second, r, within := member("a name of some length", body(digits[:3000])), NewReader(), 0
	for n := range longestName {
		first := member(strings.Repeat("n", n), packed)
		if end := firstStored - len(first); end < -8 || end > 48 {
			continue
		}
		within++
		got, ok := decoded(r, join(first, second, first))
		if !ok || !bytes.Equal(got, join(text, digits[:3000], text)) {
			t.Errorf("a second member begins %d bytes before the stretch ends: decoded %v, %d bytes", firstStored-len(first), ok, len(got))
		}
	}
	if within != 8+1+48 {
		t.Errorf("the stretch ended near the header of a second member %d times", within)
	}
}

// TestDoubt: what is wrong with a second member is said of it, however much of the
// window the first one has filled.
func TestDoubt(t *testing.T) {
	broken := join([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x07"), make([]byte, 20)) // a kind of block that there is not
	for _, spare := range []int{slack + 1, slack, slack - 1, 100, 2, 1, 0, -1} {
		size := reach + windowSize + slack - spare
		first := packed(t, make([]byte, size), func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriterLevel(w, stdgzip.NoCompression) })
		r := NewReader()
		r.Reset(bytes.NewReader(join(first, broken)))
		n, err := io.Copy(io.Discard, r)
		var damage *Error
		if n != int64(size) || !errors.As(err, &damage) || damage.Damage != Corrupt || damage.Member != 1 || damage.Offset != n {
			t.Fatalf("behind %d bytes: %d, %v", size, n, err)
		}
	}
}

// FuzzDecode: what is decoded is what the streaming decoder decodes, and nothing
// that it refuses.
func FuzzDecode(f *testing.F) {
	for i, text := range texts()[:40] {
		stored := packed(f, text[:min(len(text), 3000)], func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriterLevel(w, i%12-2) })
		f.Add(stored, []byte{}, 0)
		f.Add(stored, []byte{0xff, 0x10}, len(stored)/2)
		f.Add(join(stored, stored), []byte{}, len(stored))
	}
	for _, level := range []int{flate.NoCompression, flate.BestSpeed} {
		f.Add(packed(f, texts()[3][:100_000], func(w io.Writer) (io.WriteCloser, error) { return stdgzip.NewWriterLevel(w, level) }), []byte{}, 3000)
	}
	const limit = 128 << 10
	fast := NewReader()
	f.Fuzz(func(t *testing.T, data, patch []byte, at int) {
		if at >= 0 && at+len(patch) <= len(data) {
			data = bytes.Clone(data)
			copy(data[at:], patch)
		}
		got, ok := decoded(fast, data)
		want, sound := judge(data)
		if ok && (fast.ASCII() && has(got, 0, 0x80) || fast.Plain() && has(got, ' ', 0x80)) {
			t.Fatalf("ASCII %v, plain %v: %q", fast.ASCII(), fast.Plain(), got)
		}
		if ok && (!sound || !bytes.Equal(got, want)) {
			t.Fatalf("taken: %d bytes, and the judge says %v, %d bytes", len(got), sound, len(want))
		}
		// The checksum hides most differences: without it, what both decode to
		// the end must agree as well.
		body := data
		if h := headerEnd(data); h >= 0 {
			body = data[h:]
		}
		whole, end, ok := raw(&fast.file.decoder, body, len(body), limit)
		if first := at & 0xffff; first < len(body) {
			parts, partsEnd, partsOK := raw(&fast.file.decoder, body, first, limit)
			if partsOK != ok || ok && (partsEnd != end || !bytes.Equal(parts, whole)) {
				t.Fatalf("in two stretches: %v, %d bytes to %d; at once %v, %d bytes to %d", partsOK, len(parts), partsEnd, ok, len(whole), end)
			}
		}
		if !ok {
			return
		}
		src := bytes.NewReader(body)
		plain, err := io.ReadAll(io.LimitReader(flate.NewReader(src), 2*limit))
		if err != nil || !bytes.Equal(plain, whole) || len(body)-src.Len() != end {
			t.Fatalf("raw: %d bytes to %d, compress/flate %d bytes to %d, %v", len(whole), end, len(plain), len(body)-src.Len(), err)
		}
	})
}
