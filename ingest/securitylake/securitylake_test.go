package securitylake

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/google/go-cmp/cmp"

	"grantrail/ingest/trailtest"
)

const described = `default by=role/team/ops-ec2/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file KIND
start   at=2026-03-02T10:20:30Z instance=i-0aaa1111bbbb2222c,i-0bbb1111bbbb2222c request=r1
refused at=+1s request=r1 because=identity-missing
granted at=+1s instance=i-0aaa1111bbbb2222c volume=vol-0aaa
decrypt at=+1s instance=i-0aaa1111bbbb2222c volume=vol-0aaa
putkeypolicy at=+1s by=role/admin/lee document={"a":[1]}
cleanup at=+1s eni=eni-0aaa
noise   at=+1s n=9`

// lakeFile is the description's records and the same as Parquet.
func lakeFile(t testing.TB, kind string) (records []json.RawMessage, parquet []byte) {
	t.Helper()
	var out [2][]byte
	for i, k := range []string{"plain", "kind=" + kind} {
		trail, err := trailtest.Parse(strings.Replace(described, "KIND", k, 1))
		if err != nil {
			t.Fatal(err)
		}
		out[i] = trail.Objects[0].Data
	}
	var log struct{ Records []json.RawMessage }
	if err := json.Unmarshal(out[0], &log); err != nil {
		t.Fatal(err)
	}
	return log.Records, out[1]
}

func read(t testing.TB, data []byte) (rows []Row, res Result, err error) {
	t.Helper()
	res, err = Read(bytes.NewReader(data), func(r Row) { rows = append(rows, r) })
	return rows, res, err
}

// TestRead: a record comes back as it was but for what OCSF has no place for.
func TestRead(t *testing.T) {
	for _, kind := range []string{"securitylake", "securitylake-1"} {
		want, parquet := lakeFile(t, kind)
		rows, res, err := read(t, parquet)
		if err != nil || len(rows) != len(want) || res != (Result{Rows: len(want)}) {
			t.Fatalf("%s: %d rows, %+v, %v", kind, len(rows), res, err)
		}
		for i := range want {
			got, want := value(t, rows[i].Record), value(t, want[i])
			if rows[i].Index != i {
				t.Errorf("row %d says it is %d", i, rows[i].Index)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, row %d:\n%s", kind, i, diff)
			}
		}
	}
}

// value is a record without what is lost on the way: nulls, empty lists and
// objects, the session's attributes, and the types of what unmapped holds.
func value(t *testing.T, raw []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	if id, ok := v["userIdentity"].(map[string]any); ok {
		delete(id, "inScopeOf")
		if session, ok := id["sessionContext"].(map[string]any); ok {
			delete(session, "attributes")
			if issuer, ok := session["sessionIssuer"].(map[string]any); ok {
				session["sessionIssuer"] = map[string]any{"arn": issuer["arn"]}
			}
		}
	}
	return textual(v).(map[string]any)
}

