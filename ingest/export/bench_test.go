package export

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"grantrail/ingest/record"
	"grantrail/ingest/scan"
	"grantrail/ingest/trailtest"
)

// element is a record of a log file as the scan finds it.
type element struct {
	raw     []byte
	members *scan.Members
}

// elements are n records that bulk describes.
func elements(b *testing.B, n int) (all []element, size int64) {
	b.Helper()
	text := trailtest.Bulk{Seed: 1}.Text(n)
	t := scan.NewText(record.Vocabulary)
	t.Reset(text, scan.AnyBytes)
	for i := len(`{"Records":[`); ; {
		members, end, found := t.Record(i)
		if found != scan.Record {
			b.Fatalf("%d at %d", found, i)
		}
		of := *members
		of.Others = slices.Clone(members.Others)
		all = append(all, element{text[i:end], &of})
		if i, found = t.Behind(end); found == scan.End {
			return all, int64(len(text))
		}
	}
}

func newRows() *Rows { return &Rows{} }

// filled are rows of records, as a reader hands them on.
func filled(d *record.Decoder, o *record.Outlines, all []element, empty func() *Rows, full func(*Rows)) {
	rows := empty()
	for i, e := range all {
		head, sure := d.Scanned(e.raw, e.members)
		if !sure {
			var err error
			if head, err = d.ValidHead(e.raw); err != nil {
				panic(err) // the records are our own
			}
		}
		rows.Object = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/object.json.gz"
		v, _ := o.Members(e.raw, e.members)
		if rows.Add(v, head.Account, head.Region, head.Time, i); rows.Full() {
			full(rows)
			rows = empty()
		}
	}
	full(rows)
}

// benchRecords fill a row group, and an Arrow record.
const benchRecords = groupRows

// BenchmarkValues cuts records into their fields: by the members that the scan
// found, or by walking them.
func BenchmarkValues(b *testing.B) {
	all, size := elements(b, 1000)
	o, d := record.NewOutlines(), record.NewDecoder()
	for name, values := range map[string]func(e *element){
		"scanned": func(e *element) { o.Members(e.raw, e.members) },
		"walked": func(e *element) {
			if _, err := d.ValidHead(e.raw); err != nil {
				b.Fatal(err)
			}
			o.Values(d, e.raw)
		},
	} {
		b.Run("by="+name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for i := range all {
					values(&all[i])
				}
			}
			perSecond(b, len(all))
		})
	}
}

// BenchmarkTable makes Arrow records of all columns and drops them: from rows
// that are at hand, and from records of which the members are known.
func BenchmarkTable(b *testing.B) {
	all, size := elements(b, benchRecords)
	d, o := record.NewDecoder(), record.NewOutlines()
	for _, raw := range []bool{false, true} {
		schema := schemaOf(raw)
		var batch batch
		load := func(rows *Rows) {
			batch.add(rows, 0, len(rows.rows), raw)
			if batch.n >= batchRows {
				dropped(batch.record(schema, raw))
				batch.reset()
			}
		}
		name := map[bool]string{false: "raw=no", true: "raw=yes"}[raw]
		b.Run("from=rows/"+name, func(b *testing.B) {
			var held []*Rows
			filled(d, o, all, newRows, func(rows *Rows) { held = append(held, rows) })
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for _, rows := range held {
					load(rows)
				}
			}
			perSecond(b, len(all))
		})
		b.Run("from=records/"+name, func(b *testing.B) {
			rows := newRows()
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				filled(d, o, all, func() *Rows { return rows }, func(rows *Rows) {
					load(rows)
					rows.reset()
				})
			}
			perSecond(b, len(all))
		})
	}
}

func dropped(rec arrow.Record) {
	if rec.NumRows() == 0 {
		panic("a record of nothing")
	}
	rec.Release()
}

// BenchmarkWrite writes rows that are at hand into a file.
func BenchmarkWrite(b *testing.B) {
	all, size := elements(b, benchRecords)
	d, o := record.NewDecoder(), record.NewOutlines()
	var held []*Rows
	filled(d, o, all, newRows, func(rows *Rows) { held = append(held, rows) })
	for name, opt := range map[string]Options{
		"format=parquet/raw=no": {NoRaw: true}, "format=parquet/raw=yes": {}, "format=arrow/raw=no": {NoRaw: true, Arrow: true}, "format=arrow/raw=yes": {Arrow: true},
	} {
		b.Run(name, func(b *testing.B) {
			made, err := filesOf(opt)
			if err != nil {
				b.Fatal(err)
			}
			path, stored := filepath.Join(b.TempDir(), "part"), int64(0)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				_ = os.Remove(path) // there is none the first time
				out, err := made.create(path)
				if err != nil {
					b.Fatal(err)
				}
				for _, rows := range held {
					if err := out.write(rows, 0, len(rows.rows)); err != nil {
						b.Fatal(err)
					}
				}
				if err := out.Close(); err != nil {
					b.Fatal(err)
				}
			}
			if info, err := os.Stat(path); err == nil {
				stored = info.Size()
			}
			perSecond(b, len(all))
			b.ReportMetric(float64(stored)/float64(len(all)), "B/record")
		})
	}
}

func perSecond(b *testing.B, records int) {
	b.Helper()
	b.ReportMetric(float64(b.N*records)/b.Elapsed().Seconds(), "records/s")
}
