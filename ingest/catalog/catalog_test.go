package catalog_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"grantrail/ingest/catalog"
)

type entry struct{ name, note string }

func collect(seq func(func([]byte, []byte) bool)) (out []entry) {
	for name, note := range seq {
		out = append(out, entry{string(name), string(note)})
	}
	return out
}

// TestHeap: whatever the order of adding, all comes back, in name order.
func TestHeap(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 1))
		var want []entry
		for range r.IntN(2000) {
			folder := strings.Repeat("folder/", r.IntN(4))
			e := entry{fmt.Sprintf("%s%d", folder, r.IntN(3000)), strings.Repeat("n", r.IntN(40))}
			if r.IntN(200) == 0 {
				e.note = strings.Repeat("long", 20_000)
			}
			want = append(want, e)
		}
		if seed%2 == 0 { // in pieces that are sorted, as listings come
			for piece := range slices.Chunk(want, 100) {
				slices.SortFunc(piece, func(a, b entry) int { return strings.Compare(a.name, b.name) })
			}
		}
		var h catalog.Heap
		for _, e := range want {
			h.Add([]byte(e.name), []byte(e.note))
		}
		got := collect(h.All())
		if h.Len() != len(want) || !slices.IsSortedFunc(got, func(a, b entry) int { return strings.Compare(a.name, b.name) }) {
			t.Fatalf("seed %d: %d of %d, or out of order", seed, h.Len(), len(want))
		}
		byBoth := func(a, b entry) int { return strings.Compare(a.name+"\x00"+a.note, b.name+"\x00"+b.note) }
		slices.SortFunc(got, byBoth)
		slices.SortFunc(want, byBoth)
		if !slices.Equal(got, want) {
			t.Fatalf("seed %d: what came back is not what went in", seed)
		}
	}
}

// TestList: order is the caller's duty, and names may repeat.
func TestList(t *testing.T) {
	var l catalog.List
	want := []entry{{"", "empty"}, {"a", ""}, {"ab", "1"}, {"ab", "again"}, {"b", "2"}}
	for i, e := range want {
		l.Append([]byte(e.name), []byte(e.note))
		if l.Twice() != (i >= 3) {
			t.Errorf("%d entries: twice is %v", i+1, l.Twice())
		}
	}
	if got := collect(l.All()); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	defer func() {
		if recover() == nil {
			t.Error("a name out of order was taken")
		}
	}()
	l.Append([]byte("a"), nil)
}

// BenchmarkAdd adds and yields the keys of a day of one region, as an S3
// listing gives them.
func BenchmarkAdd(b *testing.B) {
	var names [][]byte
	for i := range 10_000 {
		names = append(names, fmt.Appendf(nil, "s3://example-trail/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/111122223333_CloudTrail_eu-west-1_20260302T%02d%02dZ_%016x.json.gz", i/600%24, i/10%60, rand.Uint64()))
	}
	slices.SortFunc(names, bytes.Compare)
	note := make([]byte, 20)
	b.ReportAllocs()
	for b.Loop() {
		var h catalog.Heap
		for _, n := range names {
			h.Add(n, note)
		}
		for range h.All() {
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(names)), "ns/name")
}
