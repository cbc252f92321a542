package columnar

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/klauspost/compress/zstd"
)

// TestDamaged: a file with a bit that is wrong, or that ends early, is an error
// or has the right values.
func TestDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	records := []arrow.Record{sample(t, random, 60), sample(t, random, 20)}
	want := rowsOf(records...)
	good := written(t, records...)
	for at := 0; at < len(good); at += 1 + random.IntN(4) {
		bad := slices.Clone(good)
		bad[at] ^= 1 << random.IntN(8)
		if got, err := read(bad, every.NumFields(), 30); err == nil && !slices.Equal(got, want) {
			t.Errorf("byte %d of %d, %#x for %#x: other values, and no error", at, len(good), bad[at], good[at])
		}
		if at%7 == 0 {
			if _, err := read(good[:at], every.NumFields(), 30); err == nil {
				t.Errorf("%d of %d bytes are taken for all", at, len(good))
			}
		}
	}
}

// one is a file of one row group and one page, made by hand.
func one(t testing.TB, field arrow.Field, as parquet.Encoding, count, rows int, body []byte) []byte {
	t.Helper()
	s := arrow.NewSchema([]arrow.Field{field}, nil)
	columns, err := Parquet(s)
	if err != nil {
		t.Fatal(err)
	}
	props := parquet.NewWriterProperties(Zstd())
	out := &told{}
	_, _ = out.Write([]byte("PAR1"))
	meta := metadata.NewFileMetadataBuilder(columns, props, nil)
	group := meta.AppendRowGroup()
	chunk := group.NextColumnChunk()
	pager, err := file.NewPageWriter(out, props.CompressionFor(""), 1, chunk, 0, 0, memory.DefaultAllocator, false, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	levels := parquet.Encodings.RLE
	page := file.NewDataPageV1(memory.NewBufferBytes(pager.Compress(&packed, body)), int32(count), as, levels, levels, int32(len(body)))
	_, err = pager.WriteDataPage(page)
	err = errors.Join(err, pager.Close(false, false))
	group.SetNumRows(rows)
	err = errors.Join(err, group.Finish(int64(len(body)), 0))
	if err != nil {
		t.Fatal(err)
	}
	done, err := meta.Finish()
	if err != nil {
		t.Fatal(err)
	}
	n, err := done.WriteTo(out, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = out.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(n)), "PAR1"...))
	return out.Bytes()
}

type told struct{ bytes.Buffer }

func (b *told) Tell() int64 { return int64(b.Len()) }

// long is an int64 as Parquet has it, and level a page's levels behind their
// length.
func long(n int64) []byte { return binary.LittleEndian.AppendUint64(nil, uint64(n)) }

func level(runs ...byte) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(runs))), runs...)
}

