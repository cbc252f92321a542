package record_test

import (
	"encoding/json"
	"testing"

	"grantrail/ingest/record"
	"grantrail/ingest/scan"
	"grantrail/ingest/trailtest"
)

// BenchmarkHead places records: by the members that the scan found, and by
// walking a record that a parser has read.
func BenchmarkHead(b *testing.B) {
	const records = 120
	text := trailtest.Bulk{Seed: 1}.Text(records)
	var (
		raws    [][]byte
		members []scan.Members
		t       = scan.NewText(record.Vocabulary)
	)
	t.Reset(text, scan.AnyBytes)
	for i := len(`{"Records":[`); ; {
		m, end, found := t.Record(i)
		if found != scan.Record {
			b.Fatalf("%d at %d", found, i)
		}
		raws, members = append(raws, text[i:end]), append(members, kept(m))
		if i, found = t.Behind(end); found == scan.End {
			break
		}
	}
	for name, head := range map[string]func(d *record.Decoder, i int) bool{
		"scanned": func(d *record.Decoder, i int) bool { _, sure := d.Scanned(raws[i], &members[i]); return sure },
		"walked":  func(d *record.Decoder, i int) bool { _, err := d.ValidHead(raws[i]); return err == nil },
	} {
		b.Run("by="+name, func(b *testing.B) {
			d, placed := record.NewDecoder(), 0
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				for i := range raws {
					if head(d, i) {
						placed++
					}
				}
			}
			if placed == 0 {
				b.Fatal("no record was placed")
			}
			b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// BenchmarkEvent decodes records that are kept and that no parser has read: a launch, and the refused call of KMS behind it.
func BenchmarkEvent(b *testing.B) {
	trail, err := trailtest.Parse(`
default by=role/team/ops/ana key=1111aaaa-22bb-33cc-44dd-5555eeee6666
file launch.json plain
start   at=2026-03-02T10:20:31Z instance=i-0a request=q1
refused at=+1s request=q1 because=identity-missing`)
	if err != nil {
		b.Fatal(err)
	}
	var file struct{ Records []json.RawMessage }
	if err := json.Unmarshal(trail.Objects[0].Data, &file); err != nil {
		b.Fatal(err)
	}
	for i, name := range []string{"launch", "refusal"} {
		b.Run("of="+name, func(b *testing.B) {
			d, raw := record.NewDecoder(), file.Records[i]
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, sure, err := d.Read(raw); !sure || err != nil {
					b.Fatal(sure, err)
				}
				if e, err := d.Event(raw); e == nil || err != nil {
					b.Fatal(e, err)
				}
			}
		})
	}
}

// kept are members that outlive the scan of the next record.
func kept(m *scan.Members) scan.Members {
	of := *m
	of.Others = append([]scan.Member(nil), m.Others...)
	return of
}
