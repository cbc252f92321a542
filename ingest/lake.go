package ingest

import (
	"errors"
	"fmt"
	"io"

	"grantrail/ingest/archive"
	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
	"grantrail/ingest/securitylake"
)

// lake takes a Parquet file: the rows that are CloudTrail's, as records. Rows
// have no bytes of their own, so their items have no offset and no length.
func (w *worker) lake(text io.Reader) {
	w.lossy = true
	got, err := securitylake.Read(text, func(row securitylake.Row) {
		w.record(container.Item{Class: container.Record, Raw: row.Record, Index: row.Index})
	})
	w.lossy = false
	w.handOn()
	w.res.other.LakeRows += got.Other
	switch {
	case err != nil:
		state := custody.Unread
		if got.Rows > 0 {
			state = custody.Partial
		}
		w.settle(state, lakeKind(err), fmt.Sprintf("reading stopped after %d rows: %v", got.Rows+got.Other, err))
	case got.Rows == 0:
		w.settle(custody.Skipped, custody.KindNotEvidence, fmt.Sprintf("not CloudTrail evidence: Parquet of %d rows, none of them CloudTrail's in OCSF", got.Other))
	default:
		w.res.state = custody.Read
	}
}

// lakeKind tells a file that is damaged from a storage, an archive or a gzip
// stream that failed below it.
func lakeKind(err error) custody.Kind {
	var fault *archive.Error
	var below *inflate.Error
	switch {
	case errors.Is(err, securitylake.ErrLimit), errors.Is(err, securitylake.ErrDamage):
		return custody.KindParquet
	case errors.As(err, &fault):
		return custody.KindArchive
	case errors.As(err, &below) && below.Damage != inflate.Storage:
		return container.KindOf(below.Damage)
	}
	return storageKind(err)
}
