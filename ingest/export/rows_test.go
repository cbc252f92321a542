package export

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/array"

	"grantrail/ingest/record"
)

// TestIdentity: what differs in an ID differs in its identity, case aside.
func TestIdentity(t *testing.T) {
	const uuid = "0123abcd-4567-89ef-0123-456789abcdef"
	seen := map[[2]uint64]string{}
	for i := range len(uuid) {
		for c := range 256 {
			id := []byte(uuid)
			id[i] = byte(c)
			key := string(id)
			if c < 0x80 {
				key = strings.ToLower(key)
			}
			sum := identity(id)
			if before, has := seen[sum]; has && before != key {
				t.Fatalf("%q is %q", id, before)
			}
			seen[sum] = key
			if sum != identity([]byte(strings.ToUpper(key))) && c < 0x80 {
				t.Fatalf("%q is not %q", key, strings.ToUpper(key))
			}
			if _, ok := uuidOf(id); uuid[i] != '-' && ok != strings.ContainsRune("0123456789abcdefABCDEF", rune(c)) {
				t.Fatalf("%q is a UUID: %v", id, ok)
			}
		}
	}
	if got, ok := uuidOf([]byte(uuid)); !ok || got != [2]uint64{0x0123abcd456789ef, 0x0123456789abcdef} {
		t.Errorf("%x, %v", got, ok)
	}
	for _, id := range []string{"00000000-0000-0000-0000-000000000000", "", "x", uuid + "0"} {
		if _, ok := uuidOf([]byte(id)); ok {
			t.Errorf("%q is a UUID", id)
		}
		if sum := identity([]byte(id)); (sum == [2]uint64{}) != (id == "") {
			t.Errorf("%q is %x", id, sum)
		}
	}
}

// TestScattered: IDs that differ in their highest bits alone lie apart.
func TestScattered(t *testing.T) {
	s := &seen{slots: make([]sighting, 8192)}
	places := map[uint64]bool{}
	for i := range uint64(4096) {
		places[s.first([2]uint64{i << 52, i << 46})] = true
	}
	if len(places) < 2048 { // by chance, some 3,200
		t.Errorf("4096 IDs lie in %d places of 8192", len(places))
	}
}

// TestSeen: a table that grows forgets nothing.
func TestSeen(t *testing.T) {
	s := &seen{}
	const n = 5000
	ids := func(i int) [2]uint64 { return identity(fmt.Appendf(nil, "%08x-0000-0000-0000-%012x", i%7, i)) }
	for i := range n {
		if got := s.look(&row{id: ids(i), print: 1}); got != first {
			t.Fatal(i, got)
		}
	}
	for i := range n {
		if got := s.look(&row{id: ids(i), print: 1}); got != duplicate {
			t.Fatal(i, got)
		}
		for _, print := range []uint64{2, 3} { // of each content once
			if got := s.look(&row{id: ids(i), print: print}); got != conflict {
				t.Fatal(i, got)
			}
			if got := s.look(&row{id: ids(i), print: print}); got != duplicate {
				t.Fatal(i, got)
			}
		}
	}
	var inFile past
	inFile.file = t.TempDir() + "/seen"
	inMemory, full := past{file: inFile.file + "-not"}, aside{held: asideBytes}
	var with aside
	if err := errors.Join(with.put(&inMemory, s), full.put(&inFile, s)); err != nil || inFile.seen != nil || with.held != 3*n*entrySize {
		t.Fatal(len(inFile.seen), with.held, err)
	}
	var read seen
	if err := full.take(&inFile, &read); err != nil || read.n != 3*n || full.held != asideBytes {
		t.Fatal(read.n, full.held, err)
	}
	again := s.emptied()
	if len(again.slots) != len(s.slots) {
		t.Fatal("memory of a full table is not used again")
	}
	if err := with.take(&inMemory, &again); err != nil || again.n != 3*n || with.held != 0 {
		t.Fatal(again.n, with.held, err)
	}
	with.held = asideBytes
	var later seen
	again.look(&row{id: [2]uint64{7, 7}, print: 7})
	if err := errors.Join(with.put(&inMemory, &again), with.take(&inMemory, &later)); err != nil || later.n != 3*n+1 || with.held != asideBytes {
		t.Fatal("what was in memory before is taken for what is in the file:", later.n, with.held, err)
	}
	for i := range n {
		for _, print := range []uint64{1, 2, 3} {
			if got := again.look(&row{id: ids(i), print: print}); got != duplicate {
				t.Fatal(i, got)
			}
		}
	}
	if got := again.look(&row{}); got != first {
		t.Error("a record without an ID is known")
	}
	again = again.emptied()
	if got := again.look(&row{id: ids(1), print: 1}); got != first {
		t.Error("a table that was emptied knows an ID")
	}
	if again = again.emptied(); again.slots != nil {
		t.Error("a table that was hardly used is cleared once more")
	}
}

