package custody

// State is what became of one listed object.
type State uint8

// The states of an object. Every listed object ends in exactly one.
const (
	Read State = iota
	Partial
	Unread
	Skipped
	Duplicate
)

// Warning is one thing that the evidence withheld, with the place a person
// must look at.
type Warning struct {
	Object string `json:"object"` // the path as given, or the s3:// URI; of a member of an archive, archive!/member
	Record *int   `json:"record"` // zero-based position in the object's records; nil where none is meant
	Kind   Kind   `json:"kind"`
	Detail string `json:"detail"` // the reason in words
}

// Kind names a reason. Users filter by it: kinds are added, never renamed.
type Kind string

// Kinds that cost the whole object, or all of it behind the damage.
const (
	// KindEmpty is an object of no bytes.
	KindEmpty Kind = "empty"
	// KindVanished is an object that was listed and was gone when opened.
	KindVanished Kind = "vanished"
	// KindDenied is an object or a directory that may not be read.
	KindDenied Kind = "denied"
	// KindKeyDenied is an object whose KMS key may not be used.
	KindKeyDenied Kind = "denied-key"
	// KindArchived is an object in a storage class that must be restored first.
	KindArchived Kind = "archived"
	// KindChanged is an object that was another one when it was opened than
	// when it was listed.
	KindChanged Kind = "changed"
	// KindStalled is an object whose bytes stopped coming, also when asked again.
	KindStalled Kind = "stalled"
	// KindReadError is any other failure of the storage.
	KindReadError Kind = "read-error"
	// KindTooLarge is an object over --max-object-size.
	KindTooLarge Kind = "too-large"
	// KindGzipTruncated is a gzip stream that ends early.
	KindGzipTruncated Kind = "gzip-truncated"
	// KindGzipCorrupt is a gzip stream that cannot be inflated.
	KindGzipCorrupt Kind = "gzip-corrupt"
	// KindGzipChecksum is a gzip member whose CRC-32 or length disagrees.
	KindGzipChecksum Kind = "gzip-checksum"
	// KindNotGzip is an object named .gz that is neither gzip nor known text.
	KindNotGzip Kind = "not-gzip"
	// KindJSONTruncated is a JSON text that ends inside a value.
	KindJSONTruncated Kind = "json-truncated"
	// KindJSONSyntax is a JSON text that breaks the grammar.
	KindJSONSyntax Kind = "json-syntax"
	// KindRecordTooLarge is a single record over the limit held in memory.
	KindRecordTooLarge Kind = "record-too-large"
	// KindRecordsNull is a log file whose Records is null.
	KindRecordsNull Kind = "records-null"
	// KindRecordsType is a log file whose Records is not an array.
	KindRecordsType Kind = "records-type"
	// KindArchive is a zip or tar, or a member of one, that cannot be
	// unpacked or passes a limit.
	KindArchive Kind = "archive"
	// KindParquet is a Parquet file that is damaged or passes a limit.
	KindParquet Kind = "parquet"
	// KindPacked is an object compressed, or an archive, in a format that is
	// not read.
	KindPacked Kind = "packed"
	// KindUnrecognised is an object named like a log file, of another shape.
	KindUnrecognised Kind = "unrecognised"
)

// Kinds for what follows the evidence. It is never taken as evidence: a
// record forged behind a real file looks exactly like this.
const (
	// KindTrailingBytes is anything but a gzip member after a gzip member.
	KindTrailingBytes Kind = "trailing-bytes"
	// KindTrailingMember is a further gzip member after the JSON value ended.
	KindTrailingMember Kind = "trailing-member"
	// KindTrailingJSON is anything after the JSON value, in the same member.
	KindTrailingJSON Kind = "trailing-json"
)

// Kinds that cost nothing but are said.
const (
	// KindBOM is a UTF-8 byte order mark before the JSON text.
	KindBOM Kind = "byte-order-mark"
	// KindLink is a symbolic link met in a directory and not followed.
	KindLink Kind = "link"
	// KindNotRegular is a device, pipe or socket met in a directory.
	KindNotRegular Kind = "not-regular"
	// KindMarker is a key that stands for a folder and holds nothing.
	KindMarker Kind = "folder-marker"
	// KindNotEvidence is an object that is not CloudTrail evidence.
	KindNotEvidence Kind = "not-cloudtrail"
	// KindReplaced is an object whose content is another one than when an
	// earlier sweep read it under this name.
	KindReplaced Kind = "replaced"
	// KindNotification is an S3, SNS or SQS message that also says Records.
	KindNotification Kind = "notification"
	// KindDuplicateObject is an object that the sources name twice.
	KindDuplicateObject Kind = "duplicate-object"
	// KindConflict is an event ID seen with different content.
	KindConflict Kind = "conflicting-event"
	// KindSuperseded is an event that a later addendum replaces.
	KindSuperseded Kind = "superseded-event"
)

// Kinds that refuse one record; the object goes on.
const (
	// KindRecordType is a record, or a member the reader needs, of the wrong JSON type.
	KindRecordType Kind = "record-type"
	// KindRecordField is a record without eventTime, eventName or eventSource.
	KindRecordField Kind = "record-field-missing"
	// KindRecordTime is a record whose eventTime is no time, or an impossible one.
	KindRecordTime Kind = "record-time"
	// KindRecordNames is a record that says the same name twice: readers
	// differ on which one counts, so neither is believed.
	KindRecordNames Kind = "record-duplicate-name"
	// KindRecordsMore stands for the records behind the first thousand of an
	// object that a warning would be about.
	KindRecordsMore Kind = "records-more"
)
