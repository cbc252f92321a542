package container

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"sync"

	"github.com/go-json-experiment/json/jsontext"

	"grantrail/ingest/custody"
)

// exportLine is how CloudWatch Logs writes an event when it exports to S3: the
// time of ingestion, a space, the message.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
var exportLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\d{4}-\d\d-\d\dT[\d:.]+Z \{`) })

// lineStart is more than a time and a brace take.
const lineStart = 40

// startsLine reports whether the object is such an export.
func (r *Reader) startsLine() bool {
	head, _ := r.text.Peek(lineStart)
	return exportLine().Match(head)
}

// lines reads an export line by line. A line that is damaged costs itself: the
// next begins at the next line end, whatever it holds.
func (r *Reader) lines() error {
	for {
		line, err := r.line()
		if len(bytes.TrimSpace(line)) > 0 {
			r.exported(line, err)
		}
		r.base += int64(len(line))
		if errors.Is(err, io.EOF) {
			return r.endOfStream()
		}
		if err != nil {
			return err
		}
	}
}

// line reads to the next line end, at most maxValue.
func (r *Reader) line() ([]byte, error) {
	var long []byte
	for {
		part, err := r.text.ReadSlice('\n')
		if err == nil && long == nil {
			return part, nil
		}
		long = append(long, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return long, err
		}
		if len(long) > maxValue {
			return nil, errTooLong
		}
	}
}

// exported takes one line; end is what ended it, nil where it ends in a line
// end.
func (r *Reader) exported(line []byte, end error) {
	at := exportLine().FindIndex(line)
	if at == nil {
		r.foreign++
		return
	}
	from := at[1] - 1
	message := jsontext.Value(bytes.TrimSpace(line[from:]))
	if !message.IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) {
		r.badLine(end)
		return
	}
	r.outer = len(message)
	if r.classify(message, r.base+int64(from), 1) == unknown {
		r.foreign++
	}
}

// badLine counts a line whose message is no JSON. Damage to the object itself
// is said by whoever meets it.
func (r *Reader) badLine(end error) {
	switch {
	case end == nil:
		r.degrade(r.damaged())
		r.warn(custody.KindJSONSyntax, "the line at inflated offset %d holds no JSON object; the lines behind it are read", r.base)
	case errors.Is(end, io.EOF):
		r.degrade(r.damaged())
		r.warn(custody.KindJSONTruncated, "the text ends inside a line, after %d whole records, at inflated offset %d", r.index, r.plain.Inflated())
	}
}
