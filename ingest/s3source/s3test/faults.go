package s3test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// Proxy stands between a client and a server, and spoils what passes.
type Proxy struct {
	URL     string
	control string
}

// Spoilt runs a proxy in front of the server until the test ends.
func (s *Server) Spoilt(t testing.TB) *Proxy {
	t.Helper()
	control, listen := free(t), free(t)
	host, port, _ := bytes.Cut([]byte(control), []byte(":"))
	run(t, nil, "toxiproxy", "-host", string(host), "-port", string(port))
	await(t, control)
	p := &Proxy{URL: "http://" + listen, control: "http://" + control}
	p.post(t, "/proxies", map[string]any{"name": "s3", "listen": listen, "upstream": s.address, "enabled": true})
	await(t, listen)
	return p
}

// Toxic spoils what the server sends, on a share of the connections from 0 to
// 1. The kinds and their attributes are those of
// https://github.com/Shopify/toxiproxy#toxics
func (p *Proxy) Toxic(t testing.TB, kind string, share float64, attributes map[string]any) {
	t.Helper()
	p.post(t, "/proxies/s3/toxics", map[string]any{
		"name": kind, "type": kind, "stream": "downstream", "toxicity": share, "attributes": attributes,
	})
}

func (p *Proxy) post(t testing.TB, path string, v any) {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(p.control+path, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatalf("telling the proxy: %v", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		t.Fatal(fmt.Errorf("telling the proxy %s: %s", body, said))
	}
}
