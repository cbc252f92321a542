package table

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"grantrail/ingest/record"
)

// sample is an event whose every field differs from every other row's.
func sample(i int) *record.Event {
	s := func(name string) string { return fmt.Sprintf("%s-%d", name, i) }
	return &record.Event{
		Kind: record.Kind(1 + i%9), Object: i, Record: i + 1, Offset: int64(i) << 33, Length: i + 2, Nested: i%2 == 0,
		ID: s("id"), Time: time.Unix(1772446831, int64(i)).UTC(), Name: s("name"), Source: s("source"),
		Region: s("region"), Account: s("account"), Request: s("request"), Replaces: s("replaces"),
		Identity: record.Identity{
			Type: s("type"), ARN: s("arn"), PrincipalID: s("principal"), Account: s("owner"),
			UserName: s("user"), Issuer: s("issuer"), InvokedBy: s("invoked"),
		},
		SourceIP: s("ip"), ErrorCode: s("code"), ErrorMessage: s("message"), Key: s("key"),
		Grantee: s("grantee"), Service: s("service"), Instances: []string{s("i"), s("j")}, States: []string{"", s("state")},
		Interfaces: []string{s("eni")}, Owners: []string{s("i")}, Volumes: make([]string, i%3),
		Target: s("target"), Policy: s("policy"), StateReason: s("reason"),
	}
}

// TestRoundTrip: what is appended is read back, over the bounds of batches,
// and no memory is left.
func TestRoundTrip(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	const rows = 2*batchRows + 3
	b := NewBuilder(mem)
	for i := range rows {
		if err := b.Append(sample(i)); err != nil {
			t.Fatal(err)
		}
	}
	tb := b.Finish()
	defer tb.Release()
	if tb.Len() != rows {
		t.Fatalf("%d rows, want %d", tb.Len(), rows)
	}
	for _, i := range []int{0, 1, batchRows - 1, batchRows, 2*batchRows - 1, 2 * batchRows, rows - 1} {
		checkRow(t, tb, i)
	}
}

func checkRow(t *testing.T, tb *Table, i int) {
	t.Helper()
	e := sample(i)
	interfaces, owners := tb.Interfaces(i)
	for name, pair := range map[string][2]any{
		"kind":   {tb.Kind(i), e.Kind},
		"origin": {tb.Origin(i), Origin{e.Object, e.Record, e.Offset, e.Length, e.Nested}},
		"time":   {tb.Time(i), e.Time}, "id": {tb.ID(i), e.ID}, "name": {tb.Name(i), e.Name}, "source": {tb.Source(i), e.Source},
		"region": {tb.Region(i), e.Region}, "account": {tb.Account(i), e.Account}, "request": {tb.Request(i), e.Request},
		"replaces": {tb.replaces(i), e.Replaces}, "identity": {tb.Identity(i), e.Identity}, "invoked by": {tb.InvokedBy(i), e.Identity.InvokedBy},
		"ip": {tb.SourceIP(i), e.SourceIP}, "code": {tb.ErrorCode(i), e.ErrorCode}, "message": {tb.ErrorMessage(i), e.ErrorMessage},
		"key": {tb.Key(i), e.Key}, "grantee": {tb.Grantee(i), e.Grantee}, "service": {tb.Service(i), e.Service},
		"target": {tb.Target(i), e.Target}, "policy": {tb.Policy(i), e.Policy}, "reason": {tb.StateReason(i), e.StateReason},
	} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			t.Errorf("row %d: %s is %v, want %v", i, name, pair[0], pair[1])
		}
	}
	for name, pair := range map[string][2][]string{
		"instances": {tb.Instances(i), e.Instances}, "states": {tb.States(i), e.States},
		"interfaces": {interfaces, e.Interfaces}, "owners": {owners, e.Owners}, "volumes": {tb.Volumes(i), e.Volumes},
	} {
		if !slices.Equal(pair[0], pair[1]) {
			t.Errorf("row %d: %s are %v, want %v", i, name, pair[0], pair[1])
		}
	}
}

// TestUnfinished: a builder that is given up leaves no memory.
func TestUnfinished(t *testing.T) {
	mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer mem.AssertSize(t, 0)
	b := NewBuilder(mem)
	if err := b.Append(sample(1)); err != nil {
		t.Fatal(err)
	}
	b.Release()
}

func BenchmarkAppend(b *testing.B) {
	events := make([]*record.Event, 1000)
	for i := range events {
		events[i] = sample(i % 50)
	}
	b.ReportAllocs()
	for b.Loop() {
		builder := NewBuilder(nil)
		for _, e := range events {
			if err := builder.Append(e); err != nil {
				b.Fatal(err)
			}
		}
		builder.Finish().Release()
	}
	b.ReportMetric(float64(b.N*len(events))/b.Elapsed().Seconds(), "rows/s")
}
