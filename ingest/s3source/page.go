package s3source

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"grantrail/ingest"
	"grantrail/ingest/custody"
)

// payerOf is who pays for a request.
type payerOf = types.RequestPayer

func payer(requester bool) payerOf {
	if requester {
		return types.RequestPayerRequester
	}
	return ""
}

// page is one level of a bucket: the keys right under a prefix, and its
// folders.
type page struct {
	objects []types.Object
	folders []string
}

// level lists the keys and folders right under a prefix.
func (l *lister) level(ctx context.Context, prefix string) (page, error) {
	var out page
	pages := s3.NewListObjectsV2Paginator(l.client, &s3.ListObjectsV2Input{
		Bucket: aws.String(l.bucket), Prefix: aws.String(prefix), Delimiter: aws.String("/"), RequestPayer: l.payer,
		EncodingType: types.EncodingTypeUrl,
	})
	for pages.HasMorePages() {
		p, err := l.next(ctx, pages)
		if err != nil {
			return out, l.refused(prefix, err)
		}
		out.objects = append(out.objects, p.Contents...)
		for _, f := range p.CommonPrefixes {
			out.folders = append(out.folders, aws.ToString(f.Prefix))
		}
	}
	return out, nil
}

// flat lists every key that begins with a prefix, behind one key and before
// another. Keys come in order, so what is past the end is never asked for.
func (l *lister) flat(ctx context.Context, prefix, after, before string) error {
	in := &s3.ListObjectsV2Input{
		Bucket: aws.String(l.bucket), Prefix: aws.String(prefix), RequestPayer: l.payer,
		EncodingType: types.EncodingTypeUrl,
	}
	if after != "" {
		in.StartAfter = aws.String(after)
	}
	pages := s3.NewListObjectsV2Paginator(l.client, in)
	for pages.HasMorePages() {
		p, err := l.next(ctx, pages)
		if err != nil {
			return l.refused(prefix, err)
		}
		for i, o := range p.Contents {
			if before != "" && aws.ToString(o.Key) >= before {
				l.objects(page{objects: p.Contents[:i]})
				return nil
			}
		}
		l.objects(page{objects: p.Contents})
	}
	return nil
}

// betweenPages is the wait before a page that broke off is asked for again,
// times the attempts so far.
const betweenPages = 100 * time.Millisecond

// next is the next page of a listing. One whose body breaks off is asked for
// again: the client retries what fails before the body, and not in it.
func (l *lister) next(ctx context.Context, pages *s3.ListObjectsV2Paginator) (*s3.ListObjectsV2Output, error) {
	for attempt := 1; ; attempt++ {
		p, err := pages.NextPage(ctx)
		var broken *smithy.DeserializationError
		if err == nil {
			return p, decode(p)
		}
		if attempt >= l.store.opt.Attempts || !errors.As(err, &broken) {
			return nil, err
		}
		select {
		case <-time.After(time.Duration(attempt) * betweenPages):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// decode undoes the encoding of a page's names, which is asked for since XML has no way
// to write a control character: one such key would take the whole listing down. A
// server that knows no encoding says nothing of it.
func decode(p *s3.ListObjectsV2Output) (err error) {
	if p.EncodingType != types.EncodingTypeUrl {
		return nil
	}
	plain := func(name **string) {
		text, wrong := url.QueryUnescape(aws.ToString(*name))
		if wrong != nil {
			err = fmt.Errorf("decoding the name %q: %w", aws.ToString(*name), wrong)
		}
		*name = &text
	}
	for i := range p.Contents {
		plain(&p.Contents[i].Key)
	}
	for i := range p.CommonPrefixes {
		plain(&p.CommonPrefixes[i].Prefix)
	}
	return err
}

// refused is a listing that failed: the run cannot know what is there.
func (l *lister) refused(prefix string, err error) error {
	if isDenied(err) {
		return fmt.Errorf("ListObjectsV2 of %s was refused: s3:ListBucket on arn:aws:s3:::%s is needed: %w", scheme+l.bucket+"/"+prefix, l.bucket, err)
	}
	return fmt.Errorf("ListObjectsV2 of %s: %w", scheme+l.bucket+"/"+prefix, err)
}

func (l *lister) objects(p page) {
	for _, o := range p.objects {
		l.object(o)
	}
}

// object hands on one listed object, settled where it cannot be fetched.
func (l *lister) object(o types.Object) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := scheme + l.bucket + "/" + aws.ToString(o.Key)
	switch class := o.StorageClass; {
	case strings.HasSuffix(name, "/") && aws.ToInt64(o.Size) == 0:
		l.add(ingest.Settled(name, custody.Skipped, custody.KindMarker, "an empty key that stands for a folder"))
	case class == types.ObjectStorageClassGlacier || class == types.ObjectStorageClassDeepArchive:
		l.add(ingest.NewObject(name, aws.ToInt64(o.Size), aws.ToString(o.ETag), frozen{l.store, string(class)}))
	default:
		l.add(ingest.NewObject(name, aws.ToInt64(o.Size), aws.ToString(o.ETag), l.store))
	}
}
