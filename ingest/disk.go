package ingest

import (
	"context"
	"io"
	"os"
)

// Stdin is the source that names standard input.
const Stdin = "-"

// disk opens files by path.
type disk struct{}

func (disk) Open(ctx context.Context, o *Object) (io.ReadCloser, error) {
	if info, err := os.Stat(o.Name()); err == nil && !info.Mode().IsRegular() {
		return piped(ctx, func() (io.ReadCloser, error) { return os.Open(o.Name()) }), nil
	}
	return os.Open(o.Name())
}

// session implements [sessioned].
func (disk) session() session { return &folder{} }

// stream is a source that can be opened once.
type stream struct{ r io.Reader }

// Open gives the rest of the stream.
func (s stream) Open(ctx context.Context, _ *Object) (io.ReadCloser, error) {
	return piped(ctx, func() (io.ReadCloser, error) { return io.NopCloser(s.r), nil }), nil
}

// piped opens and copies what may keep one waiting for ever, as an idle standard input
// or a named pipe that nobody writes to: neither ends with the run by itself. The copy
// ends with the input or the process.
func piped(ctx context.Context, open func() (io.ReadCloser, error)) io.ReadCloser {
	r, w := io.Pipe()
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) }) // it always returns nil
	go func() {
		from, err := open()
		if err == nil {
			_, err = io.Copy(w, from)
			_ = from.Close() // it was only read
		}
		_ = w.CloseWithError(err) // it always returns nil
	}()
	return r
}
