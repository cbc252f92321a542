// Package container recognises what an object holds, by content and never by
// name, and hands out its evidence item by item.
//
// # Shapes
//
// One value, behind which nothing is evidence:
//
//	{"Records":[{…}]}                     CloudTrail log file, console event history; or SQS and
//	                                      SNS messages as Lambda has them, see Envelopes
//	{"digestS3Object":…}                  CloudTrail digest file
//	[…,…]                                 an array of any of the values below
//
// Values of which any number follow each other, mixed, with or without white
// space between: JSON Lines, and what Amazon Data Firehose writes:
//
//	{"eventVersion":…,"eventName":…}      a bare CloudTrail record
//	{"Events":[{"CloudTrailEvent":"…"}]}  aws cloudtrail lookup-events, or its events alone;
//	                                      the record is the text inside
//	{"detail-type":…,"detail":{…}}        EventBridge: instance state changes, volume events,
//	                                      Config items, and API calls with the record as detail
//	{"logEvents":[{"message":"…"}]}       CloudWatch Logs subscription, and "events" of
//	                                      aws logs filter-log-events; control messages are skipped
//	{"awslogs":{"data":"…"}}              the same as Lambda has it: gzip in base64
//	{"configurationItems":[{…}]}          AWS Config history, snapshot and its API's output
//	{"configurationItem":{…}}             AWS Config notification; or an item alone, known by
//	                                      configurationItemCaptureTime and resourceType
//	{"Reservations":[{"Instances":[…]}]}  aws ec2 describe-instances, or a reservation alone
//
// Lines, known by the first:
//
//	2026-03-02T10:20:31.000Z {…}          CloudWatch Logs export to S3
//
// Files of files and of rows, named in [Result.Archive] and left to the caller:
// zip by its first bytes "PK\x03\x04", tar by "ustar" at offset 257 or by the
// checksum of its first header, Parquet by "PAR1", of the inflated text.
//
// A log file is one value: whatever follows it, in the same gzip member or in
// another, is never taken as evidence, since a forged record appended to a
// genuine file looks exactly like this. Several gzip members that together
// make the one value are read whole. Text that inflates to gzip once more, as
// CloudWatch Logs through Firehose can be, is inflated twice and no deeper.
//
// # Envelopes
//
// Any of the values can come as text in a message: {"Type":"Notification",
// "Message":"…"} of SNS, {"Messages":[{"Body":"…"}]} of SQS, and elements of
// Records with "body" or "Sns" of Lambda, one inside the other. A message is
// opened only where evidence is in it; otherwise it is what it was, another
// service's. The offset of an item is that of the outermost value.
//
// # Damage
//
// Items are handed out as they are met, so whole records before a damage are
// kept. The [Result] says what state the object ended in and why. A UTF-8 byte
// order mark is passed over and said.
//
// # Scan
//
// The records of a gzip log file are found on raw bytes, by package scan, and
// only those that the caller is not sure of are parsed. Where the scan itself
// has doubts, the parser takes over from the record at hand, and says what is
// wrong, if anything is. Text that was not compressed has no checksum: it is
// left to the parser from the beginning. Damage that leaves brackets, strings
// and the top level of a record whole, inside a value that nobody asks for, is
// met by the parser and not by the scan; but no record is lost in it.
//
// Memory is bounded by the largest single value, at most [maxValue].
package container

import (
	"bufio"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
	"grantrail/ingest/scan"
)

// maxValue is the largest single record or envelope held in memory, in bytes.
// CloudTrail's own limit is 256 KB, or 1 MB for enriched events; an object
// with a larger value is read up to it and is then partial.
const maxValue = 16 << 20

// Class is what an item is.
type Class uint8

// The classes of items.
const (
	Record      Class = iota // a CloudTrail record, if the decoder agrees
	StateChange              // an EventBridge EC2 Instance State-change Notification
	VolumeEvent              // an EventBridge EBS Volume Notification
	Digest                   // a CloudTrail digest file
	ConfigItem               // an AWS Config configuration item
	Reservation              // a reservation of saved describe-instances output: instances of one owner
)

// Item is one piece of evidence. Raw is valid until the function it is given
// to returns.
type Item struct {
	Class  Class
	Raw    []byte
	Index  int   // zero-based position among the object's items
	Offset int64 // in the inflated object, of Raw or of the outermost envelope around it
	Length int   // of the same, in bytes
	Nested bool  // there may be such an envelope

	// Members are the top-level members of a record that no parser has read,
	// as package scan found them; nil of any other.
	Members *scan.Members
}

// Result says what became of an object. Warnings name no object; the caller
// knows it.
type Result struct {
	State    custody.State
	Items    int
	NotJSON  bool   // skipped, and not even JSON text
	Suspect  bool   // skipped, and its first bytes look like CloudTrail's
	Packed   string // skipped, and packed in this, which is not read
	Archive  Archive
	LogFile  bool // a CloudTrail log file, or the beginning of one
	Parsed   bool // one whose records the parser found, or some of them: the scan was not sure
	Warnings []custody.Warning
}

// Reader reads objects one after another. It is not safe for concurrent use.
type Reader struct {
	inflate *inflate.Reader
	again   *inflate.Reader // of what was gzip inside gzip; nil until one is met
	plain   *inflate.Reader // the one of the two that gives the text
	once    *bufio.Reader   // the text of the first
	text    *bufio.Reader   // the text of plain
	limit   limited
	dec     *jsontext.Decoder
	base    int64 // inflated offset of the decoder's first byte
	index   int
	outer   int    // length of the outermost value at hand
	head    []byte // the first bytes of the text
	foreign int    // values that are of no use
	known   bool   // a shape of ours was met, if only an empty one
	whole   bool   // the one value was read to its end
	emit    func(Item) bool
	scan    *scan.Text
	window  window
	before  int // items given when the parser took over; -1 where it did not
	primed  int // tokens that the parser was given then, and that are not of the object
	spend   func(n int) error
	res     Result
}

