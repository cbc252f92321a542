package container

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// stream reads the further values of a stream. Values of another kind are
// counted and passed over; a log file among them is not a stream's content,
// and is not taken as evidence.
func (r *Reader) stream() error {
	for r.dec.PeekKind() != jsontext.KindInvalid {
		raw, err := r.dec.ReadValue()
		if err != nil {
			return err
		}
		r.outer = len(raw)
		switch r.classify(raw, r.offset()-int64(len(raw)), 0) {
		case unknown:
			r.foreign++
		case logFile:
			r.strayLog()
		}
		r.limit.left = maxValue
	}
	if _, err := r.dec.ReadToken(); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return r.endOfStream()
}

// strayLog refuses a log file behind other values.
func (r *Reader) strayLog() {
	r.degrade(custody.Partial)
	r.warn(custody.KindTrailingJSON, "a log file stands inside a stream of events, at inflated offset %d; it is not taken as evidence", r.offset())
}

// endOfStream says what of the stream was of no use.
func (r *Reader) endOfStream() error {
	if r.index == 0 && !r.known {
		return errNotEvidence
	}
	if r.foreign > 0 {
		r.warn(custody.KindNotEvidence, "%d other values stand among the events and are no evidence", r.foreign)
	}
	return nil
}
