package s3source

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/s3/manager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// fallbackRegion is asked where a bucket lies when nothing else is configured.
const fallbackRegion = "us-east-1"

// connect makes the client for a bucket, in the bucket's own region: S3
// answers a request to another one with a redirection that is signed for
// nobody.
func (s *Source) connect(ctx context.Context, bucket string) (*s3.Client, error) {
	cfg, err := s.config(ctx)
	if err != nil {
		return nil, fmt.Errorf("configuring the connection: %w", err)
	}
	if s.opt.Endpoint == "" && s.opt.Region == "" {
		if region, err := manager.GetBucketRegion(ctx, s.s3(cfg), bucket); err == nil {
			cfg.Region = region
		}
	}
	return s.s3(cfg), nil
}

func (s *Source) s3(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = s.opt.PathStyle
		if s.opt.Endpoint != "" {
			o.BaseEndpoint = aws.String(s.opt.Endpoint)
		}
		// Log files carry checksums of their own: gzip's, and the digest's
		// over the whole. S3's third one costs time on every object, and where
		// a server sends none a line on standard error.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		o.DisableLogOutputChecksumValidationSkipped = true
	})
}

func (s *Source) config(ctx context.Context) (aws.Config, error) {
	load := []func(*config.LoadOptions) error{
		config.WithHTTPClient(s.http()),
		config.WithRetryer(s.retryer),
		config.WithLogger(logging.Nop{}), // standard error has one manner, and it is not the SDK's
	}
	if s.opt.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(s.opt.Profile))
	}
	if s.opt.Region != "" {
		load = append(load, config.WithRegion(s.opt.Region))
	}
	if s.opt.Unsigned {
		load = append(load, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	}
	cfg, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return cfg, err
	}
	// Only now: to honour AWS_CA_BUNDLE the SDK wants a client of its own kind.
	cfg.HTTPClient = patient{cfg.HTTPClient, s.opt.Stall}
	if cfg.Region == "" {
		cfg.Region = fallbackRegion
	}
	if s.opt.AssumeRole != "" {
		cfg.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), s.opt.AssumeRole,
			func(o *stscreds.AssumeRoleOptions) {
				o.RoleSessionName = "grantrail"
				if s.opt.ExternalID != "" {
					o.ExternalID = aws.String(s.opt.ExternalID)
				}
			}))
	}
	return cfg, nil
}

// retryer is the SDK's adaptive mode. Its quota of retries is lifted: it
// protects a service from a fleet of callers, and here would turn one restart
// of a server into the loss of every object in flight.
func (s *Source) retryer() aws.Retryer {
	return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) {
			o.MaxAttempts = s.opt.Attempts
			o.MaxBackoff = 10 * time.Second
			o.RateLimiter = ratelimit.None
		})
	})
}

// http is a client with a connection for every request at a time, that gives up
// on a silent server and not on a slow one. Proxies come from the environment.
func (s *Source) http() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = s.opt.Stall }).
		WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConns = s.opt.Requests
			t.MaxIdleConnsPerHost = s.opt.Requests
			t.ResponseHeaderTimeout = s.opt.Stall
			t.TLSHandshakeTimeout = s.opt.Stall
		})
}
