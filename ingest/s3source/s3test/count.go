package s3test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// Counter stands between a client and a server, counts what is asked, and can
// answer in the server's place.
type Counter struct {
	URL string

	mu          sync.Mutex
	lists, gets int
	instead     func(http.ResponseWriter, *http.Request) bool
	countdown   int
	then        func()
}

// Counted runs a counter in front of the server until the test ends.
func (s *Server) Counted(t testing.TB) *Counter {
	t.Helper()
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := &Counter{}
	quiet := log.New(io.Discard, "", 0) // a server that was killed is refused often
	pass := &httputil.ReverseProxy{ErrorLog: quiet, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // it is signed
	}}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.count(r)
		if c.instead == nil || !c.instead(w, r) {
			pass.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(front.Close)
	c.URL = front.URL
	return c
}

// Instead answers requests that it returns true for. It is set before the first
// request.
func (c *Counter) Instead(answer func(http.ResponseWriter, *http.Request) bool) { c.instead = answer }

func (c *Counter) count(r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.URL.Query().Has("list-type") {
		c.lists++
	} else {
		c.gets++
		if c.countdown--; c.countdown == 0 {
			c.then()
		}
	}
}

// After does something once, when the nth object is asked for.
func (c *Counter) After(n int, do func()) { c.countdown, c.then = n, do }

// Asked is how many listings and other requests came since it was last asked.
func (c *Counter) Asked() (lists, gets int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	lists, gets = c.lists, c.gets
	c.lists, c.gets = 0, 0
	return lists, gets
}