// TestColumn: values of any length, with and without room for what is copied with
// them, and rows without one, get from the rows into a batch.
func TestColumn(t *testing.T) {
	letters := []byte(strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 6))
	var words words
	for range 2 {
		rows := &Rows{}
		var want []string
		for i := range 395 { // the last is short, and at the end of the text
			from, of := i%70, i*31%100
			if i%2 == 0 {
				from = len(letters) - of
			}
			found := record.NewFound(letters)
			if i%5 == 3 {
				want = append(want, "none")
			} else {
				want = append(want, string(letters[from:from+of]))
				found.Set(record.Agent, letters[from:from+of])
			}
			rows.Add(found, "", "", time.Time{}, i)
		}
		rows.text = slices.Clip(rows.text)
		words.column(rows, 0, 7, record.Agent)
		words.column(rows, 7, 7, record.Agent)
		words.column(rows, 7, len(want), record.Agent)
		for i, w := range want {
			value := rows.value(i, record.Agent)
			if (value != nil) != (w != "none") || value != nil && string(value) != w {
				t.Fatalf("%d is %q, want %q", i, value, w)
			}
			if got := string(words.data[words.ends[i]:words.ends[i+1]]); words.there.at(i) != (value != nil) || got != string(value) {
				t.Fatalf("%d is %q further on, want %q", i, got, w)
			}
		}
		if words.there.n-words.there.set != 79 {
			t.Errorf("%d rows have no value", words.there.n-words.there.set)
		}
		words.reset()
	}
}

// TestRoom: many short values, and those behind what a batch should take, are not
// moved each time that there is one more.
func TestRoom(t *testing.T) {
	value := []byte(strings.Repeat("x", 50))
	for name, begun := range map[string]int{"elements": 1, "beyond a batch": batchBytes} {
		words, moved := words{}, 0
		words.add(make([]byte, begun))
		for range 10 * batchRows {
			before := cap(words.data)
			if words.add(value); cap(words.data) == before {
				continue
			}
			if moved++; moved > 50 {
				t.Fatalf("%s: values are moved again and again", name)
			}
		}
	}
}

