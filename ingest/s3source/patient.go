package s3source

import (
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// errStalled is a body whose next byte did not come in time.
var errStalled = errors.New("the server stopped sending")

// patient gives every read of a body a deadline of its own: a slow object may
// take as long as it takes, a silent one may not.
type patient struct {
	aws.HTTPClient
	stall time.Duration
}

// Do implements [aws.HTTPClient].
func (p patient) Do(req *http.Request) (*http.Response, error) {
	resp, err := p.HTTPClient.Do(req)
	if err != nil {
		return resp, err
	}
	resp.Body = &watched{ReadCloser: resp.Body, stall: p.stall}
	return resp, nil
}

// watched is a body that is closed under a read that takes too long.
type watched struct {
	io.ReadCloser
	stall time.Duration
}

// Read implements [io.Reader].
func (w *watched) Read(p []byte) (int, error) {
	timer := time.AfterFunc(w.stall, func() { _ = w.Close() }) // the read fails with it
	n, err := w.ReadCloser.Read(p)
	if !timer.Stop() && err != nil && !errors.Is(err, io.EOF) {
		err = errStalled
	}
	return n, err
}
