package columnar

import (
	"sync"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// pooled is Arrow's own zstd codec, but for its encoder, of which Arrow v17 makes
// a new one for every page, which costs more than a small page itself; and for
// its decoder, which goes on to the frame's end whatever room there is.
type pooled struct {
	compress.Codec
	mu       sync.Mutex
	encoders map[int]*zstd.Encoder // by level; each is safe for concurrent use
}

// The registry of codecs is a map without a lock, so it is written before
// anything can read it.
func init() {
	arrows, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		panic(err) // the library has it
	}
	compress.RegisterCodec(compress.Codecs.Zstd, &pooled{Codec: arrows, encoders: map[int]*zstd.Encoder{}})
}

// EncodeLevel implements [compress.Codec].
func (p *pooled) EncodeLevel(dst, src []byte, level int) []byte {
	return p.encoder(level).EncodeAll(src, dst[:0])
}

// decoder is safe for concurrent use.
var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		panic(err) // the options are ours
	}
	return d
})

// Decode implements [compress.Codec], which has a panic for an error. A page
// that is larger than it said is one.
func (p *pooled) Decode(dst, src []byte) []byte {
	if len(dst) == 0 {
		return p.Codec.Decode(dst, src)
	}
	out, err := decoder().DecodeAll(src, dst[:0:len(dst)])
	if err != nil {
		panic(err)
	}
	return out
}

func (p *pooled) encoder(level int) *zstd.Encoder {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.encoders[level]; e != nil {
		return e
	}
	at := zstd.SpeedDefault
	if level != compress.DefaultCompressionLevel {
		at = zstd.EncoderLevelFromZstd(level)
	}
	e, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true), zstd.WithEncoderLevel(at))
	if err != nil {
		panic(err) // the options are ours
	}
	p.encoders[level] = e
	return e
}

// Zstd is the compression of every Parquet file that this program writes.
func Zstd() parquet.WriterProperty { return parquet.WithCompression(compress.Codecs.Zstd) }
