package ingest

import (
	"context"
	"io"

	"grantrail/ingest/custody"
)

// Store opens the objects of one kind of source. Open returns the stored
// bytes of the version that was listed. Its error is a [*Fault], or is sorted
// by errors.Is into [fs.ErrNotExist] (the object vanished), [fs.ErrPermission]
// (it may not be read) and others. It is called from several goroutines, and a
// body is read by one. Stores are compared with ==.
type Store interface {
	Open(ctx context.Context, o *Object) (io.ReadCloser, error)
}

// sessioned is a Store that opens objects more cheaply for a reader that opens many, one
// after another.
type sessioned interface {
	Store
	session() session
}

// session is one reader's with a store. It is not safe for concurrent use; the
// bodies that it opened are.
type session interface {
	Open(ctx context.Context, o *Object) (io.ReadCloser, error)
	Close()
}

// Fault is why a store cannot give an object, in the words of the account.
// Detail says what would help, where something does.
type Fault struct {
	Kind   custody.Kind
	Detail string
	Err    error
}

func (f *Fault) Error() string { return f.Detail }

// Unwrap gives the store's own error.
func (f *Fault) Unwrap() error { return f.Err }
