package trailtest

import (
	"fmt"
	"path/filepath"
	"time"
)

// element is one entry of an object: a CloudTrail record, an event that
// EventBridge makes itself, or a raw JSON value.
type element struct {
	at   time.Time
	body any
	own  bool // EventBridge's own: not to be wrapped in an envelope
}

// builder is the state that lines leave behind for the lines below them.
type builder struct {
	number          int // of the line at hand, from 1
	account, region string
	defaults        map[string]string
	clock           time.Time // of the last record; relative times count from it
	files           []*file
	last            *element
	digests         []digests
	named           map[string]element // by id=, for "again"
	said            map[string]int     // how often a line was said, so that each is its own event
}

func newBuilder() *builder {
	return &builder{
		account:  "111122223333",
		region:   "eu-west-1",
		defaults: map[string]string{},
		named:    map[string]element{},
		said:     map[string]int{},
	}
}

func (b *builder) line(text string) error {
	l, err := split(text)
	if err != nil || l.verb == "" {
		return err
	}
	l.defaults = b.defaults
	switch l.verb {
	case "account", "region", "default", "file":
		b.setting(l)
	case "raw":
		b.raw(l)
	case "again":
		b.again(l)
	case "digests":
		b.newDigests(l)
	default:
		b.records(l)
	}
	if err := l.unasked(); err != nil {
		return fmt.Errorf("%s: %w", l.verb, err)
	}
	return nil
}

func (b *builder) setting(l *line) {
	switch l.verb {
	case "account":
		b.account = l.only("an account")
	case "region":
		b.region = l.only("a region")
	case "file":
		b.files = append(b.files, b.newFile(l))
	case "default":
		for name, v := range l.options {
			l.asked[name] = true
			b.defaults[name] = v
		}
	}
}

// only is the single argument of a setting.
func (l *line) only(what string) string {
	if len(l.args) == 0 {
		l.fail("%s is missing", what)
		return ""
	}
	first := l.args[0]
	l.args = l.args[1:]
	return first
}

// records runs a verb that writes records, and finishes what it made.
func (b *builder) records(l *line) {
	makes, ok := shape(l.verb)
	if !ok {
		l.fail("no such verb")
		return
	}
	e := b.entry(l)
	if l.err != nil {
		return
	}
	made := makes(e)
	if l.err != nil {
		return
	}
	for _, m := range made {
		m.finish(l)
		b.put(l, m)
	}
}

// raw puts any JSON value where a record would stand.
func (b *builder) raw(l *line) {
	v, err := decodeJSON([]byte(l.tail))
	if err != nil {
		l.fail("%w", err)
		return
	}
	b.put(l, element{at: b.clock, body: v, own: true})
}

// again puts an earlier record into the current object once more.
func (b *builder) again(l *line) {
	e, ok := b.named[l.opt("id")]
	if l.opt("id") == "" && b.last != nil {
		e, ok = *b.last, true
	}
	if !ok {
		l.fail("no such record above")
		return
	}
	// A copy, so that a merge does not reach back into the first one.
	e.body, _ = decodeJSON(appendJSON(nil, e.body))
	e.finish(l)
	b.put(l, e)
}

// finish applies what a line says about the bare record.
func (e *element) finish(l *line) {
	body, ok := e.body.(object)
	if !ok {
		return
	}
	body = merge(body, l.patch)
	for _, path := range l.drops {
		var err error
		if body, err = edit(body, path); err != nil {
			l.fail("taking out %q: %w", path, err)
			return
		}
	}
	e.body = body
}

func (b *builder) put(l *line, e element) {
	if len(b.files) == 0 {
		b.files = append(b.files, b.newFile(&line{asked: map[string]bool{}}))
	}
	f := b.files[len(b.files)-1]
	if e.own && l.verb == "state" && f.kind != eventBridge {
		l.fail("needs an object opened with kind=eventbridge")
		return
	}
	f.elements = append(f.elements, e)
	b.clock, b.last = e.at, &e
	if id := l.options["id"]; id != "" {
		b.named[id] = e
	}
}

func (b *builder) trail() (*Trail, error) {
	t := &Trail{}
	taken := map[string]bool{}
	for i, f := range b.files {
		name := f.name(i)
		if taken[name] || !filepath.IsLocal(filepath.FromSlash(name)) {
			return nil, &ParseError{Line: f.line, Err: fmt.Errorf("file: the path %q is taken, or leads out of the archive", name)}
		}
		taken[name] = true
		data, err := f.encode()
		if err != nil {
			return nil, &ParseError{Line: f.line, Err: err}
		}
		t.Objects = append(t.Objects, Object{Path: name, Data: data})
	}
	for _, d := range b.digests {
		if err := d.sign(t); err != nil {
			return nil, &ParseError{Line: d.line, Err: err}
		}
	}
	return t, nil
}
