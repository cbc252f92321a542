package ingest

import (
	"errors"
	"fmt"
	"io"

	"grantrail/ingest/archive"
	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/inflate"
	"grantrail/ingest/record"
)

// body is one run of bytes on its way through the worker: an object, or a
// member of an archive, which is told of under the name "archive!/member".
type body struct {
	name   string // as warnings say it
	member int    // in result.members, from 1; 0 is the object itself
	depth  int    // archives around it

	// of the result, when this began
	seen, notifications int
}

// take reads one body and leaves its state in the result.
func (w *worker) take(b body, src io.Reader, budget *archive.Budget) {
	b.seen, b.notifications = w.res.records.Seen, w.res.other.Notifications
	w.body = b
	reader := w.reader(b.depth)
	reader.Meter(nil)
	sum := w.sum(b.depth)
	reader.Hash(sum)
	claim := len(w.res.files)
	if budget != nil {
		reader.Meter(budget.Spend)
	}
	got, err := reader.Read(src, w.item)
	w.handOn()
	if got.Parsed {
		w.res.other.Parsed++
	}
	w.res.state = got.State
	for _, warning := range got.Warnings {
		w.warn(nil, warning.Kind, warning.Detail)
	}
	switch {
	case err != nil:
		w.failed(err, got, reader)
	case got.Archive == container.Parquet:
		w.lake(reader.Text())
	case got.Archive != container.NoArchive:
		w.unpack(got.Archive, reader.Text(), budget)
	default:
		w.review(got, reader)
	}
	// How much was read for this, and not what is read on to be hashed: the figures
	// of a damaged body are the same whoever asks for its hash.
	w.res.inflated += reader.Inflated()
	if b.depth == 0 {
		w.res.stored = reader.Stored()
	}
	w.file(b, got, reader, sum, claim, err)
}

// reader is the reader for bodies inside so many archives; the ones around
// them are in use.
func (w *worker) reader(depth int) *container.Reader {
	for len(w.readers) <= depth {
		r := container.NewReader(record.Vocabulary)
		if w.opt.StreamOnly {
			r.StreamOnly()
		}
		w.readers = append(w.readers, r)
	}
	return w.readers[depth]
}

// unpack takes the members of an archive. The object stays one: its state is
// what they come to.
func (w *worker) unpack(kind container.Archive, text io.Reader, budget *archive.Budget) {
	outer := w.body
	if outer.depth >= archive.MaxDepth {
		w.settle(custody.Unread, custody.KindArchive, fmt.Sprintf("an archive inside %d others is not read", outer.depth))
		return
	}
	if budget == nil {
		budget = w.opt.budget()
	}
	var states custody.Objects
	visit := func(name string, member io.Reader) {
		name = outer.name + "!/" + name
		w.res.members = append(w.res.members, name)
		w.take(body{name: name, member: len(w.res.members), depth: outer.depth + 1}, member, budget)
		states.Count(w.res.state)
	}
	walk := archive.Zip
	if kind == container.Tar {
		walk = archive.Tar
	}
	err := walk(text, budget, visit)
	w.body = outer
	w.res.state = together(states)
	switch {
	case err != nil:
		w.broken(err, states)
	case states.Listed == 0:
		w.settle(custody.Skipped, custody.KindNotEvidence, "an archive without files")
	}
}

// together is the state of an archive whose members ended in these.
func together(o custody.Objects) custody.State {
	switch {
	case o.Partial > 0 || o.Unread > 0 && o.Read > 0:
		return custody.Partial
	case o.Unread > 0:
		return custody.Unread
	case o.Read > 0:
		return custody.Read
	}
	return custody.Skipped
}

// broken takes a fault of the archive itself: the members behind it are lost.
func (w *worker) broken(err error, states custody.Objects) {
	state, kind := custody.Unread, custody.KindArchive
	if states.Read+states.Partial > 0 {
		state = custody.Partial
	}
	var below *inflate.Error
	if errors.As(err, &below) {
		if kind = container.KindOf(below.Damage); below.Damage == inflate.Storage {
			kind = storageKind(below)
		}
	}
	w.settle(state, kind, fmt.Sprintf("the archive breaks off after %d members: %v", states.Listed, err))
}
