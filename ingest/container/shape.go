package container

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// errNotEvidence ends an object that is well read and of no known shape.
var errNotEvidence = errors.New("not CloudTrail evidence")

var errEmpty = errors.New("the object has no bytes")

// object reads a whole object: its first bytes decide how.
func (r *Reader) object() error {
	switch _, err := r.text.Peek(1); {
	case errors.Is(err, io.EOF):
		return errEmpty
	case err != nil:
		return err
	}
	r.noteHead()
	if r.res.Archive = archiveOf(r.text); r.res.Archive != NoArchive {
		return nil
	}
	if r.startsLine() {
		return r.lines()
	}
	switch r.dec.PeekKind() {
	case '{':
		return r.objects()
	case '[':
		return r.array()
	}
	return r.notObject()
}

// objects reads a value, and what may follow it: nothing behind a file of one
// value, more of the same in a stream.
func (r *Reader) objects() error {
	first, err := r.value()
	return r.behind(first, err)
}

// behind reads what may follow the first value.
func (r *Reader) behind(first shape, err error) error {
	if err != nil {
		return r.orNotEvidence(err)
	}
	switch first {
	case logFile, digest:
		return r.afterValue()
	case unknown:
		r.foreign++
	}
	return r.orNotEvidence(r.stream())
}

// orNotEvidence takes damage in text that held values and none of use for what
// it most likely is: text of no use.
func (r *Reader) orNotEvidence(err error) error {
	if err == nil || r.index > 0 || r.foreign == 0 || rootDamage(err) != nil {
		return err
	}
	return errNotEvidence
}

// array reads the elements of an array, which is one value.
func (r *Reader) array() error {
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return r.orNotEvidence(err)
		}
		r.outer = len(raw)
		if r.classify(raw, r.offset()-int64(len(raw)), 1) == unknown {
			r.foreign++
		}
		r.limit.left = maxValue
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	if err := r.endOfStream(); err != nil {
		return err
	}
	return r.afterValue()
}

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
	unknown  shape = iota
	logFile        // {"Records":[…]}, of which there is one in an object
	digest         // and of these too
	evidence       // anything else of use, of which a stream may have many
)

// value reads one top-level object. A list of evidence is handed out element
// by element; any other object is small, and is looked at member by member and
// handed out whole.
func (r *Reader) value() (shape, error) {
	start := r.offset()
	m := members{raw: []byte{'{'}}
	if _, err := r.dec.ReadToken(); err != nil {
		return unknown, err
	}
	return r.members(&m, start)
}

// members reads the members of a top-level object up to its end.
func (r *Reader) members(m *members, start int64) (shape, error) {
	for r.dec.PeekKind() != '}' {
		if err := r.member(m); err != nil {
			return unknown, err
		}
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return unknown, err
	}
	if m.found != unknown {
		return m.found, nil
	}
	r.outer = int(r.offset() - start)
	return r.classify(append(m.raw, '}'), start, 0), nil
}

// members is what is known of a top-level object while it is read.
type members struct {
	raw   []byte // those that are not lists of evidence, as an object without its end
	found shape
}

// member reads the next member.
func (r *Reader) member(m *members) error {
	name, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	if list := listNamed(name); list == recordsList || list != "" && r.dec.PeekKind() == '[' {
		return r.list(list, m)
	}
	m.raw = appendMember(m.raw, name)
	value, err := r.dec.ReadValue()
	if err != nil {
		return err
	}
	m.raw = append(m.raw, value...)
	if m.found != unknown {
		m.raw = m.raw[:1] // members behind the list are not kept: only its elements count
		r.limit.left = maxValue
	}
	if len(m.raw) > maxValue {
		return errTooLong
	}
	return nil
}

func appendMember(raw []byte, name jsontext.Value) []byte {
	if len(raw) > 1 {
		raw = append(raw, ',')
	}
	return append(append(raw, name...), ':')
}

// recordsList is the list of a log file, and of much else.
const recordsList = "Records"

