// Package archive hands out the members of zip and tar archives, one after the
// other, as streams.
//
// # Promises
//
//   - Nothing is written anywhere, and a member's name is a label and never a
//     path: "../x" leads nowhere.
//   - Members come in the archive's own order: zip's central directory, tar's
//     sequence. Folders, links and devices have no bytes and are passed over.
//   - A bomb stops at a limit of the [Budget], and [errLimit] says so. What was
//     handed out before it stays.
//
// How a member is inflated further, and what it holds, is for the caller.
//
// Formats: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT and
// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
package archive

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Limits. An archive that passes one is read up to it and is then partial;
// unpacked, the same files can be read without one.
const (
	// maxMembers is a year of hourly files for thirty accounts.
	maxMembers = 1 << 18
	// maxInflated bounds the unpacked bytes of one archive and of all in it.
	maxInflated = 8 << 30
	// MaxDepth is how many archives can be inside each other.
	MaxDepth = 2
	// maxZip bounds a zip itself, which is held in memory: its directory is
	// at its end.
	maxZip = 512 << 20
)

// errLimit ends an archive that passes a limit.
var errLimit = errors.New("the archive is over a limit; unpack it to read all of it")

// Visit takes one member. Body is valid until it returns; its errors are
// [*Error].
type Visit func(name string, body io.Reader)

// Budget is what may still be read of an archive and of those inside it.
type Budget struct {
	Members int
	Bytes   int64
	Zip     int64 // the largest zip
}

// NewBudget is the limits in full.
func NewBudget() *Budget { return &Budget{maxMembers, maxInflated, maxZip} }

// member takes one more member.
func (b *Budget) member() error {
	if b.Members--; b.Members < 0 {
		return fmt.Errorf("%w: too many members", errLimit)
	}
	return b.left()
}

// Spend takes bytes that the caller inflated out of a member. Its error is an
// [*Error].
func (b *Budget) Spend(n int) error {
	b.Bytes -= int64(n)
	if err := b.left(); err != nil {
		return &Error{err}
	}
	return nil
}

func (b *Budget) left() error {
	if b.Bytes < 0 {
		return fmt.Errorf("%w: too many bytes", errLimit)
	}
	return nil
}

// Error is a fault of the archive, met while it or a member was read.
type Error struct{ Err error }

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the cause, which can be that of the storage below.
func (e *Error) Unwrap() error { return e.Err }

// metered spends the budget on what it reads.
type metered struct {
	r      io.Reader
	budget *Budget
}

func (m metered) Read(p []byte) (int, error) {
	if err := m.budget.left(); err != nil {
		return 0, &Error{err}
	}
	n, err := m.r.Read(p)
	m.budget.Bytes -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = &Error{err}
	}
	return n, err
}

// label makes a stranger's name fit to be shown.
func label(name string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, name)
}
