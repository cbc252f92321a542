package s3source

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"grantrail/ingest"
	"grantrail/ingest/custody"
	"grantrail/ingest/layout"
)

const scheme = "s3://"

// Claims implements [ingest.Remote].
func (s *Source) Claims(source string) bool { return strings.HasPrefix(source, scheme) }

// Split gives the bucket and the prefix of s3://BUCKET/PREFIX. It fails where there
// is no bucket.
func Split(source string) (bucket, prefix string, err error) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(source, scheme), "/")
	if bucket == "" {
		err = fmt.Errorf("%q names no bucket: want s3://BUCKET/PREFIX", source)
	}
	return bucket, prefix, err
}

// List implements [ingest.Remote].
func (s *Source) List(ctx context.Context, source string, scope ingest.Scope, add func(ingest.Object)) ([]custody.LeftOut, error) {
	bucket, prefix, err := Split(source)
	if err != nil {
		return nil, err
	}
	client, err := s.client(ctx, bucket)
	if err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.opt.Requests)
	l := &lister{
		bucket: bucket, client: client, store: &store{client: client, bucket: bucket, opt: &s.opt},
		payer: payer(s.opt.RequestPayer), scope: &scope, days: daysOf(&scope, s.opt.Overlap), group: group, add: add,
	}
	group.Go(func() error { return l.source(ctx, prefix) })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return l.left, nil
}

// lister lists one source. Its folders are listed in parallel; what they give
// is handed on one at a time.
type lister struct {
	bucket string
	client *s3.Client
	store  *store
	payer  payerOf
	scope  *ingest.Scope
	days   days
	group  *errgroup.Group

	mu   sync.Mutex
	add  func(ingest.Object)
	left []custody.LeftOut
}

// maxProbe is how many folders outside a layout are each looked into for one,
// and maxProbeDepth how deep. More than that is no prefix before AWSLogs.
const (
	maxProbe      = 64
	maxProbeDepth = 3
)

// source lists what a typed prefix names: a key, a folder, or any beginning.
func (l *lister) source(ctx context.Context, prefix string) error {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return l.folder(ctx, prefix, 0)
	}
	page, err := l.level(ctx, prefix)
	if err != nil {
		return err
	}
	for _, o := range page.objects {
		if aws.ToString(o.Key) == prefix {
			l.object(o)
			return nil
		}
	}
	for _, f := range page.folders {
		if f == prefix+"/" {
			return l.folder(ctx, f, 0)
		}
	}
	return l.flat(ctx, prefix, "", "")
}

// folder lists a folder by what it is in a layout.
func (l *lister) folder(ctx context.Context, prefix string, depth int) error {
	switch at := layout.LevelOf(prefix); at {
	case layout.Outside:
		return l.probe(ctx, prefix, depth)
	case layout.InRegion:
		after, before := l.days.bounds(prefix)
		l.pruned(prefix, after, before)
		if l.scope.Since != nil {
			if since := l.scope.Since(scheme + l.bucket + "/" + prefix); !since.IsZero() {
				after = max(after, prefix+layout.DayFolder(since))
			}
		}
		return l.flat(ctx, prefix, after, before)
	case layout.InConfigRegion:
		return l.config(ctx, prefix)
	case layout.Flat:
		return l.flat(ctx, prefix, "", "")
	default:
		return l.inLayout(ctx, prefix, at)
	}
}

// inLayout lists the folders of a level that can hold what is asked for.
func (l *lister) inLayout(ctx context.Context, prefix string, at layout.Level) error {
	page, err := l.level(ctx, prefix)
	if err != nil {
		return err
	}
	l.objects(page)
	for _, f := range page.folders {
		if why := leftOut(at, lastName(f), l.scope); why != "" {
			l.leave(custody.LeftOut{Prefix: f, Why: why})
			continue
		}
		if err := l.spawn(func() error { return l.folder(ctx, f, 0) }); err != nil {
			return err
		}
	}
	return nil
}

// probe looks for a layout in a folder outside of one, and lists it flat where
// there is none near.
func (l *lister) probe(ctx context.Context, prefix string, depth int) error {
	page, err := l.level(ctx, prefix)
	if err != nil {
		return err
	}
	if len(page.folders) > maxProbe || depth >= maxProbeDepth {
		return l.flat(ctx, prefix, "", "")
	}
	l.objects(page)
	for _, f := range page.folders {
		if err := l.spawn(func() error { return l.folder(ctx, f, depth+1) }); err != nil {
			return err
		}
	}
	return nil
}

// config lists the days of AWS Config. They are not padded, so their order is
// not that of time, and a range of them is a request each.
func (l *lister) config(ctx context.Context, prefix string) error {
	folders, ok := l.days.folders(prefix)
	if !ok {
		return l.flat(ctx, prefix, "", "")
	}
	l.pruned(prefix, "", "")
	for _, f := range folders {
		if err := l.spawn(func() error { return l.flat(ctx, f, "", "") }); err != nil {
			return err
		}
	}
	return nil
}

// pruned notes that only some days of a folder are listed.
func (l *lister) pruned(prefix, after, before string) {
	if l.days.bounded() {
		l.leave(custody.LeftOut{Prefix: prefix, Why: l.days.String(), After: after, Before: before})
	}
}

// spawn runs f beside the others, or here where there is no room.
func (l *lister) spawn(f func() error) error {
	if l.group.TryGo(f) {
		return nil
	}
	return f()
}

func (l *lister) leave(what custody.LeftOut) {
	l.mu.Lock()
	defer l.mu.Unlock()
	what.Prefix = scheme + l.bucket + "/" + what.Prefix
	l.left = append(l.left, what)
}

func lastName(folder string) string {
	folder = strings.TrimSuffix(folder, "/")
	return folder[strings.LastIndexByte(folder, '/')+1:]
}
