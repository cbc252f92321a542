// Package container recognises what an object holds, by content and never by
// name, and hands out its evidence item by item.
//
// # Shapes
//
//	{"Records":[{…}]}                     CloudTrail log file
//	{"digestS3Object":…}                  CloudTrail digest file
//	{"detail-type":…,"detail":{…}} …      EventBridge events, one or many, back to back:
//	                                      instance state changes, volume events, and
//	                                      API calls with the CloudTrail record as detail
//
// An EventBridge stream is any number of JSON values one after the other, with
// or without white space between, as Amazon Data Firehose writes them. A log
// file is one value: whatever follows it, in the same gzip member or in
// another, is never taken as evidence, since a forged record appended to a
// genuine file looks exactly like this. Several gzip members that together
// make the one value are read whole.
//
// # Damage
//
// Items are handed out as they are met, so whole records before a damage are
// kept. The [Result] says what state the object ended in and why. A UTF-8 byte
// order mark is passed over and said.
//
// Memory is bounded by the largest single value, at most [MaxValue].
package container

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
)

// MaxValue is the largest single record or envelope held in memory, in bytes.
// CloudTrail's own limit is 256 KB, or 1 MB for enriched events; an object
// with a larger value is read up to it and is then partial.
const MaxValue = 16 << 20

// Class is what an item is.
type Class uint8

// The classes of items.
const (
	Record      Class = iota // an element of a Records array or the detail of an API call: a CloudTrail record, if the decoder agrees
	StateChange              // an EventBridge EC2 Instance State-change Notification
	VolumeEvent              // an EventBridge EBS Volume Notification
	Digest                   // a CloudTrail digest file
)

// Item is one piece of evidence. Raw is valid until the function it is given
// to returns.
type Item struct {
	Class  Class
	Raw    []byte
	Index  int   // zero-based position among the object's items
	Offset int64 // of Raw's first byte in the inflated object
}

// Result says what became of an object. Warnings name no object; the caller
// knows it.
type Result struct {
	State    custody.State
	Items    int
	NotJSON  bool // skipped, and not even JSON text
	Warnings []custody.Warning
}

// Reader reads objects one after another. It is not safe for concurrent use.
type Reader struct {
	inflate *inflate.Reader
	text    *bufio.Reader
	limit   limited
	dec     *jsontext.Decoder
	base    int64 // inflated offset of the decoder's first byte
	index   int
	foreign int  // values of an event stream that are of no use
	whole   bool // the log file's value was read to its end
	emit    func(Item)
	res     Result
}

const textBuffer = 64 << 10

// NewReader makes a Reader.
func NewReader() *Reader {
	r := &Reader{inflate: inflate.NewReader()}
	r.text = bufio.NewReaderSize(r.inflate, textBuffer)
	r.dec = jsontext.NewDecoder(&r.limit)
	return r
}

// Stored is the number of stored bytes taken from the last object.
func (r *Reader) Stored() int64 { return r.inflate.Stored() }

// Inflated is the number of inflated bytes of the last object.
func (r *Reader) Inflated() int64 { return r.inflate.Inflated() }

// Gzipped reports whether the last object was gzip.
func (r *Reader) Gzipped() bool { return r.inflate.Gzipped() }

// Read hands out the items of one object. It returns an error only where the
// storage failed, wrapped in an [*inflate.Error]; all else is in the Result.
func (r *Reader) Read(src io.Reader, emit func(Item)) (Result, error) {
	r.inflate.Reset(src)
	r.text.Reset(r.inflate)
	r.res, r.index, r.base, r.whole, r.emit = Result{}, 0, 0, false, emit
	r.foreign = 0
	r.skipBOM()
	r.limit = limited{r: r.text, left: MaxValue}
	r.dec.Reset(&r.limit, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	err := r.object()
	r.res.Items = r.index
	var damage *inflate.Error
	if errors.As(err, &damage) && damage.Damage == inflate.Storage {
		return r.res, damage
	}
	if err != nil {
		r.spoil(err)
	}
	return r.res, nil
}

func (r *Reader) skipBOM() {
	if head, _ := r.text.Peek(3); string(head) == "\xef\xbb\xbf" {
		_, _ = r.text.Discard(3)
		r.base = 3
		r.warn(custody.KindBOM, "a UTF-8 byte order mark stands before the JSON text")
	}
}

func (r *Reader) warn(kind custody.Kind, format string, args ...any) {
	r.res.Warnings = append(r.res.Warnings, custody.Warning{Kind: kind, Detail: fmt.Sprintf(format, args...)})
}

// offset is the inflated offset behind the last token or value.
func (r *Reader) offset() int64 { return r.base + r.dec.InputOffset() }

func (r *Reader) give(class Class, raw []byte, offset int64) {
	r.emit(Item{Class: class, Raw: raw, Index: r.index, Offset: offset})
	r.index++
	r.limit.left = MaxValue
}

// errTooLong ends an object whose next value is over the limit.
var errTooLong = fmt.Errorf("a single value is larger than %d MiB", MaxValue>>20)

// limited bounds what the decoder may hold: it is refilled at each value.
type limited struct {
	r    io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLong
	}
	if len(p) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err
}
