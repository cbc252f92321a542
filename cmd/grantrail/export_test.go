package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"
	"github.com/rogpeppe/go-internal/testscript"
)

// rowsCmd prints the rows of an export in the order of its files, of some
// columns. Both formats print the same.
func rowsCmd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: rows DIR")
	}
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".parquet":
			return parquetRows(ts.Stdout(), path)
		case ".arrow":
			return arrowRows(ts.Stdout(), path)
		}
		return nil
	}))
}

func parquetRows(w io.Writer, path string) error {
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	in, err := pqarrow.NewFileReader(f, pqarrow.ArrowReadProperties{BatchSize: 100}, memory.DefaultAllocator)
	if err != nil {
		return err
	}
	recs, err := in.GetRecordReader(context.Background(), nil, nil)
	if err != nil {
		return err
	}
	defer recs.Release()
	for recs.Next() {
		printRows(w, recs.Record())
	}
	return nil
}

func arrowRows(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	in, err := ipc.NewFileReader(f)
	if err != nil {
		return err
	}
	for i := range in.NumRecords() {
		rec, err := in.Record(i)
		if err != nil {
			return err
		}
		printRows(w, rec)
	}
	return nil
}

func printRows(w io.Writer, rec arrow.Record) {
	column := func(name string) arrow.Array {
		if at := rec.Schema().FieldIndices(name); len(at) == 1 {
			return rec.Column(at[0])
		}
		return nil
	}
	text := func(name string, i int) string {
		c := column(name).(*array.String)
		if c.IsNull(i) {
			return ""
		}
		return c.Value(i)
	}
	for i := range int(rec.NumRows()) {
		at := column("event_time").(*array.Timestamp).Value(i).ToTime(arrow.Microsecond)
		readOnly := "-"
		if c := column("read_only").(*array.Boolean); !c.IsNull(i) {
			readOnly = fmt.Sprint(c.Value(i))
		}
		list := column("resource_arns").(*array.List)
		from, to := list.ValueOffsets(i)
		arns := []string{}
		for n := from; n < to; n++ {
			arn := list.ListValues().(*array.String).Value(int(n))
			if arn == "" {
				arn = "-"
			}
			arns = append(arns, arn)
		}
		raw := "no"
		if c := column("raw_json"); c != nil && strings.HasPrefix(c.(*array.String).Value(i), "{") {
			raw = "yes"
		}
		_, _ = fmt.Fprintf(w, "%s %s %s error=%s listed=%s readonly=%s arns=%v raw=%s\n",
			text("event_name", i), at.Format(time.RFC3339), text("aws_region", i), text("error_code", i), text("digest_verdict", i), readOnly, arns, raw)
	}
}
