package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"time"

	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
	"grantrail/ingest/layout"
)

// annotated is a body whose storage also gives metadata of the user, as S3 does.
type annotated interface{ Metadata() map[string]string }

// sum is the hash of the bodies inside so many archives, or nil where nobody
// asks.
func (w *worker) sum(depth int) hash.Hash {
	if !w.opt.hash {
		return nil
	}
	for len(w.sums) <= depth {
		w.sums = append(w.sums, sha256.New())
	}
	w.sums[depth].Reset()
	return w.sums[depth]
}

// claim takes the text of a digest file, as the body at hand's.
func (w *worker) claim(raw []byte) {
	if w.opt.NoVerify {
		return
	}
	f := &digest.File{Name: w.body.name, Signature: w.stamped}
	if w.opt.remember {
		f.Text = slices.Clone(raw)
	}
	d, err := digest.Parse(raw)
	if f.Digest = d; err != nil {
		f.Invalid = err.Error()
	}
	w.res.files = append(w.res.files, f)
}

// file notes a body for the digests. What it claimed itself stands in the
// result's files from claimed on.
func (w *worker) file(b body, got container.Result, reader *container.Reader, sum hash.Hash, claimed int, err error) {
	if w.opt.NoVerify && !w.opt.Inventory || got.Archive == container.Zip || got.Archive == container.Tar {
		return
	}
	var f *digest.File
	switch {
	case len(w.res.files) > claimed:
		f = w.res.files[claimed]
	case !w.opt.hash:
		return
	default:
		f = &digest.File{Name: b.name}
	}
	w.res.files = w.res.files[:claimed]
	logFile := got.LogFile || layout.IsLog(b.name)
	f.Log = logFile && f.Digest == nil && f.Invalid == ""
	if f.Digest == nil && f.Invalid == "" && layout.IsDigest(b.name) {
		f.Log, f.Invalid = false, "its content is no digest"
	}
	switch {
	case err != nil:
		f.Unread, f.Invalid = fmt.Sprintf("it could not be read: %v", reason(errors.Unwrap(err))), ""
	case sum != nil && (f.Log || f.Digest != nil || f.Invalid != "" || reader.Gzipped()):
		f.Hashed, f.Appended = reader.Finish()
		sum.Sum(f.Sum[:0])
	case sum == nil && f.Digest == nil:
		return
	}
	w.res.files = append(w.res.files, f)
}

// unread notes an object whose bytes could not be had, for a digest that names
// it.
func (w *worker) unread(o *Object) {
	if !w.opt.hash || len(w.res.files) > 0 || w.res.stored > 0 || w.res.state == custody.Duplicate || w.res.sidecar != nil || len(w.res.warnings) == 0 {
		return
	}
	last := w.res.warnings[len(w.res.warnings)-1]
	if last.Kind == custody.KindEmpty || last.Kind == custody.KindMarker {
		return
	}
	w.res.files = append(w.res.files, &digest.File{Name: o.Name(), Unread: last.Detail, Log: layout.IsLog(o.Name())})
}

// sidecar is a file that keeps the signature of a digest, whose copy on a disk
// has lost it.
type sidecar struct{ of, signature string }

// maxSidecar is more than any signature takes.
const maxSidecar = 64 << 10

// sidecar takes a file that is named as the signature of a digest. One that holds none
// is evidence like any other, if it is: names say nothing of contents.
func (w *worker) sidecar(of string, r io.Reader) {
	text, err := io.ReadAll(io.LimitReader(r, maxSidecar))
	signature := signatureIn(text)
	if err == nil && signature == "" {
		w.take(w.body, io.MultiReader(bytes.NewReader(text), r), nil)
		return
	}
	w.res.stored, w.res.inflated = int64(len(text)), int64(len(text))
	if err != nil {
		w.settle(custody.Unread, storageKind(err), fmt.Sprintf("reading stopped: %v", reason(err)))
		return
	}
	w.res.other.Signatures++
	w.res.sidecar = &sidecar{of, signature}
}

// signatureIn finds a signature: the hexadecimal text alone, the metadata as
// JSON, or what "aws s3api head-object" prints.
func signatureIn(text []byte) string {
	var head map[string]any
	if json.Unmarshal(text, &head) == nil {
		if inner, ok := head["Metadata"].(map[string]any); ok {
			head = inner
		}
		found := ""
		for name, v := range head {
			if s, ok := v.(string); ok && strings.EqualFold(strings.TrimPrefix(strings.ToLower(name), "x-amz-meta-"), "signature") {
				if s = strings.TrimSpace(s); found != "" && s != found {
					return "" // two spellings, and two signatures
				}
				found = s
			}
		}
		return found
	}
	s := strings.TrimSpace(string(text))
	if _, err := hex.DecodeString(s); err != nil {
		return ""
	}
	return s
}

// verify judges the files by the digests among them. Where a digest was met
// that its name did not announce, everything is read once more, for the hashes
// alone.
func (c *collector) verify(ctx context.Context) error {
	if len(c.files) > 0 && !c.opt.hash {
		opt := c.opt
		opt.hash, opt.Progress = true, nil
		c.files = nil
		err := run(ctx, c.listing, opt, func(_ *Object, res *result) error {
			c.files = append(c.files, res.files...)
			return nil
		}, nil)
		if err != nil {
			return err
		}
	}
	for _, f := range c.files {
		if s := c.sidecars[f.Name]; s != "" && f.Signature == "" {
			f.Signature = s
		} else if s := c.sidecars[f.Name+".gz"]; s != "" && f.Signature == "" {
			f.Signature = s
		}
	}
	c.manifest.Integrity, c.vouched = digest.Judge(digest.Input{Files: c.files, Keys: c.opt.Keys, LeftOut: c.leftOut})
	c.judged()
	c.files = nil
	return nil
}

// edge is how far a log file's name and its real delivery may be apart.
const edge = 15 * time.Minute

// leftOut reports whether the listing left a key out. Buckets are copied under
// other names, so keys are compared from the layout's root on.
func (c *collector) leftOut(bucket, key string) bool {
	if at, ok := layout.Delivered(key); ok && c.opt.Horizon.Add(edge).After(at) {
		return true // it may have been forgotten
	}
	key, _ = layout.FromRoot("s3://" + bucket + "/" + key)
	for _, l := range c.listing.LeftOut {
		if prefix, _ := layout.FromRoot(l.Prefix); !strings.HasPrefix(key, prefix) {
			continue
		}
		after, _ := layout.FromRoot(l.After)
		before, _ := layout.FromRoot(l.Before)
		if after == "" && before == "" || after != "" && key < after || before != "" && key >= before {
			return true
		}
	}
	return false
}
