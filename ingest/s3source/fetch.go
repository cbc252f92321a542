package s3source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager" //nolint:staticcheck // deprecated for a successor that has no stable release
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"grantrail/ingest"
	"grantrail/ingest/custody"
)

// partSize is the most that one request fetches, and that one object in flight
// holds. CloudTrail's largest files are some MiB; nearly all fit one request.
const partSize = 4 << 20

// partRetries is how often a body that breaks off or stalls is asked for again,
// from its part's beginning. Failures before the body are the client's retries.
const partRetries = 5

// store fetches the objects of one bucket.
type store struct {
	client *s3.Client
	bucket string
	opt    *Options
}

// buffers are parts that nobody reads any more.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Open implements [ingest.Store]: it fetches the object, or the first part of a
// large one.
func (s *store) Open(ctx context.Context, o *ingest.Object) (io.ReadCloser, error) {
	b := &body{ctx: ctx, store: s, object: o, buffer: buffers.Get().(*bytes.Buffer)}
	if o.Size == 0 {
		return b, nil // nothing to ask for
	}
	if err := b.fetch(); err != nil {
		_ = b.Close() // it only gives the buffer back
		return nil, err
	}
	return b, nil
}

// body is an object on its way, a part at a time.
type body struct {
	ctx    context.Context
	store  *store
	object *ingest.Object
	next   int64 // offset of the next part
	buffer *bytes.Buffer
	rest   bytes.Reader // of the part at hand

	metadata map[string]string
}

// Metadata is the object's user metadata, names in lower case and without
// x-amz-meta-. CloudTrail puts a digest's own signature there and nowhere else:
// "signature", "signature-algorithm".
func (b *body) Metadata() map[string]string { return b.metadata }

// fetch fetches the next part.
func (b *body) fetch() error {
	size := min(b.object.Size-b.next, partSize)
	if size <= 0 {
		return io.EOF
	}
	part := &part{want: size, into: b.buffer}
	part.reset()
	metadata, err := b.store.get(b.ctx, b.object, b.next, part)
	if err != nil {
		return fault(b.ctx, b.object.Name(), err)
	}
	b.metadata = metadata
	b.next += size
	b.rest.Reset(part.bytes())
	return nil
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	for b.rest.Len() == 0 {
		if err := b.fetch(); err != nil {
			return 0, err
		}
	}
	return b.rest.Read(p)
}

// Close gives the buffer back.
func (b *body) Close() error {
	if b.buffer != nil {
		buffers.Put(b.buffer)
		b.buffer = nil
	}
	b.rest.Reset(nil)
	return nil
}

// get fetches one part of the version that was listed. A body that breaks off
// or stalls is asked for again.
func (s *store) get(ctx context.Context, o *ingest.Object, from int64, into *part) (map[string]string, error) {
	in := &s3.GetObjectInput{
		Bucket: aws.String(s.bucket), Key: aws.String(strings.TrimPrefix(o.Name(), scheme+s.bucket+"/")), RequestPayer: payer(s.opt.RequestPayer),
	}
	if o.Tag != "" {
		in.IfMatch = aws.String(o.Tag)
	}
	if from > 0 || into.want < o.Size {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+into.want-1))
	}
	seen := &observed{DownloadAPIClient: s.client}
	d := manager.NewDownloader(seen, func(d *manager.Downloader) { //nolint:staticcheck // see the import
		d.Concurrency, d.PartSize, d.PartBodyMaxRetries = 1, partSize, partRetries
	})
	n, err := d.Download(ctx, into, in) //nolint:staticcheck // see the import
	if err == nil && n != into.want {
		err = fmt.Errorf("%w: %d bytes of %d", io.ErrUnexpectedEOF, n, into.want)
	}
	return seen.metadata, err
}

// observed notes the metadata that comes with an object, which the downloader
// does not hand on.
type observed struct {
	manager.DownloadAPIClient
	metadata map[string]string
}

// GetObject implements [manager.DownloadAPIClient].
func (o *observed) GetObject(ctx context.Context, in *s3.GetObjectInput, opts ...func(*s3.Options)) (*s3.GetObjectOutput, error) {
	out, err := o.DownloadAPIClient.GetObject(ctx, in, opts...)
	if err == nil {
		o.metadata = out.Metadata
	}
	return out, err
}

// part is where one request's bytes go.
type part struct {
	want int64
	into *bytes.Buffer
}

func (p *part) reset() {
	p.into.Reset()
	p.into.Grow(int(p.want))
}

func (p *part) bytes() []byte { return p.into.AvailableBuffer()[:p.want] }

var errTooMuch = errors.New("the server sends more than it listed")

// WriteAt implements [io.WriterAt].
func (p *part) WriteAt(b []byte, at int64) (int, error) {
	if at < 0 || at+int64(len(b)) > p.want {
		return 0, errTooMuch
	}
	return copy(p.bytes()[at:], b), nil
}

// frozen is a store whose objects must be restored first, unless they are: the
// listing does not say.
type frozen struct {
	*store
	class string
}

// Open implements [ingest.Store].
func (f frozen) Open(ctx context.Context, o *ingest.Object) (io.ReadCloser, error) {
	body, err := f.store.Open(ctx, o)
	var told *ingest.Fault
	if errors.As(err, &told) && told.Kind == custody.KindArchived {
		return nil, archived(o.Name(), f.class, err)
	}
	return body, err
}