// TestManyElements: a record of resources that say nothing is little text, and takes
// far more. Neither what is pending nor what is held back grows by such ones without end.
func TestManyElements(t *testing.T) {
	const many = 500_000
	found := record.NewFound([]byte("{}"))
	for range many {
		found.Resource(nil, nil, nil)
	}
	rowsOf := func() *Rows {
		rows := &Rows{}
		rows.Add(found, "", "", time.Time{}, 0)
		return rows
	}
	rows := rowsOf()
	made, err := newParquetFiles(schemaOf(true), true)
	if err != nil {
		t.Fatal(err)
	}
	out, err := made.create(t.TempDir() + "/part")
	if err != nil {
		t.Fatal(err)
	}
	var batch batch
	w, err := NewWriter(Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	full := false
	for range 5 {
		if err := errors.Join(out.write(rows, 0, 1), w.hold(rowsOf())); err != nil {
			t.Fatal(err)
		}
		_, full = batch.take(rows, 0, 1, true)
	}
	if n := out.(*parquetFile).groups; n != 1 {
		t.Errorf("%d row groups were written", n)
	}
	if !full {
		t.Error("the batch is not full")
	}
	if n := len(w.held.rows); n != 2 {
		t.Errorf("rows of %d objects are held back", n)
	}
	if _, err := w.Close(); errors.Join(err, out.Close()) != nil {
		t.Fatal(err)
	}
}

// TestGiants: a record of many megabytes is not in memory longer than it has to be, in
// whatever column it was.
func TestGiants(t *testing.T) {
	giant := append([]byte("x"), make([]byte, 5<<20)...)
	made, err := newParquetFiles(schemaOf(true), true)
	if err != nil {
		t.Fatal(err)
	}
	c := chunk{kind: kind{page: smallPage, lacking: true}}
	c.null()
	c.text(&made.packer, giant)
	c.text(&made.packer, append(giant, 'y'))
	if len(c.pages) != 2 || c.values != nil || len(c.low) > maxRange+1 || len(c.high) > maxRange+1 {
		t.Errorf("%d pages, %d bytes at hand, bounds of %d and %d", len(c.pages), cap(c.values), len(c.low), len(c.high))
	}
	if s := c.statistics(); s.HasMin || s.HasMax {
		t.Error("a bound is cut short")
	}

	var words words
	words.add(giant)
	if words.reset(); words.data == nil {
		t.Error("memory that was used is not kept")
	}
	words.add([]byte("x"))
	if words.reset(); words.data != nil {
		t.Error("the memory of a giant is kept")
	}

	found := record.NewFound(giant[:1])
	found.Set(record.Agent, giant[1:]) // as if it was undone
	rows := &Rows{}
	rows.Add(found, "", "", time.Time{}, 0)
	w := &Writer{}
	if err := w.hold(rows); err != nil || w.held.size < len(giant) {
		t.Errorf("%d bytes are held back, %v", w.held.size, err)
	}
	if rows.reset(); rows.text != nil {
		t.Error("the memory of a giant's rows is kept")
	}
}

// TestFullRows: rows are full by their number or by their bytes, and empty once reset.
func TestFullRows(t *testing.T) {
	for _, want := range []struct{ long, rows int }{{2, maxRows}, {maxSize / 4, 4}, {2 * maxSize, 1}} {
		found := record.NewFound(make([]byte, want.long))
		found.Resource([]byte("x"), nil, nil)
		rows := &Rows{}
		for range 2 {
			for rows.Len() < want.rows {
				if rows.Full() {
					t.Fatalf("rows of %d bytes are full by %d of them", want.long, rows.Len())
				}
				rows.Add(found, "a", "r", time.Time{}, 0)
			}
			if !rows.Full() {
				t.Fatalf("rows of %d bytes are not full by %d of them", want.long, rows.Len())
			}
			if rows.reset(); len(rows.rows)+len(rows.text)+len(rows.begins)+len(rows.spans)+len(rows.resources)+len(rows.places)+rows.size != 0 {
				t.Fatal("something is left of what was written")
			}
		}
	}
}

// TestPrint: records of one ID that differ in their time or in a short value are no
// duplicates.
func TestPrint(t *testing.T) {
	d, rows, table := record.NewDecoder(), &Rows{}, seen{}
	for i, code := range []string{"Denied", "Denied", "Denied", "Dented"} {
		raw := fmt.Appendf(nil, `{"eventTime":"2026-03-02T10:00:0%dZ","eventSource":"s","eventName":"n","eventID":"ID","errorCode":%q}`, i/2, code)
		head, err := d.Head(raw)
		if err != nil {
			t.Fatal(err)
		}
		rows.Add(record.NewOutlines().Values(d, raw), "", "", head.Time, i)
	}
	for i, want := range []sight{first, duplicate, conflict, conflict} {
		if got := table.look(&rows.rows[i]); got != want {
			t.Errorf("record %d is %d, want %d", i, got, want)
		}
	}
}

// TestSplit: a batch without its room is as it was, goes on as it would have, and its
// memory begins another.
func TestSplit(t *testing.T) {
	d, schema := record.NewDecoder(), schemaOf(true)
	whole := &batch{}
	for id := range 3 {
		rows := rowsOf(t, d, fmt.Sprint("r-", id), id, 1000+id, id+2)
		whole.add(rows, 0, 2, true)
		small := whole
		if id == 1 {
			if small, whole = whole.split(); whole.n != 0 || whole.text() != 0 || small.capacity() > 2*small.text()+1<<10 || whole.capacity() < small.capacity() {
				t.Fatalf("%d rows are left, %d bytes in %d, %d behind", whole.n, small.text(), small.capacity(), whole.capacity())
			}
			whole.add(rowsOf(t, d, "other", 7), 0, 1, true) // which must not be seen in the other
		}
		small.add(rows, 2, 3, true)
		want := &batch{}
		for before := range id + 1 {
			want.add(rowsOf(t, d, fmt.Sprint("r-", before), before, 1000+before, before+2), 0, 3, true)
		}
		got, same := small.record(schema, true), want.record(schema, true)
		if !array.RecordEqual(got, same) {
			t.Errorf("%v\nis not\n%v", got, same)
		}
		got.Release()
		same.Release()
		whole = small
	}
}
