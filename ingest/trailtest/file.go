package trailtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	// Not the standard library's: its bytes may change with the Go release,
	// and these are pinned by go.mod.
	"github.com/klauspost/compress/gzip"
)

// eventBridge is a file of envelopes.
const eventBridge = "eventbridge"

// file is an object under construction.
type file struct {
	line            int // where it was opened
	path            string
	account, region string
	elements        []element

	pretty, plain, bom bool
	members            int
	order              string
	kind               string
	separator          string
}

func (b *builder) newFile(l *line) *file {
	f := &file{line: b.number, account: b.account, region: b.region}
	f.pretty, f.plain, f.bom = l.flag("pretty"), l.flag("plain"), l.flag("bom")
	f.members = l.number("members", 1)
	f.order = oneOf(l, "order", "", "name-first", "sorted")
	f.kind = oneOf(l, "kind", "cloudtrail", eventBridge, lake1, lake2)
	if oneOf(l, "sep", "none", "newline") == "newline" {
		f.separator = "\n"
	}
	if len(l.args) > 0 {
		f.path = l.only("a path")
	}
	return f
}

// oneOf is an option with a closed set of values; the first is the default.
func oneOf(l *line, name string, values ...string) string {
	v := l.optOr(name, values[0])
	if !slices.Contains(values, v) {
		l.fail("%s=%s is none of: %s", name, v, strings.TrimPrefix(strings.Join(values, ", "), ", "))
	}
	return v
}

// name is the path as given, or the one the service would choose: the stamp is
// the delivery, some minutes after the last event, and the tail means nothing.
func (f *file) name(ordinal int) string {
	if f.path != "" {
		return f.path
	}
	last := time.Unix(0, 0).UTC()
	for _, e := range f.elements {
		if e.at.After(last) {
			last = e.at
		}
	}
	delivered := last.Add(5 * time.Minute).Truncate(5 * time.Minute)
	seed := fmt.Sprint(f.account, f.region, ordinal, stamp(last))
	if f.isLake() {
		return f.lakeName(delivered, seed)
	}
	if f.kind == eventBridge {
		stream := fmt.Sprintf("state-changes-1-%s-%s.gz", delivered.Format("2006-01-02-15-04-05"), uuid(4, "stream", seed))
		return path.Join("eventbridge", delivered.Format("2006/01/02/15"), stream)
	}
	log := fmt.Sprintf("%s_CloudTrail_%s_%s_%s.json", f.account, f.region, delivered.Format("20060102T1504Z"), code(16, "object", seed))
	if !f.plain {
		log += ".gz"
	}
	return path.Join("AWSLogs", f.account, "CloudTrail", f.region, delivered.Format("2006/01/02"), log)
}

func (f *file) encode() ([]byte, error) {
	if f.isLake() {
		return f.lake()
	}
	text := f.text()
	if f.bom {
		text = append([]byte("\ufeff"), text...)
	}
	if f.plain {
		return text, nil
	}
	return deflate(text, f.members)
}

// text is the object before compression.
func (f *file) text() []byte {
	if f.kind == eventBridge {
		var stream []byte
		for _, e := range f.elements {
			stream = append(stream, f.layout(envelope(f.account, e))...)
			stream = append(stream, f.separator...)
		}
		return stream
	}
	records := list{}
	for _, e := range f.elements {
		records = append(records, arrange(e.body, f.order))
	}
	return f.layout(object{{"Records", records}})
}

func (f *file) layout(v any) []byte {
	text := appendJSON(nil, v)
	if !f.pretty {
		return text
	}
	return indented(text)
}

func indented(text []byte) []byte {
	var buf bytes.Buffer
	_ = json.Indent(&buf, text, "", "    ") // our own JSON is well formed
	return buf.Bytes()
}

// arrange puts the top-level fields of a record in another order. Tools that
// rewrite logs sort them; none may depend on it.
func arrange(body any, order string) any {
	record, ok := body.(object)
	if !ok || order == "" {
		return body
	}
	record = slices.Clone(record)
	slices.SortStableFunc(record, func(a, b member) int {
		if order == "sorted" {
			return strings.Compare(a.name, b.name)
		}
		return rank(a.name) - rank(b.name)
	})
	return record
}

func rank(name string) int {
	if name == "eventName" {
		return 0
	}
	return 1
}

// deflate compresses text as n gzip members of about equal length.
func deflate(text []byte, n int) ([]byte, error) {
	var buf bytes.Buffer
	for i := range n {
		w := gzip.NewWriter(&buf)
		if _, err := w.Write(text[len(text)*i/n : len(text)*(i+1)/n]); err != nil {
			return nil, fmt.Errorf("compressing: %w", err)
		}
		if err := w.Close(); err != nil {
			return nil, fmt.Errorf("compressing: %w", err)
		}
	}
	return buf.Bytes(), nil
}

// envelope wraps a record the way EventBridge carries it.
func envelope(account string, e element) any {
	record, ok := e.body.(object)
	if e.own || !ok {
		return e.body
	}
	source, _ := record.get("eventSource").(string)
	service, _, _ := strings.Cut(source, ".")
	title := "AWS API Call via CloudTrail"
	if record.get("eventType") == "AwsServiceEvent" {
		title = "AWS Service Event via CloudTrail"
	}
	return object{
		{"version", "0"},
		{"id", uuid(4, "envelope", string(appendJSON(nil, record)))},
		{"detail-type", title},
		{"source", "aws." + service},
		{"account", account},
		{"time", stamp(e.at)},
		{"region", record.get("awsRegion")},
		{"resources", list{}},
		{"detail", record},
	}
}
