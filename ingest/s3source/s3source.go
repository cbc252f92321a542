// Package s3source lists and fetches the objects of S3 buckets. It is the only
// package that links the AWS SDK, and the only one that uses the network; it
// does so when the first source of its kind is listed, and not before.
//
// # Sources
//
// A source is s3://BUCKET[/PREFIX]. A prefix that is the key of an object is
// that object; one that names a folder, with or without its final slash, is
// all in it; any other is every key that begins so.
//
// # Layouts
//
// What CloudTrail and AWS Config deliver lies in the folders of package layout, with
// any prefix before them, o-ORGANISATION/ among others.
// Where a layout is recognised, listings with a delimiter find the accounts and
// regions, in parallel, and only what the question allows is listed further:
//
//   - accounts: those asked for;
//   - regions: those asked for, and the one in which the partition logs IAM and
//     the organisation, for what broke a launch is often logged there;
//   - days: a folder's day is that of delivery, never before the event, so from
//     the first day asked for to [Options.Overlap] behind the last;
//   - services: CloudTrail's folders and Config's. Load balancers and flow logs
//     put much else under the same account.
//
// What is left out is reported, prefix by prefix. A prefix that follows no
// layout is listed flat. The account and region of an event are never taken
// from its key.
//
// # Fetching
//
// An object is fetched as the version that was listed, by its ETag. One request
// fetches it where it is no larger than a part; a larger one is streamed in
// parts, so that memory is bounded by parts and not by objects. A request that
// fails, is slowed down, breaks off or stalls is made again; what cannot be had
// then is an [ingest.Fault] of that one object. A listing that fails ends the
// run.
//
// # Permissions
//
// s3:ListBucket on the bucket and s3:GetObject on its objects, and kms:Decrypt
// on the key of a bucket that is encrypted with one.
package s3source

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Options say how to connect, and how patiently. Empty strings leave the choice to the
// SDK's own chain: environment, profile, SSO, web identity, instance. Zero numbers are
// the defaults below.
type Options struct {
	Profile      string
	Region       string
	Endpoint     string
	PathStyle    bool
	AssumeRole   string // ARN of a role to assume
	ExternalID   string // for it
	RequestPayer bool   // the requester pays
	Unsigned     bool   // requests carry no signature: public buckets

	Requests int           // at a time; default DefaultRequests
	Stall    time.Duration // longest wait for the next byte; default DefaultStall
	Attempts int           // of one request; default DefaultAttempts
	Overlap  time.Duration // how late a log file may be delivered: DefaultOverlap, as a rule
}

// The defaults. CloudTrail's files come within minutes as a rule and hours late
// at times; a server that is restarted is back within a minute.
const (
	DefaultRequests = 32
	DefaultStall    = 30 * time.Second
	DefaultOverlap  = 24 * time.Hour
	DefaultAttempts = 10
)

// Source is the S3 side of a run. It is safe for concurrent use.
type Source struct {
	opt     Options
	mu      sync.Mutex
	clients map[string]*s3.Client // by bucket
}

// New makes a Source. It opens no connection.
func New(opt Options) *Source {
	if opt.Requests <= 0 {
		opt.Requests = DefaultRequests
	}
	if opt.Stall <= 0 {
		opt.Stall = DefaultStall
	}
	if opt.Attempts <= 0 {
		opt.Attempts = DefaultAttempts
	}
	return &Source{opt: opt, clients: map[string]*s3.Client{}}
}

// client is the client for a bucket, made at the first call.
func (s *Source) client(ctx context.Context, bucket string) (*s3.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.clients[bucket]; c != nil {
		return c, nil
	}
	c, err := s.connect(ctx, bucket)
	if err == nil {
		s.clients[bucket] = c
	}
	return c, err
}
