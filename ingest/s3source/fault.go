package s3source

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"grantrail/ingest"
	"grantrail/ingest/custody"
)

// status is the HTTP status of an error, or 0.
func status(err error) int {
	var resp *awshttp.ResponseError
	if errors.As(err, &resp) {
		return resp.HTTPStatusCode()
	}
	return 0
}

func isDenied(err error) bool { return status(err) == http.StatusForbidden }

// fault names what keeps an object from being fetched, and what would help. The
// end of the run is none.
func fault(ctx context.Context, uri string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code, message := "", ""
	var api smithy.APIError
	if errors.As(err, &api) {
		code, message = api.ErrorCode(), api.ErrorMessage()
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(uri, scheme), "/")
	f := &ingest.Fault{Kind: custody.KindReadError, Err: err}
	switch {
	case code == "InvalidObjectState":
		return archived(uri, "an archive class", err)
	case isDenied(err) && (strings.HasPrefix(code, "KMS.") || strings.Contains(strings.ToLower(message), "kms")):
		f.Kind = custody.KindKeyDenied
		f.Detail = fmt.Sprintf("the key it is encrypted with may not be used: kms:Decrypt is missing (%s: %s)", code, message)
	case strings.HasPrefix(code, "KMS."):
		f.Kind = custody.KindKeyDenied
		f.Detail = fmt.Sprintf("the key it is encrypted with cannot be used (%s: %s)", code, message)
	case isDenied(err):
		f.Kind = custody.KindDenied
		f.Detail = fmt.Sprintf("it may not be read: s3:GetObject on arn:aws:s3:::%s/%s is missing (%s: %s)", bucket, key, code, message)
	case status(err) == http.StatusNotFound:
		f.Kind, f.Detail = custody.KindVanished, fmt.Sprintf("it was listed and is gone (%s)", code)
	case status(err) == http.StatusPreconditionFailed:
		f.Kind, f.Detail = custody.KindChanged, "it is no longer the version that was listed; list and read it again"
	case errors.Is(err, errStalled):
		f.Kind, f.Detail = custody.KindStalled, fmt.Sprintf("its bytes stopped coming, also when asked again: %v", err)
	default:
		f.Detail = fmt.Sprintf("cannot be fetched: %v", err)
	}
	return f
}

// archived is the fault of an object that must be restored first.
func archived(uri, class string, err error) error {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(uri, scheme), "/")
	return &ingest.Fault{Kind: custody.KindArchived, Err: err, Detail: fmt.Sprintf(
		"it lies in %s; to restore it: aws s3api restore-object --bucket '%s' --key '%s' --restore-request Days=7",
		class, bucket, strings.ReplaceAll(key, "'", `'\''`))}
}