// TestLying: pages that contradict themselves are refused, each for its reason,
// and soon.
func TestLying(t *testing.T) {
	list := arrow.Field{Name: "l", Type: arrow.ListOf(arrow.PrimitiveTypes.Int64)}
	number := arrow.Field{Name: "n", Type: arrow.PrimitiveTypes.Int64}
	octet := arrow.Field{Name: "o", Type: arrow.PrimitiveTypes.Uint8}
	text := arrow.Field{Name: "t", Type: arrow.BinaryTypes.String}
	e := parquet.Encodings
	// Runs: a count, shifted by one, and the level.
	tests := []struct {
		name        string
		field       arrow.Field
		as          parquet.Encoding
		count, rows int
		body        []byte
		want        error // nil: any
		right       bool
	}{
		{"two lists", list, e.Plain, 3, 2, slices.Concat(level(1<<1, 0, 1<<1, 1, 1<<1, 0), level(3<<1, 2), long(1), long(2), long(3)), nil, true},
		{"an empty list", list, e.Plain, 1, 1, slices.Concat(level(1<<1, 0), level(1<<1, 0)), nil, true},
		{"levels that end early", list, e.Plain, 4, 2, slices.Concat(level(1<<1, 0, 1<<1, 1, 1<<1, 0), level(3<<1, 2), long(1), long(2), long(3)), errLevels, false},
		{"no levels", list, e.Plain, 4, 2, nil, errLevels, false},
		{"levels beyond the page", list, e.Plain, 4, 2, []byte{200, 0, 0, 0, 1, 1}, errLevels, false},
		{"a run of none", list, e.Plain, 4, 2, slices.Concat(level(0, 0, 0, 0, 0, 0), level(4<<1, 2)), errLevels, false},
		{"a list that goes on before it began", list, e.Plain, 2, 1, slices.Concat(level(1<<1, 1, 1<<1, 0), level(2<<1, 2), long(1), long(2)), errLevel, false},
		{"a list that goes on though empty", list, e.Plain, 2, 1, slices.Concat(level(1<<1, 0, 1<<1, 1), level(1<<1, 0, 1<<1, 2), long(1)), errLevel, false},
		{"a null", list, e.Plain, 1, 1, slices.Concat(level(1<<1, 0), level(1<<1, 1)), errLevel, false},
		{"fewer lists", list, e.Plain, 1, 2, slices.Concat(level(1<<1, 0), level(1<<1, 0)), io.ErrUnexpectedEOF, false},
		{"more lists", list, e.Plain, 2, 1, slices.Concat(level(2<<1, 0), level(2<<1, 0)), errMore, false},
		{"fewer elements", list, e.Plain, 3, 1, slices.Concat(level(1<<1, 0, 2<<1, 1), level(3<<1, 2), long(1)), nil, false},

		{"a number", number, e.Plain, 1, 1, long(5), nil, true},
		{"half a number", number, e.Plain, 1, 1, long(5)[:4], nil, false},
		{"fewer numbers", number, e.Plain, 1, 2, long(5), io.ErrUnexpectedEOF, false},
		{"more numbers", number, e.Plain, 2, 1, slices.Concat(long(5), long(6)), errMore, false},
		{"numbers of no dictionary", number, e.RLEDict, 1, 1, []byte{1, 1 << 1, 0}, nil, false},
		{"numbers too wide", number, e.RLEDict, 1, 1, []byte{77, 1 << 1, 0}, errWidth, false},
		{"no encoding", number, parquet.Encoding(9), 1, 1, long(5), nil, false},
		{"no octet", octet, e.Plain, 1, 1, []byte{0, 1, 0, 0}, nil, false},

		{"a text", text, e.Plain, 1, 1, []byte{1, 0, 0, 0, 'a'}, nil, true},
		{"a text beyond the page", text, e.Plain, 1, 1, []byte{2, 0, 0, 0, 'a'}, nil, false},
		{"a text of less than nothing", text, e.Plain, 1, 1, []byte{2, 0, 0, 0xff, 'a'}, nil, false},
		{"a text by its length", text, e.DeltaLengthByteArray, 1, 1, []byte{128, 1, 4, 1, 2, 'a'}, nil, true},
		{"more lengths than texts", text, e.DeltaLengthByteArray, 1, 1, []byte{128, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 'a'}, errDeltas, false},
		{"lengths in vast blocks", text, e.DeltaLengthByteArray, 2, 2, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 4, 2, 2, 0, 0, 0, 0, 0, 'a', 'a'}, errDeltas, false},
		{"lengths that end early", text, e.DeltaLengthByteArray, 2, 2, []byte{128, 1, 4, 2, 2, 0, 9, 0, 0, 0, 'a', 'a'}, errDeltas, false},
		{"half a list of differences", text, e.DeltaByteArray, 1, 1, []byte{128, 1, 4, 1, 0, 128, 1, 4}, errDeltas, false},
		{"what is the same as nothing", text, e.DeltaByteArray, 2, 2, []byte{128, 1, 4, 2, 0, 18, 0, 0, 0, 0, 128, 1, 4, 2, 2, 0, 0, 0, 0, 0, 'a', 'a'}, nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data := one(t, test.field, test.as, test.count, test.rows, test.body)
			done := make(chan error, 1)
			go func() {
				r, err := NewReader(bytes.NewReader(data), arrow.NewSchema([]arrow.Field{test.field}, nil), 1, 10)
				for err == nil {
					_, err = r.Next()
				}
				done <- err
			}()
			select {
			case err := <-done:
				if right := errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF); right != test.right || test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("%v, want %v", err, test.want)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it goes on for ever")
			}
		})
	}
}

// TestVast: a page that unpacks to more than it says is refused before it does.
func TestVast(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a page of 100 MB has room in 10 bytes")
		}
	}()
	p := &pooled{encoders: map[int]*zstd.Encoder{}}
	packed := p.EncodeLevel(nil, make([]byte, 100<<20), 1)
	p.Decode(make([]byte, 10, 64), packed)
}

// FuzzReader: whatever a file is, reading it ends, and without a panic.
func FuzzReader(f *testing.F) {
	random := rand.New(rand.NewPCG(11, 12))
	f.Add(written(f))
	f.Add(written(f, sample(f, random, 20)))
	f.Add(bridged(f, sample(f, random, 40), sample(f, random, 3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = read(data, every.NumFields(), 64)
	})
}
