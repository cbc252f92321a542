package state

import (
	"encoding/json"
	"time"

	"grantrail/ingest/custody"
	"grantrail/ingest/digest"
	"grantrail/ingest/record"
)

// Known is what an object is known by, and what became of it.
type Known struct {
	Name     string
	Size     int64    // stored bytes, as listed
	Tag      string   // as listed, such as an ETag
	Modified int64    // as listed, nanoseconds since 1970; 0 where unknown
	Sum      [16]byte // first half of the SHA-256 of the stored bytes; zero where they could not all be read
	State    custody.State

	// Forgotten objects lie before the horizon: nothing but this is left.
	Forgotten bool
}

// removed is the state, in the last row of an object, of one that the state holds
// no longer.
const removed custody.State = 255

// Object is all that one object gave.
type Object struct {
	Known
	Stored, Inflated int64
	Seen, Refused    int // CloudTrail records
	Places           []Place
	Plain            *[32]byte // SHA-256 of the content, of a log file that is whole and nothing more

	Rest   Rest
	Events []Event

	hours []int64 // of all places
}

// Place is what an object holds of one account and region.
type Place struct {
	Account, Region               string
	First, Last                   time.Time // of its records
	Records, KMS, Launches, Reads int
	Hours                         []int64 // with records, since 1970, distinct
	KMSAt, LaunchedAt             Moments // of the records that KMS and Launches count
}

// Rest is what few objects have.
type Rest struct {
	Warnings []custody.Warning `json:"warnings,omitempty"`
	Other    *custody.Other    `json:"other,omitempty"`
	Members  []string          `json:"members,omitempty"` // of an archive
	Files    []File            `json:"files,omitempty"`   // for the digests, but for an ordinary log file
	Earlier  []Earlier         `json:"earlier,omitempty"` // contents that sweeps have read under this name before, the newest last
	Of       string            `json:"of,omitempty"`      // the digest whose signature it is
	Says     string            `json:"says,omitempty"`    // that signature
}

// Earlier is a content that an object had once and has no longer.
type Earlier struct {
	Size int64    `json:"size"`
	Sum  [16]byte `json:"sum"` // as that of [Known]
}

// File is a [digest.File]; a digest stands in it as its text.
type File struct {
	Name      string `json:"name"`
	Sum       []byte `json:"sum,omitempty"`
	Hashed    bool   `json:"hashed,omitempty"`
	Appended  bool   `json:"appended,omitempty"`
	Unread    string `json:"unread,omitempty"`
	Log       bool   `json:"log,omitempty"`
	Invalid   string `json:"invalid,omitempty"`
	Signature string `json:"signature,omitempty"`
	Text      string `json:"text,omitempty"`
}

// Event is an event and the member of an archive that it came from, from 1; 0
// is the object itself.
type Event struct {
	*record.Event
	Member int
}

// rest is the JSON of what few objects have, or nothing.
func (o *Object) rest() ([]byte, error) {
	r := &o.Rest
	if len(r.Warnings) == 0 && r.Other == nil && len(r.Members) == 0 && len(r.Files) == 0 && len(r.Earlier) == 0 && r.Of == "" {
		return nil, nil
	}
	return json.Marshal(r)
}

// Digest gives a file as the digests' judge wants it.
func (f *File) Digest() *digest.File {
	out := &digest.File{
		Name: f.Name, Hashed: f.Hashed, Appended: f.Appended, Unread: f.Unread,
		Log: f.Log, Invalid: f.Invalid, Signature: f.Signature,
	}
	copy(out.Sum[:], f.Sum)
	if f.Text != "" {
		d, err := digest.Parse([]byte(f.Text))
		if out.Digest = d; err != nil {
			out.Invalid = err.Error()
		}
	}
	return out
}
