package container

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// errNotEvidence ends an object that is well read and of no known shape.
var errNotEvidence = errors.New("not CloudTrail evidence")

// object reads a whole object: its first value decides the shape.
func (r *Reader) object() error {
	switch _, err := r.text.Peek(1); {
	case errors.Is(err, io.EOF):
		return errEmpty
	case err != nil:
		return err
	}
	if r.dec.PeekKind() != '{' {
		return r.notObject()
	}
	first, err := r.value()
	if err != nil {
		return err
	}
	switch first {
	case logFile, digest:
		return r.afterValue()
	case eventBridge:
		return r.stream()
	}
	return errNotEvidence
}

var errEmpty = errors.New("the object has no bytes")

// notObject tells broken or binary text from well-formed JSON of no use.
func (r *Reader) notObject() error {
	_, err := r.dec.ReadToken()
	var syntax *jsontext.SyntacticError
	r.res.NotJSON = errors.As(err, &syntax)
	if err == nil || errors.Is(err, io.EOF) || r.res.NotJSON {
		return errNotEvidence
	}
	return err
}

type shape uint8

const (
	unknown shape = iota
	logFile
	digest
	eventBridge
)

// value reads one top-level object. A Records array is handed out element by
// element; any other object is small, and is looked at member by member and
// handed out whole.
func (r *Reader) value() (shape, error) {
	start := r.offset()
	raw, err := r.peekMembers()
	if err != nil {
		return unknown, err
	}
	if raw == nil {
		return logFile, nil
	}
	return r.classify(raw, start), nil
}

// peekMembers reads an object's members until it proves to be a log file,
// which it then reads to the end, returning nil. Otherwise it returns the
// whole value.
func (r *Reader) peekMembers() ([]byte, error) {
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	raw, isLog := []byte{'{'}, false
	for r.dec.PeekKind() != '}' {
		name, err := r.dec.ReadValue()
		if err != nil {
			return nil, err
		}
		if isRecords(name) {
			if err := r.records(isLog); err != nil {
				return nil, err
			}
			isLog = true
			continue
		}
		raw = appendMember(raw, name)
		value, err := r.dec.ReadValue()
		if err != nil {
			return nil, err
		}
		raw = append(raw, value...)
		if isLog {
			raw = raw[:1] // members behind Records are not kept: only its elements count
			r.limit.left = MaxValue
		}
		if len(raw) > MaxValue {
			return nil, errTooLong
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return nil, err
	}
	if isLog {
		return nil, nil
	}
	return append(raw, '}'), nil
}

func appendMember(raw []byte, name jsontext.Value) []byte {
	if len(raw) > 1 {
		raw = append(raw, ',')
	}
	return append(append(raw, name...), ':')
}

func isRecords(name jsontext.Value) bool {
	b, err := jsontext.AppendUnquote(nil, name)
	return err == nil && string(b) == "Records"
}

// records hands out the elements of a Records array. Of two such arrays in
// one value only the first is evidence: readers differ on which one counts.
func (r *Reader) records(again bool) error {
	if again {
		r.degrade(custody.Partial)
		r.warn(custody.KindRecordNames, "the log file says Records twice; only the first is taken as evidence")
		return r.dec.SkipValue()
	}
	switch r.dec.PeekKind() {
	case '[':
	case 'n':
		r.warn(custody.KindRecordsNull, "Records is null: the log file has lost its records, or never had any")
		r.res.State = custody.Unread
		return r.dec.SkipValue()
	default:
		if err := r.dec.SkipValue(); err != nil {
			return err
		}
		r.warn(custody.KindRecordsType, "Records is not an array")
		r.res.State = custody.Unread
		return nil
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		r.give(Record, raw, r.offset()-int64(len(raw)))
	}
	_, err := r.dec.ReadToken()
	return err
}
