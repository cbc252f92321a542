package ingest

import (
	"encoding/hex"
	"hash"
	"io"

	"grantrail/ingest/custody"
)

// Entry is what a run read of one object: what a later run can be held
// against.
type Entry struct {
	URI      string          `json:"uri"`
	Size     int64           `json:"size"`            // stored bytes read
	Stored   string          `json:"sha256"`          // hexadecimal, of the bytes as stored; "" where they could not all be read
	Inflated string          `json:"sha256_inflated"` // of the uncompressed content of a log or digest file; else ""
	Tag      string          `json:"etag"`            // as listed; "" where the source has none
	Verdict  custody.Verdict `json:"verdict"`         // by the digests at hand; "" where there are none, or it is neither log nor digest
}

// summed hashes the stored bytes of an object on their way.
type summed struct {
	r   io.Reader
	n   int64
	sum hash.Hash
	err error
}

func (s *summed) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n += int64(n)
	s.sum.Write(p[:n]) // never fails
	if err != nil {
		s.err = err
	}
	return n, err
}

// entry reads the rest of the object, so that the hash is of all of it. There is none
// where reading failed.
func (s *summed) entry() *Entry {
	if s.err == nil {
		_, _ = io.Copy(io.Discard, s) // its error is in s.err
	}
	e := &Entry{Size: s.n}
	if s.err == io.EOF { //nolint:errorlint // io.Reader gives it bare
		e.Stored = hex.EncodeToString(s.sum.Sum(nil))
	}
	return e
}

// enter notes an object, and one that could not be opened without a hash.
func (c *collector) enter(o *Object, res *result) {
	var e Entry
	switch {
	case res.entry != nil:
		e = *res.entry
	case res.state != custody.Unread:
		return // there is nothing to be had of it
	}
	e.URI, e.Tag = o.Name(), o.Tag
	for _, f := range res.files {
		if f.Name == e.URI && f.Hashed {
			e.Inflated = hex.EncodeToString(f.Sum[:])
		}
	}
	c.entries = append(c.entries, e)
}

// judged adds the verdicts to the entries.
func (c *collector) judged() {
	if c.opt.verdicts != nil {
		for _, f := range c.files {
			c.opt.verdicts[f.Name] = f.Verdict
		}
	}
	if len(c.entries) == 0 {
		return
	}
	verdicts := map[string]custody.Verdict{}
	for _, f := range c.files {
		verdicts[f.Name] = f.Verdict
	}
	for i := range c.entries {
		c.entries[i].Verdict = verdicts[c.entries[i].URI]
	}
}
