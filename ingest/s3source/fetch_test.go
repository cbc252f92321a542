package s3source_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"grantrail/ingest"
	"grantrail/ingest/custody"
	"grantrail/ingest/s3source"
	"grantrail/ingest/s3source/s3test"
)

// noise is data that no two offsets of which look alike.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b) // it never fails
	return b
}

// listed is the bucket as a run lists it.
func listed(t *testing.T, s *s3source.Source) []*ingest.Object {
	t.Helper()
	l, err := ingest.List(context.Background(), []string{"s3://bkt"}, ingest.ListOptions{Remote: s})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(l.All())
}

// fetched reads an object through to its end.
func fetched(o *ingest.Object) ([]byte, error) {
	body, err := o.Open(context.Background())
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }() // it was only read
	return io.ReadAll(body)
}

// TestFetch: objects of every size come whole, and by one request a part.
func TestFetch(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	front := server.Counted(t)
	const part = 4 << 20
	sizes := []int{0, 1, 3000, part - 1, part, part + 1, 2*part + part/2}
	for i, n := range sizes {
		server.Put(t, "bkt", fmt.Sprintf("%d key with spaces & ü+%%", i), noise(n), nil)
	}
	objects := listed(t, source(t, front.URL, s3source.Options{}))
	front.Asked()
	for i := range objects {
		got, err := fetched(objects[i])
		_, gets := front.Asked()
		if err != nil || sha256.Sum256(got) != sha256.Sum256(noise(sizes[i])) {
			t.Errorf("%d bytes: got %d, %v", sizes[i], len(got), err)
		}
		if want := (sizes[i] + part - 1) / part; gets != want {
			t.Errorf("%d bytes: %d requests, want %d", sizes[i], gets, want)
		}
	}
}

// answer is an error as S3 words it.
func answer(w http.ResponseWriter, status int, code, message string) bool {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<?xml version="1.0"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message)
	return true
}

// TestFaults: what keeps an object from being fetched has a word of its own,
// and says what would help.
func TestFaults(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	for _, key := range []string{"changed", "denied", "frozen", "gone", "key-denied", "sound", "throttled"} {
		server.Put(t, "bkt", key, []byte("first"), nil)
	}
	front := server.Counted(t)
	front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		switch r.URL.Path {
		case "/bkt/denied":
			return answer(w, 403, "AccessDenied", "Access Denied")
		case "/bkt/key-denied":
			return answer(w, 403, "AccessDenied", "User: x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:1:key/k")
		case "/bkt/frozen":
			return answer(w, 403, "InvalidObjectState", "The operation is not valid for the object's storage class")
		case "/bkt/throttled":
			return answer(w, 503, "SlowDown", "Please reduce your request rate")
		}
		return false
	})
	objects := listed(t, source(t, front.URL, s3source.Options{Attempts: 2}))
	server.Put(t, "bkt", "changed", []byte("second"), nil)
	server.Delete(t, "bkt", "gone")
	for i, want := range []struct {
		kind custody.Kind
		says string
	}{
		{custody.KindChanged, "no longer the version"},
		{custody.KindDenied, "s3:GetObject on arn:aws:s3:::bkt/denied"},
		{custody.KindArchived, "aws s3api restore-object --bucket 'bkt' --key 'frozen'"},
		{custody.KindVanished, "is gone"},
		{custody.KindKeyDenied, "kms:Decrypt"},
		{"", ""},
		{custody.KindReadError, "SlowDown"},
	} {
		_, err := fetched(objects[i])
		var fault *ingest.Fault
		switch {
		case want.kind == "":
			if err != nil {
				t.Errorf("%s: %v", objects[i].Name(), err)
			}
		case !errors.As(err, &fault) || fault.Kind != want.kind || !strings.Contains(fault.Detail, want.says):
			t.Errorf("%s: %v, want %s, %q", objects[i].Name(), err, want.kind, want.says)
		}
	}
}

// TestRetries: an answer that asks for patience, and a body that breaks off, are
// asked for again.
func TestRetries(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	data := noise(100_000)
	server.Put(t, "bkt", "k", data, nil)
	front := server.Counted(t)
	n := 0
	front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/bkt/k" {
			return false
		}
		switch n++; n {
		case 1:
			return answer(w, 503, "SlowDown", "Please reduce your request rate")
		case 2:
			return answer(w, 500, "InternalError", "We encountered an internal error")
		case 3: // half a body
			w.Header().Set("Content-Length", fmt.Sprint(len(data)))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", len(data)-1, len(data)))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(data[:len(data)/2]) // the client sees the rest missing
			return true
		}
		return false
	})
	objects := listed(t, source(t, front.URL, s3source.Options{}))
	got, err := fetched(objects[0])
	if err != nil || !bytes.Equal(got, data) || n != 4 {
		t.Errorf("%d bytes after %d requests, %v", len(got), n, err)
	}
}

// TestStall: a server that falls silent is given up on, and asked again.
func TestStall(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	server.Put(t, "bkt", "k", noise(10_000), nil)
	front := server.Counted(t)
	n, stop := 0, make(chan struct{})
	t.Cleanup(func() { close(stop) })
	front.Instead(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/bkt/k" {
			return false
		}
		n++
		w.Header().Set("Content-Length", "10000")
		w.Header().Set("Content-Range", "bytes 0-9999/10000")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = w.Write(make([]byte, 10)) // and no more
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-stop:
		}
		return true
	})
	objects := listed(t, source(t, front.URL, s3source.Options{Stall: 100 * time.Millisecond}))
	_, err := fetched(objects[0])
	var fault *ingest.Fault
	if !errors.As(err, &fault) || fault.Kind != custody.KindStalled || n < 2 {
		t.Errorf("%v after %d requests", err, n)
	}
}

// TestCancelledFetch: the end of the run is not the object's fault.
func TestCancelledFetch(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	server.Put(t, "bkt", "k", noise(10), nil)
	objects := listed(t, source(t, server.URL, s3source.Options{}))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := objects[0].Open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestMetadata: the signature of a digest comes with its bytes, by the same
// request.
func TestMetadata(t *testing.T) {
	server := s3test.Start(t)
	server.Bucket(t, "bkt")
	server.Put(t, "bkt", "digest", noise(10), map[string]string{"signature": "00ff", "Signature-Algorithm": "SHA256withRSA"})
	front := server.Counted(t)
	objects := listed(t, source(t, front.URL, s3source.Options{}))
	front.Asked()
	body, err := objects[0].Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = body.Close() }() // it was only read
	got := body.(interface{ Metadata() map[string]string }).Metadata()
	if _, gets := front.Asked(); gets != 1 || got["signature"] != "00ff" || got["signature-algorithm"] != "SHA256withRSA" {
		t.Errorf("%v after %d requests", got, gets)
	}
}