const textBuffer = 64 << 10

// NewReader makes a Reader. The members of records that no parser has read are
// told by the names of a vocabulary; see [scan.Members].
func NewReader(vocabulary []string) *Reader {
	r := &Reader{inflate: inflate.NewReader(), scan: scan.NewText(vocabulary)}
	r.once = bufio.NewReaderSize(metered{r}, textBuffer)
	r.plain, r.text = r.inflate, r.once
	return r
}

// Meter has spend called with each count of inflated bytes of gzip. Its error ends the
// object as a failure of the storage. Nil stops that.
func (r *Reader) Meter(spend func(n int) error) { r.spend = spend }

// metered is the inflated text, counted.
type metered struct{ r *Reader }

func (m metered) Read(p []byte) (int, error) {
	n, err := m.r.inflate.Read(p)
	if m.r.spend != nil && m.r.inflate.Gzipped() {
		if over := m.r.spend(n); over != nil {
			return n, &inflate.Error{Damage: inflate.Storage, Err: over}
		}
	}
	return n, err
}

// StreamOnly leaves all objects to the streaming decoder of gzip; see package
// inflate.
func (r *Reader) StreamOnly() { r.inflate.StreamOnly() }

// Hash has the inflated bytes of objects written to h, from the next Read on;
// nil stops it. [Reader.Finish] sees to the rest of an object.
func (r *Reader) Hash(h hash.Hash) { r.inflate.Hash(h) }

// Finish inflates what Read left of an object, and reports whether it was
// sound to its end, and whether anything follows its first gzip member.
func (r *Reader) Finish() (whole, appended bool) {
	_, err := io.Copy(io.Discard, metered{r})
	var damage *inflate.Error
	trailing := errors.As(err, &damage) && damage.Damage == inflate.Trailing
	return err == nil, trailing || len(r.inflate.MemberStarts()) > 1
}

// Stored is the number of stored bytes taken from the last object.
func (r *Reader) Stored() int64 { return r.inflate.Stored() }

// Inflated is the number of inflated bytes of the last object.
func (r *Reader) Inflated() int64 { return r.plain.Inflated() }

// Gzipped reports whether the last object was gzip.
func (r *Reader) Gzipped() bool { return r.inflate.Gzipped() }

// NearlyGzipped reports whether the last object begins like damaged gzip.
func (r *Reader) NearlyGzipped() bool { return r.inflate.NearlyGzipped() }

// Read hands out the items of one object. Of a record that no parser has read
// emit says whether it is sure of it: if it is not, the record is parsed, and
// given to it once more where it is JSON. Read returns an error only where the
// storage failed, wrapped in an [*inflate.Error]; all else is in the Result.
func (r *Reader) Read(src io.Reader, emit func(Item) bool) (Result, error) {
	r.begin(src)
	r.res, r.index, r.base, r.emit = Result{}, 0, 0, emit
	r.foreign, r.known, r.whole, r.before = 0, false, false, -1
	if r.scanned() {
		r.res.Items, r.res.LogFile = r.index, true
		return r.res, nil
	}
	err := r.parsed()
	r.res.Items, r.res.Parsed = r.index, r.res.LogFile
	if damage := rootDamage(err); damage != nil && damage.Damage == inflate.Storage {
		return r.res, damage
	}
	if err != nil {
		r.spoil(err)
	}
	return r.res, nil
}

// parsed reads an object by the parser, or what the scan left of it.
func (r *Reader) parsed() error {
	if r.before >= 0 {
		return r.resume()
	}
	r.skipBOM()
	r.decode(r.text)
	return r.object()
}

// decode begins to parse text, by a new decoder: how one words a fault hangs on
// how large its buffer has grown, and that would hang on the objects before.
func (r *Reader) decode(text io.Reader) {
	r.limit = limited{r: text, left: maxValue}
	r.dec = jsontext.NewDecoder(&r.limit, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// begin opens an object, and once more where gzip is inside gzip.
func (r *Reader) begin(src io.Reader) {
	r.inflate.Reset(src)
	r.once.Reset(metered{r})
	r.plain, r.text = r.inflate, r.once
	if !r.inflate.Gzipped() || string(r.inflate.Peek(2)) != "\x1f\x8b" {
		return
	}
	if r.again == nil {
		r.again = inflate.NewReader()
	}
	r.again.Reset(r.once)
	r.plain, r.text = r.again, bufio.NewReaderSize(r.again, textBuffer)
}

// Text is the inflated text of the last object, from its beginning, where Read
// found an archive. It is valid until the next Read.
func (r *Reader) Text() io.Reader { return r.text }

// rootDamage is the damage that err comes from: of gzip inside gzip, the outer
// one's is what the inner one calls a failing storage.
func rootDamage(err error) *inflate.Error {
	var root *inflate.Error
	for at := root; errors.As(err, &at); err = at.Err {
		root = at
	}
	return root
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
	r.emit(Item{Class: class, Raw: raw, Index: r.index, Offset: offset, Length: r.outer, Nested: len(raw) != r.outer})
	r.index++
	r.limit.left = maxValue
}

// errTooLong ends an object whose next value is over the limit.
var errTooLong = fmt.Errorf("a single value is larger than %d MiB", maxValue>>20)

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
