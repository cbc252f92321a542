package ingest

import (
	"errors"

	"grantrail/ingest/container"
	"grantrail/ingest/custody"
	"grantrail/ingest/record"
)

// item counts one piece of evidence and keeps it where it can matter. It
// reports false of a record that has to be parsed first.
func (w *worker) item(it container.Item) bool {
	if it.Members != nil {
		return w.scanned(it)
	}
	switch it.Class {
	case container.Record:
		w.record(it)
	case container.StateChange:
		w.res.other.StateChanges++
		w.other(it, record.StateChanged)
	case container.VolumeEvent:
		w.res.other.VolumeEvents++
		w.other(it, record.VolumeFailed)
	case container.ConfigItem:
		w.res.other.ConfigItems++
		w.other(it, record.ConfigItemOf)
	case container.Reservation:
		w.reservation(it)
	case container.Digest:
		w.res.other.Digests++
		w.claim(it.Raw)
	}
	return true
}

// scanned takes a record that the scan found. Where its members show that it is only
// counted or exported, no parser sees it; otherwise the decoder reads it whole. It
// reports false where the decoder is not sure either: the caller has to parse.
func (w *worker) scanned(it container.Item) bool {
	head, sure := w.decoder.Scanned(it.Raw, it.Members)
	if !sure {
		head, sure, err := w.decoder.Read(it.Raw)
		if sure {
			w.decoded(head, err, it)
		}
		return sure
	}
	if w.opt.export != nil && !w.exportScanned(head, it) {
		return false
	}
	if !w.otherCategory(head.Category) {
		w.res.records.Seen++
		w.place(head)
	}
	return true
}

// record takes one CloudTrail record.
func (w *worker) record(it container.Item) {
	decode := w.decoder.ValidHead // what a list or a stream hands out was parsed
	if it.Nested {
		decode = w.decoder.Head
	}
	head, err := decode(it.Raw)
	w.decoded(head, err, it)
}

// decoded takes a record of which the decoder has read the head.
func (w *worker) decoded(head *record.Head, err error, it container.Item) {
	if record.IsForeign(err) {
		w.foreign(it.Index)
		return
	}
	if w.opt.export != nil && err == nil {
		w.export(head, it)
	}
	if head != nil && w.otherCategory(head.Category) {
		return
	}
	w.res.records.Seen++
	if err != nil {
		w.refuse(it.Index, err)
		return
	}
	w.place(head)
	if w.opt.account || !w.opt.holds(head.Time) {
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
	if w.res.records.Seen > w.body.seen {
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
	at := place{h.Account, h.Region}
	t := w.near
	if t == nil || at != t.place {
		if t = w.places[at]; t == nil {
			t = w.res.tally(at)
			w.places[at] = t
		}
		w.near = t
	}
	t.records++
	t.time(h.Time)
	if h.Reads() {
		t.reads++
	}
	switch {
	case h.IsKMS():
		if w.opt.holds(h.Time) { // a call behind the asked time belongs to a launch inside it
			t.kms++
			if w.opt.remember {
				t.kmsAt = append(t.kmsAt, h.Time.UnixNano())
			}
		}
	case h.IsLaunch():
		if w.opt.asked(h.Time) {
			t.launches++
			if w.opt.remember {
				t.launchedAt = append(t.launchedAt, h.Time.UnixNano())
			}
		}
	}
}

// other takes evidence that is no CloudTrail record.
func (w *worker) other(it container.Item, decode func([]byte) (*record.Event, error)) {
	event, err := decode(it.Raw)
	if err != nil {
		w.refuseOther(it.Index, err)
		return
	}
	if event != nil && w.opt.holds(event.Time) {
		w.keep(event, it)
	}
}

// reservation takes saved describe-instances output: one item, an event for
// each of its instances.
func (w *worker) reservation(it container.Item) {
	events, all, refused := record.Reservation(it.Raw)
	w.res.other.DescribeInstances += all
	for _, err := range refused {
		w.refuseOther(it.Index, err)
	}
	for _, e := range events {
		if w.opt.holds(e.Time) {
			w.keep(e, it)
		}
	}
}

// refuseOther refuses an item that is no CloudTrail record: it is named, and
// counted apart, since records.refused counts CloudTrail records.
func (w *worker) refuseOther(index int, err error) {
	w.res.other.Refused++
	var refusal *record.Refusal
	if errors.As(err, &refusal) {
		w.warn(&index, refusal.Kind, refusal.Detail)
		return
	}
	w.warn(&index, custody.KindRecordType, err.Error())
}

func (w *worker) keep(e *record.Event, it container.Item) {
	if e == nil || w.opt.account {
		return
	}
	e.Record, e.Offset, e.Length = it.Index, it.Offset, it.Length
	e.Nested = it.Nested
	e.Lossy = w.lossy
	w.res.events = append(w.res.events, kept{e, w.body.member})
}
