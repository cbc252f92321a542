package container

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
)

// afterValue looks at what stands behind a complete value. White space is part
// of the text. Anything else makes the object partial.
func (r *Reader) afterValue() error {
	r.whole = true
	end := r.offset()
	rest := io.MultiReader(bytes.NewReader(r.dec.UnreadBuffer()), r.text)
	buf := make([]byte, 32<<10)
	at, found := end, int64(-1)
	for {
		n, err := rest.Read(buf)
		if found < 0 {
			if i := bytes.IndexFunc(buf[:n], notSpace); i >= 0 {
				found = at + int64(i)
			}
		}
		at += int64(n)
		if err != nil {
			return r.trailing(end, found, at, err)
		}
	}
}

func notSpace(c rune) bool { return c != ' ' && c != '\t' && c != '\r' && c != '\n' }

// trailing says what was found behind the value that ended at end: where the
// first byte that is no white space stands, and how the stream ended.
func (r *Reader) trailing(end, found, size int64, err error) error {
	if found >= 0 {
		r.degrade(custody.Partial)
		starts := r.plain.MemberStarts()
		if i, _ := slices.BinarySearch(starts, end); i > 0 && i < len(starts) && starts[i] <= found {
			r.warn(custody.KindTrailingMember, "%d inflated bytes follow the JSON value, in a gzip member appended behind it; they are not taken as evidence", size-found)
		} else {
			r.warn(custody.KindTrailingJSON, "%d bytes follow the JSON value at inflated offset %d; they are not taken as evidence", size-found, found)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	var broken *inflate.Error
	if errors.As(err, &broken) && broken.Member > 0 && r.plain.MemberStarts()[broken.Member] >= end &&
		(broken.Damage == inflate.Truncated || broken.Damage == inflate.Corrupt || broken.Damage == inflate.Checksum) {
		r.degrade(custody.Partial)
		r.warn(custody.KindTrailingMember, "a gzip member appended behind the JSON value is itself damaged: %v", broken)
		return nil
	}
	return err
}

// spoil turns what ended the reading into a state and a warning.
func (r *Reader) spoil(err error) {
	broken := rootDamage(err)
	var syntax *jsontext.SyntacticError
	switch {
	case broken != nil:
		r.degrade(r.damaged())
		r.warn(damageKind[broken.Damage], "%v", broken)
	case errors.Is(err, errEmpty):
		r.degrade(custody.Unread)
		r.warn(custody.KindEmpty, "%v", err)
	case errors.Is(err, errNotEvidence):
		if broken := r.restDamaged(); broken != nil {
			r.spoil(broken) // what it was nobody knows
			return
		}
		r.degrade(custody.Skipped)
		r.res.Suspect, r.res.Packed = suspect(r.head), packing(r.head)
		r.warn(custody.KindNotEvidence, "%v", err)
	case errors.Is(err, errTooLong):
		r.degrade(r.damaged())
		r.warn(custody.KindRecordTooLarge, "%v, at inflated offset %d", err, r.offset())
	case errors.Is(err, io.ErrUnexpectedEOF):
		r.degrade(r.damaged())
		r.warn(custody.KindJSONTruncated, "the JSON text ends inside a value, after %d whole records, at inflated offset %d", r.index, r.plain.Inflated())
	case errors.As(err, &syntax):
		r.degrade(r.damaged())
		r.warn(custody.KindJSONSyntax, "the JSON text breaks off after %d whole records: %v", r.index, r.placed(syntax))
	default:
		r.degrade(r.damaged())
		r.warn(custody.KindReadError, "%v", err)
	}
}

// restDamaged reads what is left of a gzip object that seems to be of no use, and
// gives the damage that may be why.
func (r *Reader) restDamaged() error {
	if !r.plain.Gzipped() {
		return nil
	}
	_, err := io.Copy(io.Discard, r.text)
	if broken := rootDamage(err); broken != nil && broken.Damage != inflate.Trailing {
		return broken
	}
	return nil
}

var damageKind = map[inflate.Damage]custody.Kind{
	inflate.Truncated: custody.KindGzipTruncated,
	inflate.Corrupt:   custody.KindGzipCorrupt,
	inflate.Checksum:  custody.KindGzipChecksum,
	inflate.Trailing:  custody.KindTrailingBytes,
}

// KindOf is the kind of warning that a damage is.
func KindOf(d inflate.Damage) custody.Kind { return damageKind[d] }

// damaged is the state of an object that broke off: partial where something
// whole was had before.
func (r *Reader) damaged() custody.State {
	if r.index > 0 || r.known || r.whole {
		return custody.Partial
	}
	return custody.Unread
}

// degrade sets the state, never to a better one.
func (r *Reader) degrade(s custody.State) {
	if r.res.State == custody.Read || s == custody.Unread {
		r.res.State = s
	}
}
