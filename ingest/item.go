package ingest

import (
	"errors"

	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/record"
)

// item counts one piece of evidence and keeps it where it can matter.
func (w *worker) item(it container.Item) {
	switch it.Class {
	case container.Record:
		w.record(it)
	case container.StateChange:
		w.res.other.StateChanges++
		w.envelope(it)
	case container.VolumeEvent:
		w.res.other.VolumeEvents++
	case container.Digest:
		w.res.other.Digests++
	}
}

// record takes one element of a Records array.
func (w *worker) record(it container.Item) {
	head, err := w.decoder.Head(it.Raw)
	if record.IsForeign(err) {
		w.foreign(it.Index)
		return
	}
	if err == nil && w.otherCategory(head.Category) {
		return
	}
	w.res.records.Seen++
	if err != nil {
		w.refuse(it.Index, err)
		return
	}
	w.place(head)
	if !w.opt.holds(head.Time) {
		return
	}
	event, err := w.decoder.Event(it.Raw)
	if err != nil {
		w.refuse(it.Index, err)
		return
	}
	w.keep(event, it)
}

// foreign counts a message of another service. An object full of them gets one
// warning at its end; one among CloudTrail records gets its own.
func (w *worker) foreign(index int) {
	w.res.other.Notifications++
	if w.res.records.Seen > 0 {
		w.warn(&index, custody.KindNotification, "a message of another service among CloudTrail records")
	}
}

// otherCategory counts the records that CloudTrail writes beside events of
// management and data.
func (w *worker) otherCategory(category string) bool {
	switch category {
	case "Insight":
		w.res.other.Insights++
	case "NetworkActivity":
		w.res.other.NetworkActivity++
	case "Aggregated":
		w.res.other.Aggregated++
	default:
		return false
	}
	return true
}

func (w *worker) refuse(index int, err error) {
	w.res.records.Refused++
	var refusal *record.Refusal
	if errors.As(err, &refusal) {
		w.warn(&index, refusal.Kind, refusal.Detail)
		return
	}
	w.warn(&index, custody.KindRecordType, err.Error())
}

// place notes what account and region a record speaks for.
func (w *worker) place(h *record.Head) {
	w.res.span.Add(h.Time)
	at := place{h.Account, h.Region}
	t := w.res.places[at]
	if t == nil {
		t = &tally{}
		w.res.places[at] = t
	}
	t.records++
	t.span.Add(h.Time)
	if !w.opt.asked(h.Time) {
		return
	}
	switch {
	case h.IsKMS():
		t.kms++
	case h.IsLaunch():
		t.launches++
	}
}

// envelope takes an EventBridge event.
func (w *worker) envelope(it container.Item) {
	event, err := record.StateChanged(it.Raw)
	if err != nil {
		w.refuseOther(it.Index, err)
		return
	}
	if w.opt.holds(event.Time) {
		w.keep(event, it)
	}
}

// refuseOther refuses an item that is no CloudTrail record: it is named, and
// counted by the warning alone, since records.refused counts CloudTrail
// records.
func (w *worker) refuseOther(index int, err error) {
	var refusal *record.Refusal
	if errors.As(err, &refusal) {
		w.warn(&index, refusal.Kind, refusal.Detail)
	}
}

func (w *worker) keep(e *record.Event, it container.Item) {
	if e == nil {
		return
	}
	e.Object, e.Record, e.Offset = w.ordinal, it.Index, it.Offset
	w.res.events = append(w.res.events, e)
}