// lists are the members that hold evidence in any number, so that a file of
// them is never held whole.
var lists = map[string]bool{
	recordsList:          true, // CloudTrail log file; SQS and SNS events as Lambda has them
	"Events":             true, // aws cloudtrail lookup-events
	"events":             true, // aws logs filter-log-events, get-log-events
	"logEvents":          true, // CloudWatch Logs subscription
	"configurationItems": true, // AWS Config history, snapshot, get-resource-config-history
	"Reservations":       true, // aws ec2 describe-instances
	"Messages":           true, // aws sqs receive-message
}

// listNamed is the name where it is one of the lists, and "" otherwise.
func listNamed(name jsontext.Value) string {
	b, err := jsontext.AppendUnquote(nil, name)
	if err != nil || !lists[string(b)] {
		return ""
	}
	return string(b)
}

// list reads a list of evidence. Of two in one value only the first is
// evidence: readers differ on which one counts.
func (r *Reader) list(name string, m *members) error {
	if m.found != unknown {
		r.degrade(custody.Partial)
		r.warn(custody.KindRecordNames, "one value has two lists of evidence, the second named %q; only the first is taken as evidence", name)
		return r.dec.SkipValue()
	}
	if name == recordsList {
		carriers, err := r.records()
		r.judge(m, carriers)
		return err
	}
	if name == "logEvents" && bytes.Contains(m.raw, []byte(`"CONTROL_MESSAGE"`)) {
		return r.dec.SkipValue()
	}
	before := r.index
	if _, err := r.dec.ReadToken(); err != nil {
		return err
	}
	empty := r.dec.PeekKind() == ']'
	for r.dec.PeekKind() != ']' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		r.outer = len(raw)
		if r.classify(raw, r.offset()-int64(len(raw)), 1) == unknown {
			r.foreign++
		}
		r.limit.left = maxValue
	}
	if r.index > before || empty && name != "Messages" && name != "events" {
		m.found, r.known = evidence, true
	}
	_, err := r.dec.ReadToken()
	return err
}

// judge says what a value with a Records array is.
func (r *Reader) judge(m *members, carriers bool) {
	if m.found = logFile; carriers {
		m.found, r.known = evidence, true // of which a stream may have many
	}
	r.res.LogFile = !carriers
}

// records hands out the elements of a Records array. All are handed out: what
// is no record there is for the decoder to say. It reports whether all were
// messages that carried evidence, as SQS and SNS hand them to Lambda: such a
// list is no log file.
func (r *Reader) records() (carriers bool, err error) {
	switch r.dec.PeekKind() {
	case '[':
	case 'n':
		r.warn(custody.KindRecordsNull, "Records is null: the log file has lost its records, or never had any")
		r.res.State = custody.Unread
		return false, r.dec.SkipValue()
	default:
		if err := r.dec.SkipValue(); err != nil {
			return false, err
		}
		r.warn(custody.KindRecordsType, "Records is not an array")
		r.res.State = custody.Unread
		return false, nil
	}
	if _, err := r.dec.ReadToken(); err != nil {
		return false, err
	}
	return r.recordsFrom(0)
}

// recordsFrom hands out the elements of a Records array up to its end, of which
// so many records came before.
func (r *Reader) recordsFrom(records int) (carriers bool, err error) {
	messages := 0
	for r.dec.PeekKind() != ']' {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return false, err
		}
		r.outer = len(raw)
		if r.message(raw, r.offset()-int64(len(raw))) {
			messages++
		} else {
			records++
		}
	}
	_, err = r.dec.ReadToken()
	return messages > 0 && records == 0, err
}

// message hands out an element of Records, and reports whether it was a
// message with evidence in it.
func (r *Reader) message(raw []byte, start int64) bool {
	if mayCarry(raw) {
		if f, ok := faceOf(raw); ok && f.isMessage() && !f.isRecord(false) && r.classify(raw, start, 1) != unknown {
			return true
		}
	}
	r.give(Record, raw, start)
	return false
}

// mayCarry reports whether an element of Records may be a message with
// evidence in it. It is asked of every record, so it only looks for a name,
// and for the end of it: a search for a quote begins anew at every quote. A letter of
// it may be escaped.
func mayCarry(raw []byte) bool {
	return bytes.Contains(raw, []byte(`body"`)) || bytes.Contains(raw, []byte(`Sns"`)) || bytes.Contains(raw, []byte(`\u00`))
}
