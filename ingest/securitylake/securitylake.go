// Package securitylake reads Amazon Security Lake's Parquet files and gives
// the CloudTrail records in them back, as far as OCSF carries them.
//
// Security Lake converts CloudTrail records to the Open Cybersecurity Schema
// Framework and stores them as Parquet, source version 1 in OCSF 1.0.0-rc.2
// and source version 2 in OCSF 1.1.0:
// https://docs.aws.amazon.com/security-lake/latest/userguide/open-cybersecurity-schema-framework.html.
// A row is CloudTrail's where metadata.product.name says so and it has an
// api.operation; its class is 6003, API Activity, or for calls on identities
// one of 3001 to 3005. Rows of other sources are counted and passed over.
//
// # The mapping
//
// It is that of https://github.com/ocsf/examples, mappings/markdown/AWS, read
// backwards. Columns that a version lacks are absent; of two, the first that
// has a value counts.
//
//	record                                   OCSF
//	eventTime                                time_dt, else time (milliseconds)
//	eventID                                  metadata.uid
//	eventVersion                             metadata.product.version
//	eventType                                metadata.event_code, unmapped
//	eventSource, eventName                   api.service.name, api.operation
//	awsRegion                                cloud.region
//	recipientAccountId                       unmapped, cloud.account.uid
//	requestID                                api.request.uid
//	errorCode, errorMessage                  api.response.error, api.response.message
//	requestParameters, responseElements      api.request.data, api.response.data, unmapped
//	userIdentity.arn, .principalId           actor.user.uid, .uid_alt; in rc.2 .uuid, .uid: the ARN is known by its form
//	userIdentity.type, .userName, .accessKeyId  actor.user.type, .name, .credential_uid
//	userIdentity.accountId                   actor.user.account.uid, .account_uid
//	userIdentity.invokedBy                   actor.invoked_by
//	sessionContext.sessionIssuer.arn         actor.session.issuer
//	sourceIPAddress, userAgent               src_endpoint.ip or .domain, http_request.user_agent
//	resources[].ARN, .accountId, .type       resources[].uid, .account.uid or .account_uid or .owner.account.uid, .type
//	anything else                            unmapped, whose keys are paths: "requestParameters.userName"
//
// In rc.2 identity stands for actor. A path's "[]" or number is a place in a
// list; a value that is itself JSON is taken as such.
//
// # What it does not give back
//
// The copy is lossy: eventTime is cut to what the column holds, members that
// no column has are gone, and everything in unmapped is text. A record from a
// log file is always the better copy, and a caller that has both uses that.
//
// # Damage
//
// Rows are handed out as they are read, so those before a damage are kept.
// Columns are read by the Arrow library's column readers, one after the other
// on the caller's goroutine: the library panics on some damaged files, and its
// readers of whole tables do so on goroutines of their own, where nobody could
// catch it. Here it is caught, and is a damage like any other. Memory for one
// file is bounded by [maxFile] for its bytes and [maxMemory] for what they
// decode to.
package securitylake

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// Limits on one file. A Security Lake object holds minutes of one region.
const (
	// maxFile bounds a file's bytes: its directory is at its end, so it is
	// held whole.
	maxFile = 256 << 20
	// maxMemory bounds what is decoded of it at a time, since pages claim
	// their own size.
	maxMemory = 512 << 20
)

// Row is one CloudTrail record. Record is JSON.
type Row struct {
	Record []byte
	Index  int // zero-based, among all rows of the file
}

// Result is what a file held.
type Result struct {
	Rows  int // CloudTrail's
	Other int // of other sources
}

// ErrLimit ends a file that passes a limit.
var ErrLimit = errors.New("the Parquet file is over a limit")

// ErrDamage is a file that is not whole, or not Parquet.
var ErrDamage = errors.New("the Parquet file is damaged")

// Read hands out the CloudTrail rows of a file, in its order. The Result
// counts what was handed out before an error too. Errors are [ErrLimit],
// [ErrDamage], or what src fails with.
func Read(src io.Reader, emit func(Row)) (res Result, err error) {
	data, err := io.ReadAll(io.LimitReader(src, maxFile+1))
	switch {
	case err != nil:
		return res, err
	case len(data) > maxFile:
		return res, fmt.Errorf("%w: more than %d bytes", ErrLimit, maxFile)
	}
	r := &reader{emit: emit}
	err = r.guarded(data)
	return r.res, err
}

type reader struct {
	emit func(Row)
	res  Result
}

// guarded reads, and takes a panic of the Arrow library for what it is: its
// answer to a file that contradicts itself.
func (r *reader) guarded(data []byte) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case overLimit:
			err = fmt.Errorf("%w: it decodes to more than %d bytes", ErrLimit, maxMemory)
		default:
			err = fmt.Errorf("%w: %v", ErrDamage, p)
		}
	}()
	if err := r.file(data); err != nil {
		return fmt.Errorf("%w: %w", ErrDamage, err)
	}
	return nil
}

func (r *reader) file(data []byte) error {
	mem := &bounded{left: maxMemory}
	pq, err := file.NewParquetReader(bytes.NewReader(data), file.WithReadProps(parquet.NewReaderProperties(mem)))
	if err != nil {
		return err
	}
	defer func() { _ = pq.Close() }() // it was only read
	leaves := leavesOf(pq.MetaData().Schema)
	for i := range pq.NumRowGroups() {
		group := pq.RowGroup(i)
		if !leaves.cloudTrail() {
			r.res.Other += int(group.NumRows())
			continue
		}
		if err := r.group(group, leaves, mem); err != nil {
			return fmt.Errorf("row group %d: %w", i, err)
		}
	}
	return nil
}

func (r *reader) group(group *file.RowGroupReader, leaves leaves, mem *bounded) error {
	cursors, err := open(group, leaves, mem)
	if err != nil {
		return err
	}
	for n := int64(0); n < group.NumRows(); n++ {
		row := row{}
		for _, c := range cursors {
			if row[c.name], err = c.next(); err != nil {
				return fmt.Errorf("row %d, column %q: %w", n, c.name, err)
			}
		}
		r.take(row)
	}
	return nil
}

// take hands a row out where it is CloudTrail's.
func (r *reader) take(row row) {
	index := r.res.Rows + r.res.Other
	if !row.cloudTrail() {
		r.res.Other++
		return
	}
	r.res.Rows++
	r.emit(Row{row.record(), index})
}