func textual(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			if e = textual(e); e != nil {
				out[k] = e
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		out := []any{}
		for _, e := range v {
			out = append(out, textual(e))
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case nil:
		return nil
	case string:
		// Text that is JSON and JSON as text cannot be told apart in unmapped.
		if inner, ok := opened(v).(map[string]any); ok {
			return textual(inner)
		}
		return v
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// TestUnmapped: the keys of the map are paths, in the spellings seen.
func TestUnmapped(t *testing.T) {
	r := row{
		"unmapped.key": {
			"requestParameters.instancesSet.items[].instanceId", "requestParameters.list.0.a", "requestParameters.list.0.b",
			"requestParameters.list.1.a", "requestParameters.one[3].x", "recipientAccountId", "", "requestParameters.roleName",
			"requestParameters.roleName", "a.b", "a", "requestParameters.policy", "gone",
		},
		"unmapped.value": {
			`["i-1","i-2"]`, "a0", "b0", "a1", "x3", "111122223333", "none", "ops", "forged", "deep", "flat", `{"Version":1}`, "null",
		},
	}
	got := object{}
	r.unmapped(got)
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"a":{"b":"deep"},"recipientAccountId":"111122223333","requestParameters":{` +
		`"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]},` +
		`"list":[{"a":"a0","b":"b0"},{"a":"a1"}],"one":[{},{},{},{"x":"x3"}],` +
		`"policy":{"Version":1},"roleName":"ops"}}`
	if string(b) != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
}

// TestDamage: a damaged file is named so, and never a panic; the rows before
// the damage stay.
func TestDamage(t *testing.T) {
	_, parquet := lakeFile(t, "securitylake")
	for name, spoil := range map[string]func([]byte) []byte{
		"cut":            func(b []byte) []byte { return b[:len(b)/2] },
		"no directory":   func(b []byte) []byte { return append(b[:len(b)-12:len(b)-12], make([]byte, 12)...) },
		"magic alone":    func([]byte) []byte { return []byte("PAR1") },
		"magics alone":   func([]byte) []byte { return []byte("PAR1\x00\x00\x00\x00PAR1") },
		"huge directory": func([]byte) []byte { return []byte("PAR1\xff\xff\xff\x7fPAR1") },
	} {
		if _, _, err := read(t, spoil(bytes.Clone(parquet))); !errors.Is(err, ErrDamage) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	lost := 0
	for at := 100; at < len(parquet); at += 331 {
		spoilt := bytes.Clone(parquet)
		spoilt[at] ^= 0x55
		rows, res, err := read(t, spoilt)
		if len(rows) != res.Rows {
			t.Fatalf("byte %d: %d rows and %+v", at, len(rows), res)
		}
		if err != nil && len(rows) > 0 {
			lost++
		}
	}
	if lost == 0 {
		t.Error("no damage left rows before it")
	}
}

// TestLying: a page that claims vastly more than it holds is a damage, and
// neither the end of the process nor one that never comes.
func TestLying(t *testing.T) {
	for name, page := range map[string]struct {
		as   parquet.Encoding
		body []byte
	}{
		"levels that end early": {parquet.Encodings.Plain, []byte{2, 0, 0, 0, 1 << 1, 0}},
		"lengths without end":   {parquet.Encodings.DeltaLengthByteArray, []byte{2, 0, 0, 0, 2 << 1, 1, 128, 1, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 'a', 'a'}},
	} {
		done := make(chan error, 1)
		go func() {
			_, _, err := read(t, lying(t, page.as, page.body))
			done <- err
		}()
		select {
		case err := <-done:
			if !errors.Is(err, ErrDamage) {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: it goes on for ever", name)
		}
	}
}

// lying is a file of two rows of two columns, each of one page that is made by
// hand.
func lying(t testing.TB, as parquet.Encoding, body []byte) []byte {
	t.Helper()
	props := parquet.NewWriterProperties()
	column := func(group, name string) schema.Node {
		text := schema.Must(schema.NewPrimitiveNodeLogical(name, parquet.Repetitions.Optional, schema.StringLogicalType{}, parquet.Types.ByteArray, -1, -1))
		return schema.MustGroup(schema.NewGroupNode(group, parquet.Repetitions.Required, schema.FieldList{text}, -1))
	}
	product := schema.MustGroup(schema.NewGroupNode("metadata", parquet.Repetitions.Required, schema.FieldList{column("product", "name")}, -1))
	root := schema.MustGroup(schema.NewGroupNode("schema", parquet.Repetitions.Repeated, schema.FieldList{product, column("api", "operation")}, -1))
	out := &told{}
	_, _ = out.Write([]byte("PAR1"))
	meta := metadata.NewFileMetadataBuilder(schema.NewSchema(root), props, nil)
	group := meta.AppendRowGroup()
	var errs []error
	for i := range int16(2) {
		pager, err := file.NewPageWriter(out, 0, 0, group.NextColumnChunk(), 0, i, memory.DefaultAllocator, false, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		levels := parquet.Encodings.RLE
		_, err = pager.WriteDataPage(file.NewDataPageV1(memory.NewBufferBytes(body), 2, as, levels, levels, int32(len(body))))
		errs = append(errs, err, pager.Close(false, false))
	}
	group.SetNumRows(2)
	errs = append(errs, group.Finish(1, 0))
	done, err := meta.Finish()
	if err := errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
	n, err := done.WriteTo(out, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = out.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(n)), "PAR1"...))
	return out.Bytes()
}

// told is a buffer that knows where its next byte will be.
type told struct{ bytes.Buffer }

func (b *told) Tell() int64 { return int64(b.Len()) }

// FuzzRead: whatever the bytes, Read ends, and its rows are JSON objects.
func FuzzRead(f *testing.F) {
	for _, kind := range []string{"securitylake", "securitylake-1"} {
		_, parquet := lakeFile(f, kind)
		f.Add(parquet)
	}
	f.Add([]byte("PAR1\x00\x00\x00\x00PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rows, _, err := read(t, data)
		if err != nil && !errors.Is(err, ErrDamage) && !errors.Is(err, ErrLimit) {
			t.Errorf("an error of no kind: %v", err)
		}
		for _, r := range rows {
			var v map[string]any
			if err := json.Unmarshal(r.Record, &v); err != nil {
				t.Errorf("%v in %q", err, r.Record)
			}
		}
	})
}
