package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/itchyny/gojq"

	"grantrail/analyze/incident"
	"grantrail/ingest/trailtest"
	"grantrail/report"
)

// TestExplainedLines runs the shell lines that explain prints: each prints
// exactly the record that it stands under. What they pipe into jq is run by a
// jq of the test's own, since not every machine has one, and by the machine's where
// it has: versions differ.
func TestExplainedLines(t *testing.T) {
	trail, err := trailtest.Parse(`
default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file "it's.json.gz" members=3 pretty
noise n=5 at=2026-03-02T09:00:00Z
start   at=2026-03-02T10:20:30Z instance=i-0aaa1111bbbb2222c request=r1
refused at=+1s request=r1 because=identity-missing
file plain.json plain bom
start   at=2026-03-03T10:20:30Z instance=i-0aaa1111bbbb2222c request=r2
file states.gz kind=eventbridge
state at=2026-03-02T10:20:45Z instance=i-0aaa1111bbbb2222c is=stopped`)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := trail.Write(dir); err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(t.TempDir(), "case.json")
	command(t, "investigate", dir, "--format", "json", "-o", saved)
	c, err := openCase(saved)
	if err != nil || len(c.Incidents) != 1 {
		t.Fatal(err)
	}
	lines := shown(command(t, "explain", saved, c.Incidents[0].ID))
	a := c.Incidents[0].Attempts[0]
	want := []incident.Ref{a.Launch.Ref, a.Denials[0].Ref, a.Instances[0].Stop.Ref}
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d: %q", len(lines), len(want), lines)
	}
	for i, line := range lines {
		checkLine(t, line, want[i])
	}
}

func command(t *testing.T, args ...string) string {
	t.Helper()
	stdout, stderr, code := ran(context.Background(), args...)
	if code != exitOK {
		t.Fatalf("grantrail %q ends with %d: %s", args, code, stderr)
	}
	return stdout
}

// shown are the lines under "show".
func shown(text string) (lines []string) {
	for _, l := range strings.Split(text, "\n") {
		if line, ok := strings.CutPrefix(strings.TrimSpace(l), "show "); ok {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func checkLine(t *testing.T, line string, want incident.Ref) {
	t.Helper()
	cut, program := piped(t, line)
	out, err := exec.Command("bash", "-c", cut).Output()
	if err != nil {
		t.Fatalf("%q: %v", cut, err)
	}
	got := jq(t, program, out)
	if len(got) != 1 {
		t.Fatalf("%q prints %d values of %.200q", line, len(got), out)
	}
	record, _ := got[0].(map[string]any)
	id, ok := record["eventID"].(string)
	if !ok {
		id, _ = record["id"].(string)
	}
	if id != want.EventID {
		t.Errorf("%q prints %.80v, want event %s", line, got[0], want.EventID)
	}
	if _, err := exec.LookPath("jq"); err != nil {
		return
	}
	theirs := exec.Command("jq", program)
	theirs.Stdin = bytes.NewReader(out)
	if text, err := theirs.CombinedOutput(); err != nil {
		t.Errorf("%q: the machine's jq: %v: %.300s", line, err, text)
	}
}

// piped is what a line pipes into jq, and jq's program.
func piped(t *testing.T, line string) (cut, program string) {
	t.Helper()
	at := strings.LastIndex(line, " | jq ")
	if at < 0 {
		t.Fatalf("%q does not end in jq", line)
	}
	word := line[at+len(" | jq "):]
	out, err := exec.Command("bash", "-c", "printf %s "+word).Output()
	if err != nil {
		t.Fatalf("%q: %v", word, err)
	}
	return line[:at], string(out)
}

// jq runs a program on a JSON text.
func jq(t *testing.T, program string, text []byte) (out []any) {
	t.Helper()
	query, err := gojq.Parse(program)
	if err != nil {
		t.Fatalf("%q: %v", program, err)
	}
	var in any
	if err := json.Unmarshal(text, &in); err != nil {
		t.Fatalf("%.200q: %v", text, err)
	}
	for iter := query.Run(in); ; {
		v, ok := iter.Next()
		if !ok {
			return out
		}
		if err, ok := v.(error); ok {
			t.Fatalf("%q: %v", program, err)
		}
		out = append(out, v)
	}
}

// TestExplainedEnvelopes: the lines print the record and not what is around
// it, however it came.
func TestExplainedEnvelopes(t *testing.T) {
	trail, err := trailtest.Parse(`
default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file a.json plain
start   at=2026-03-02T10:20:30Z instance=i-0aaa1111bbbb2222c request=r1
refused at=+1s request=r1 because=identity-missing {"userAgent":"it's {\"eventID\": 1} \"quoted\""}`)
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal(trail.Objects[0].Data, &file); err != nil {
		t.Fatal(err)
	}
	text := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	type object map[string]any
	start, refused := file.Records[0], file.Records[1]
	for name, content := range map[string]string{
		"lookup.json":  text(object{"Events": []object{{"EventId": "x", "CloudTrailEvent": string(start)}, {"EventId": "y", "CloudTrailEvent": string(refused)}}}),
		"bridge.json":  text(object{"detail-type": "AWS API Call via CloudTrail", "detail": start}) + text(object{"detail-type": "AWS API Call via CloudTrail", "detail": refused}),
		"sns.json":     text(object{"Messages": []object{{"Body": text(object{"Type": "Notification", "Message": text(object{"detail-type": "AWS API Call via CloudTrail", "detail": start})})}}}) + "\n" + string(refused),
		"logs.json":    text(object{"messageType": "DATA_MESSAGE", "logEvents": []object{{"timestamp": 1, "message": string(start)}, {"timestamp": 2, "message": string(refused)}}}),
		"lines.txt":    "2026-03-02T10:20:30.000Z " + string(start) + "\n2026-03-02T10:20:31.000Z " + string(refused) + "\n",
		"array.json":   "[" + string(start) + ",\n" + string(refused) + "]",
		"pretty.jsonl": string(start) + "\n" + string(refused) + "\n",
		"twice.gz":     packed(t, packed(t, `{"Records":[`+string(start)+","+string(refused)+"]}")),
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			saved := filepath.Join(t.TempDir(), "case.json")
			command(t, "investigate", dir, "--format", "json", "-o", saved)
			c, err := openCase(saved)
			if err != nil || len(c.Incidents) != 1 {
				t.Fatalf("%d incidents, %v", len(c.Incidents), err)
			}
			a := c.Incidents[0].Attempts[0]
			lines := shown(command(t, "explain", saved, c.Incidents[0].ID))
			if len(lines) != 2 {
				t.Fatalf("%q", lines)
			}
			checkLine(t, lines[0], a.Launch.Ref)
			checkLine(t, lines[1], a.Denials[0].Ref)
		})
	}
}

// TestExplainedNotification: the line under a stop prints EventBridge's notification,
// which has an id and no eventID, however it came.
func TestExplainedNotification(t *testing.T) {
	trail, err := trailtest.Parse(`
default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file a.json plain
start   at=2026-03-02T10:20:30Z instance=i-0aaa1111bbbb2222c request=r1
refused at=+1s request=r1 because=identity-missing`)
	if err != nil {
		t.Fatal(err)
	}
	const state = `{"version": "0", "id": "e1", "detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2", "account": "111122223333", ` +
		`"time": "2026-03-02T10:20:41Z", "region": "eu-west-1", "resources": [], "detail": {"instance-id": "i-0aaa1111bbbb2222c", "state": "stopped"}}`
	inner, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"alone.json": state,
		"sns.json":   `{"Type":"Notification","MessageId":"e1","Message":` + string(inner) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := trail.Write(dir); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			saved := filepath.Join(t.TempDir(), "case.json")
			command(t, "investigate", dir, "--format", "json", "-o", saved)
			c, err := openCase(saved)
			if err != nil || len(c.Incidents) != 1 || c.Incidents[0].Attempts[0].Instances[0].Stop == nil {
				t.Fatalf("%+v, %v", c, err)
			}
			lines := shown(command(t, "explain", saved, c.Incidents[0].ID))
			checkLine(t, lines[len(lines)-1], c.Incidents[0].Attempts[0].Instances[0].Stop.Ref)
		})
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	if _, err := zip.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// lineOf is the line under which a record is shown.
func lineOf(t *testing.T, r incident.Ref) string {
	t.Helper()
	in := incident.Incident{ID: "gt-x", Attempts: []incident.Attempt{{Launch: incident.Pointer{Ref: r}}}}
	var b bytes.Buffer
	if err := report.Explain(&b, &incident.Case{Incidents: []incident.Incident{in}}, "gt-x"); err != nil {
		t.Fatal(err)
	}
	return shown(b.String())[0]
}

