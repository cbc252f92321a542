package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"grantrail/ingest/archive"
	"grantrail/ingest/custody"
	"grantrail/ingest/table"
	"grantrail/ingest/trailtest"
)

// incident is the records of one story, as the service writes them.
func incident(t *testing.T) []json.RawMessage {
	t.Helper()
	trail, err := trailtest.Parse(strings.Replace(sound, "file b.json.gz", "file b.json.gz plain", 1))
	if err != nil {
		t.Fatal(err)
	}
	var log struct{ Records []json.RawMessage }
	if err := json.Unmarshal(trail.Objects[0].Data, &log); err != nil {
		t.Fatal(err)
	}
	return log.Records
}

// each puts every record through a format with one verb, and joins them.
func each(records []json.RawMessage, sep, format string, as func(json.RawMessage) string) string {
	var all []string
	for _, r := range records {
		all = append(all, fmt.Sprintf(format, as(r)))
	}
	return strings.Join(all, sep)
}

func bare(r json.RawMessage) string { return string(r) }

func quoted(r json.RawMessage) string {
	b, _ := json.Marshal(string(r)) // a string cannot fail
	return string(b)
}

func zipped(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s)) // into memory
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// member is a file of an archive.
type member struct{ name, data string }

func inZip(t *testing.T, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(m.data))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func inTar(t *testing.T, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		if err := w.WriteHeader(&tar.Header{Name: m.name, Size: int64(len(m.data)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(m.data))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// told is what the events of one file say, and the account of it.
func told(t *testing.T, opt Options, data string) ([]string, *Evidence) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "evidence")
	if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	listing, err := List(context.Background(), []string{file}, ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := Read(context.Background(), listing, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ev.Release)
	return said(ev.Table), ev
}

func said(tb *table.Table) []string {
	var rows []string
	for i := range tb.Len() {
		rec := tb.Origin(i).Record
		rows = append(rows, fmt.Sprint(rec, tb.Kind(i), tb.Time(i), tb.ID(i), tb.Name(i), tb.Region(i), tb.Account(i), tb.Request(i),
			tb.ErrorCode(i), tb.ErrorMessage(i), tb.Key(i), tb.Instances(i), tb.States(i), tb.Identity(i)))
	}
	return rows
}

// containers is the same incident told through every container.
func containers(t *testing.T) map[string]string {
	records := incident(t)
	log := `{"Records":[` + each(records, ",", "%s", bare) + `]}`
	batch := `{"messageType":"DATA_MESSAGE","logEvents":[` + each(records, ",", `{"id":"1","timestamp":1,"message":%s}`, quoted) + `]}`
	return map[string]string{
		"log file":     log,
		"gzip":         zipped(t, log),
		"array":        "[" + each(records, ",", "%s", bare) + "]",
		"lines":        each(records, "\n", "%s", bare),
		"back to back": each(records, "", "%s", bare),
		"lookup":       `{"Events":[` + each(records, ",", `{"EventId":"1","ReadOnly":"false","CloudTrailEvent":%s}`, quoted) + `]}`,
		"lookup lines": each(records, "\n", `{"EventId":"1","CloudTrailEvent":%s}`, quoted),
		"EventBridge":  each(records, "", `{"detail-type":"AWS API Call via CloudTrail","detail":%s}`, bare),
		"SNS":          each(records, "\n", `{"Type":"Notification","Message":%s}`, quoted),
		"SQS":          `{"Messages":[` + each(records, ",", `{"Body":%s}`, quoted) + `]}`,
		"Lambda":       `{"Records":[` + each(records, ",", `{"receiptHandle":"x","body":%s}`, quoted) + `]}`,
		"export":       each(records, "\n", "2026-03-02T10:20:31.000Z %s", bare),
		"subscription": batch,
		"twice zipped": zipped(t, zipped(t, batch)),
		"awslogs":      `{"awslogs":{"data":"` + base64.StdEncoding.EncodeToString([]byte(zipped(t, batch))) + `"}}`,
		"zip":          inZip(t, member{"notes.txt", "hello"}, member{"a/b.json", log}),
		"tar":          inTar(t, member{"../b.json.gz", zipped(t, log)}),
		"tar.gz":       zipped(t, inTar(t, member{"b.json", log})),
		"zip of tar":   inZip(t, member{"x.tar.gz", zipped(t, inTar(t, member{"b.json", log}))}),
	}
}

// TestSameIncident: the same incident told through every container gives the
// same events.
func TestSameIncident(t *testing.T) {
	all := containers(t)
	want, _ := told(t, Options{}, all["log file"])
	if len(want) != 4 {
		t.Fatalf("the story has %d events", len(want))
	}
	for name, data := range all {
		t.Run(name, func(t *testing.T) {
			got, ev := told(t, Options{}, data)
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if m := ev.Manifest; m.Objects.Read != 1 || m.Records.Seen != 4 || m.Records.Refused != 0 || len(ev.Objects) > 2 {
				t.Errorf("%+v %+v %v", m.Objects, m.Records, m.Warnings)
			}
		})
	}
}

// TestOneEvent: a record that reaches us through two containers is one event.
func TestOneEvent(t *testing.T) {
	var members []member
	for _, data := range containers(t) {
		members = append(members, member{"m", data})
	}
	got, ev := told(t, Options{}, inTar(t, members...))
	r := ev.Manifest.Records
	deep := 4 // the zip of a tar is one archive too deep inside another
	if len(got) != 4 || r.Kept != 4 || r.Conflicting != 0 || r.Duplicate != 4*len(members)-4-deep {
		t.Errorf("%d events, %+v, %v", len(got), r, ev.Manifest.Warnings)
	}
}

// old is a tar's first header as it was before there was a magic word in it.
func old(tar string) string {
	header := []byte(tar[:512])
	clear(header[257:])
	trailtest.Reseal(header)
	return string(header) + tar[512:]
}

// TestArchives: what a bad archive costs, and under which kind.
func TestArchives(t *testing.T) {
	log := `{"Records":[` + each(incident(t), ",", "%s", bare) + `]}`
	packed := inZip(t, member{"a.json", log}, member{"b.json", log})
	locked := []byte(packed)
	for at := 0; ; at++ { // the flags of both copies of each header
		i := bytes.Index(locked[at:], []byte("PK\x01\x02"))
		if i < 0 {
			break
		}
		at += i
		locked[at+8] |= 1
	}
	for _, c := range []struct {
		name, data string
		limits     archive.Budget
		state      custody.State
		kind       custody.Kind
		seen       int
	}{
		{"sound", packed, *archive.NewBudget(), custody.Read, "", 8},
		{"members", packed, archive.Budget{Members: 1, Bytes: 1 << 20, Zip: 1 << 20}, custody.Partial, custody.KindArchive, 4},
		{"bytes", inTar(t, member{"a.json", log}, member{"b.json", log}), archive.Budget{Members: 9, Bytes: 1024, Zip: 1}, custody.Partial, custody.KindArchive, 4},
		{"gzip bomb", inZip(t, member{"a.json.gz", zipped(t, log+strings.Repeat(" ", 1<<20))}), archive.Budget{Members: 9, Bytes: 256 << 10, Zip: 1 << 20}, custody.Partial, custody.KindArchive, 4},
		{"large zip", packed, archive.Budget{Members: 9, Bytes: 1 << 20, Zip: 100}, custody.Unread, custody.KindArchive, 0},
		{"cut zip", packed[:len(packed)-9], *archive.NewBudget(), custody.Unread, custody.KindArchive, 0},
		{"encrypted", string(locked), *archive.NewBudget(), custody.Unread, custody.KindArchive, 0},
		{"cut tar", inTar(t, member{"a.json", log})[:512+len(log)/2], *archive.NewBudget(), custody.Partial, custody.KindArchive, -1},
		{"bad member", inZip(t, member{"1_CloudTrail_x.json", "{"}, member{"b.json", log}), *archive.NewBudget(), custody.Partial, custody.KindJSONTruncated, 4},
		{"bzip2 member", inZip(t, member{"a.json.bz2", "BZh91AY&SY\x00"}, member{"b.json", log}), *archive.NewBudget(), custody.Partial, custody.KindPacked, 4},
		{"xz", "\xfd7zXZ\x00\x00\x04", *archive.NewBudget(), custody.Unread, custody.KindPacked, 0},
		{"zstd in gzip", zipped(t, "\x28\xb5\x2f\xfd\x00"), *archive.NewBudget(), custody.Unread, custody.KindPacked, 0},
		{"gzip in gzip in gzip", zipped(t, zipped(t, zipped(t, log))), *archive.NewBudget(), custody.Unread, custody.KindPacked, 0},
		{"a word that begins like bzip2", "BZhello", *archive.NewBudget(), custody.Skipped, custody.KindNotEvidence, 0},
		{"old tar", old(inTar(t, member{"a.json.gz", zipped(t, log)})), *archive.NewBudget(), custody.Read, "", 4},
		{"no old tar", strings.Replace(old(inTar(t, member{"a.json.gz", zipped(t, log)})), "a.json", "b.json", 1), *archive.NewBudget(), custody.Skipped, custody.KindNotEvidence, 0},
		{"no evidence", inZip(t, member{"a.txt", "hello"}), *archive.NewBudget(), custody.Skipped, custody.KindNotEvidence, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ev := told(t, Options{limits: &c.limits}, c.data)
			var want custody.Objects
			want.Count(c.state)
			m := ev.Manifest
			if m.Objects != want || c.seen >= 0 && m.Records.Seen != c.seen || c.seen < 0 && m.Records.Seen == 4 {
				t.Errorf("%+v, %d records, %v", m.Objects, m.Records.Seen, m.Warnings)
			}
			if c.kind == "" && len(m.Warnings) > 0 || c.kind != "" && (len(m.Warnings) == 0 || m.Warnings[0].Kind != c.kind) {
				t.Errorf("warnings are %v, want the first of kind %q", m.Warnings, c.kind)
			}
		})
	}
}
