package ingest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"grantrail/ingest/archive"
	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/export"
	"grantrail/ingest/inflate"
	"grantrail/ingest/layout"
	"grantrail/ingest/record"
)

// worker reads objects one after another, reusing its buffers.
type worker struct {
	opt     Options
	readers []*container.Reader // one for the object, one for each archive around a member
	decoder *record.Decoder

	// of the object being read
	body    body
	lossy   bool // what is read is a copy that has lost something
	res     *result
	near    *tally // of the last record's place
	places  map[place]*tally
	rows    *export.Rows       // of the body at hand, where records are for files
	hand    func(*export.Rows) // gives them away
	found   *record.Outlines   // nil where no records are for files
	sums    []hash.Hash        // one for each reader
	stamped string             // the signature that the storage keeps beside the object
}

func newWorker(opt Options) *worker {
	return &worker{opt: opt, decoder: record.NewDecoder(), places: map[place]*tally{}}
}

// read reads one object into a result, with whatever is wrong with it.
func (w *worker) read(ctx context.Context, o *Object, from contents, into *result) {
	w.body = body{name: o.Name()}
	w.res, w.near = into, nil
	clear(w.places)
	switch {
	case o.settled != nil:
		w.settle(o.settled.state, o.settled.kind, o.settled.detail)
	case w.opt.tooLarge(o):
		w.settle(custody.Unread, custody.KindTooLarge,
			fmt.Sprintf("%d stored bytes are over the limit of %d; raise --max-object-size to read it", o.Size, w.opt.MaxObject))
	case from.err != nil:
		w.faulty(from.err)
	default:
		w.stored(ctx, from.body)
	}
	w.unread(o)
	if n := w.res.untold; n > 0 {
		w.body = body{name: o.Name()}
		w.warn(nil, custody.KindRecordsMore, fmt.Sprintf("%d more records are refused or of another service, as the %d before are; all are counted", n, maxTold))
	}
}

func (w *worker) settle(state custody.State, kind custody.Kind, detail string) {
	w.res.state = state
	w.warn(nil, kind, detail)
}

// maxTold is how many records of one object are told of one by one. Those behind
// them are counted: a megabyte of gzip can hold a billion that are none.
const maxTold = 1000

func (w *worker) warn(record *int, kind custody.Kind, detail string) {
	if record != nil {
		if w.res.told == maxTold {
			w.res.untold++
			return
		}
		w.res.told++
	}
	w.res.warnings = append(w.res.warnings, custody.Warning{Object: w.body.name, Record: record, Kind: kind, Detail: detail})
}

func (w *worker) faulty(err error) {
	var fault *Fault
	if errors.As(err, &fault) {
		w.settle(custody.Unread, fault.Kind, fault.Detail)
		return
	}
	w.settle(custody.Unread, storageKind(err), fmt.Sprintf("cannot be opened: %v", reason(err)))
}

func (w *worker) stored(ctx context.Context, stored io.ReadCloser) {
	defer func() { _ = stored.Close() }() // it was only read
	source := io.Reader(stored)
	if w.opt.Inventory || w.opt.remember {
		counted := &summed{r: contextReader{ctx, stored}, sum: sha256.New()}
		defer func() { w.res.entry = counted.entry() }()
		source = counted
	}
	w.stamped = ""
	if beside, ok := stored.(annotated); ok {
		w.stamped = beside.Metadata()["signature"]
	}
	if of := layout.SidecarOf(w.body.name); of != "" && !w.opt.NoVerify {
		w.sidecar(of, contextReader{ctx, source})
		return
	}
	w.take(w.body, contextReader{ctx, source}, nil)
}

// failed takes a failure of the storage, or of the archive around, in the
// middle of a body. What was read before it is kept.
func (w *worker) failed(err error, got container.Result, reader *container.Reader) {
	state := custody.Unread
	if got.Items > 0 {
		state = custody.Partial
	}
	var at *inflate.Error
	errors.As(err, &at)
	w.settle(state, storageKind(err), fmt.Sprintf("reading stopped after %d stored bytes: %v", reader.Stored(), reason(at.Err)))
}

func storageKind(err error) custody.Kind {
	var fault *archive.Error
	var told *Fault
	switch {
	case errors.As(err, &told):
		return told.Kind
	case errors.As(err, &fault):
		return custody.KindArchive
	case errors.Is(err, fs.ErrNotExist):
		return custody.KindVanished
	case errors.Is(err, fs.ErrPermission):
		return custody.KindDenied
	}
	return custody.KindReadError
}

// review looks again at an object that holds nothing of use. A name is never
// taken for evidence, but it is grounds for suspicion: a log file whose first
// bytes were damaged is unread, not something else.
func (w *worker) review(got container.Result, reader *container.Reader) {
	if w.res.state == custody.Skipped {
		base := path.Base(filepath.ToSlash(w.body.name))
		switch {
		case got.Packed != "":
			w.suspect(custody.KindPacked, fmt.Sprintf("it is packed in a way that is not read, %s; unpacked, or packed by gzip, it can be", got.Packed))
		case reader.NearlyGzipped():
			w.suspect(custody.KindNotGzip, "the first bytes are those of gzip but for one, and the rest is no known text")
		case strings.HasSuffix(base, ".gz") && !reader.Gzipped():
			w.suspect(custody.KindNotGzip, "the name says gzip and the bytes are neither gzip nor a known text")
		case strings.HasSuffix(base, ".json") && got.NotJSON:
			w.suspect(custody.KindJSONSyntax, "the name says JSON and the bytes are not")
		case got.Suspect:
			w.suspect(custody.KindUnrecognised, "it holds what looks like CloudTrail records, but they are damaged or in a shape that is not read, such as a table in CSV")
		case layout.ResemblesLog(w.body.name):
			w.suspect(custody.KindUnrecognised, "named like a CloudTrail log file, and holds something else")
		}
		return
	}
	if n := w.res.other.Notifications - w.body.notifications; n > 0 && n == got.Items && w.res.state == custody.Read {
		detail := fmt.Sprintf("%d messages of another service that also say Records; none is a CloudTrail record", n)
		if n == 1 {
			detail = "1 message of another service that also says Records, and is no CloudTrail record"
		}
		w.settle(custody.Skipped, custody.KindNotification, detail)
	}
}

// suspect makes a skipped object unread: its last warning, the container's, is
// swapped for a sharper one.
func (w *worker) suspect(kind custody.Kind, detail string) {
	w.res.warnings = w.res.warnings[:len(w.res.warnings)-1]
	w.settle(custody.Unread, kind, detail)
}

// contextReader makes a read from a slow source end with the run.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Seek goes where the source can.
func (c contextReader) Seek(offset int64, whence int) (int64, error) {
	if s, ok := c.r.(io.Seeker); ok {
		return s.Seek(offset, whence)
	}
	return 0, errors.ErrUnsupported
}