// TestExplainedStrangers: names in an archive, and its own, do nothing to the tools
// that print a record.
func TestExplainedStrangers(t *testing.T) {
	const record = `{"eventID":"e"}`
	dir := t.TempDir()
	t.Chdir(dir)
	members := []string{"--use-compress-program=sh -c 'touch pwned; cat'", "-C", "day[2].json", "it's $(touch pwned).json"}
	for _, archive := range []string{"host:x.tar", "--checkpoint=1.tar", "plain.tar"} {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		for _, name := range members {
			if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(record))}); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(record)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(archive, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range members {
			ref := incident.Ref{Object: archive + "!/" + name, Length: len(record), EventID: "e"}
			checkLine(t, lineOf(t, ref), ref)
		}
	}
	if _, err := os.Stat("pwned"); err == nil {
		t.Error("a name was run as a command")
	}
}

// TestExplainedNowhere: where no line prints a record, that is said; and by a line
// that does not find it.
func TestExplainedNowhere(t *testing.T) {
	for object, want := range map[string]string{
		"-": "nothing: ", "a.zip!/b.tar!/c.json": "takes more than a line: ", "a.zip!/-x.json": "takes more than a line: its name", "a.zip!/day[2].json": "takes more than a line: its name",
		"logs/x\ufffd.json.gz": "takes more than a line: its name",
	} {
		if got := lineOf(t, incident.Ref{Object: object, Length: 5, EventID: "e"}); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %q", object, got)
		}
	}
	line := lineOf(t, incident.Ref{Object: "x", Length: 5, EventID: "e", Nested: true})
	_, program := piped(t, line)
	query, err := gojq.Parse(program)
	if err != nil {
		t.Fatal(err)
	}
	got, _ := query.Run(map[string]any{"awslogs": map[string]any{"data": "H4sIAAAA"}}).Next()
	if err, is := got.(error); !is || !strings.Contains(err.Error(), "packed deeper") {
		t.Errorf("it prints %v", got)
	}
}

// TestExplainUnknown: an id that the case does not have is wrong usage.
func TestExplainUnknown(t *testing.T) {
	var b bytes.Buffer
	if err := report.Explain(&b, &incident.Case{}, "gt-none"); err == nil || b.Len() != 0 {
		t.Errorf("got %v, %q", err, b.String())
	}
}
