package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
	"grantrail/ingest/record"
)

// result is all that one object gave.
type result struct {
	state            custody.State
	stored, inflated int64
	warnings         []custody.Warning
	records          custody.Records // Seen and Refused
	other            custody.Other
	span             custody.Span
	places           map[place]*tally
	events           []*record.Event
}

// place is where a record says it was made.
type place struct{ account, region string }

// tally is what one object holds of one place.
type tally struct {
	span          custody.Span
	records       int
	kms, launches int // inside the asked time
}

// worker reads objects one after another, reusing its buffers.
type worker struct {
	opt     Options
	reader  *container.Reader
	decoder *record.Decoder

	// of the object being read
	ordinal int
	name    string
	res     *result
}

func newWorker(opt Options) *worker {
	return &worker{opt: opt, reader: container.NewReader(), decoder: record.NewDecoder()}
}

// read reads one object. Whatever is wrong with it is in the result.
func (w *worker) read(ctx context.Context, ordinal int, o *Object) *result {
	w.ordinal, w.name = ordinal, o.Name
	w.res = &result{places: map[place]*tally{}}
	switch {
	case o.verdict != nil:
		w.settle(o.verdict.state, o.verdict.kind, o.verdict.detail)
	case w.opt.MaxObject > 0 && o.Size > w.opt.MaxObject:
		w.settle(custody.Unread, custody.KindTooLarge,
			fmt.Sprintf("%d stored bytes are over the limit of %d; raise --max-object-size to read it", o.Size, w.opt.MaxObject))
	default:
		w.open(ctx, o)
	}
	return w.res
}

func (w *worker) settle(state custody.State, kind custody.Kind, detail string) {
	w.res.state = state
	w.warn(nil, kind, detail)
}

func (w *worker) warn(record *int, kind custody.Kind, detail string) {
	w.res.warnings = append(w.res.warnings, custody.Warning{Object: w.name, Record: record, Kind: kind, Detail: detail})
}

func (w *worker) open(ctx context.Context, o *Object) {
	body, err := o.store.Open(ctx, o.Name)
	if err != nil {
		w.settle(custody.Unread, storageKind(err), fmt.Sprintf("cannot be opened: %v", reason(err)))
		return
	}
	defer func() { _ = body.Close() }() // it was only read
	got, err := w.reader.Read(contextReader{ctx, body}, w.item)
	w.res.stored, w.res.inflated = w.reader.Stored(), w.reader.Inflated()
	w.res.state = got.State
	for _, warning := range got.Warnings {
		w.warn(nil, warning.Kind, warning.Detail)
	}
	if err != nil {
		w.failed(err, got)
		return
	}
	w.review(got)
}

// failed takes a failure of the storage in the middle of an object. What was
// read before it is kept.
func (w *worker) failed(err error, got container.Result) {
	state := custody.Unread
	if got.Items > 0 {
		state = custody.Partial
	}
	var at *inflate.Error
	errors.As(err, &at)
	w.settle(state, storageKind(err), fmt.Sprintf("reading stopped after %d stored bytes: %v", w.res.stored, reason(at.Err)))
}

func storageKind(err error) custody.Kind {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return custody.KindVanished
	case errors.Is(err, fs.ErrPermission):
		return custody.KindDenied
	}
	return custody.KindReadError
}

// logName is CloudTrail's own file name, as
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html gives it.
var logName = regexp.MustCompile(`^\d{12}_CloudTrail_[a-z0-9-]+_?[0-9TZ-]+.*\.json(\.gz)?$`)

// review looks again at an object that holds nothing of use. A name is never
// taken for evidence, but it is grounds for suspicion: a log file whose first
// bytes were damaged is unread, not something else.
func (w *worker) review(got container.Result) {
	if w.res.state == custody.Skipped {
		base := path.Base(filepath.ToSlash(w.name))
		switch {
		case strings.HasSuffix(base, ".gz") && !w.reader.Gzipped():
			w.replace(custody.Unread, custody.KindNotGzip, "the name says gzip and the bytes are neither gzip nor a known text")
		case strings.HasSuffix(base, ".json") && got.NotJSON:
			w.replace(custody.Unread, custody.KindJSONSyntax, "the name says JSON and the bytes are not")
		case logName.MatchString(base):
			w.replace(custody.Unread, custody.KindUnrecognised, "named like a CloudTrail log file, and holds something else")
		}
		return
	}
	if n := w.res.other.Notifications; n > 0 && n == got.Items {
		w.settle(custody.Skipped, custody.KindNotification,
			fmt.Sprintf("%d messages of another service that also say Records; none is a CloudTrail record", n))
	}
}

// replace swaps the last warning, the container's, for a sharper one.
func (w *worker) replace(state custody.State, kind custody.Kind, detail string) {
	w.res.warnings = w.res.warnings[:len(w.res.warnings)-1]
	w.settle(state, kind, detail)
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
