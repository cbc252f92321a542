package ingest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"grantrail/ingest/export"
	"grantrail/ingest/record"
)

// TestExportText: bytes that are no UTF-8 are replaced in all columns, which say that
// they hold text.
func TestExportText(t *testing.T) {
	const raw = `{"Records":[{"eventVersion":"1.11","eventTime":"2026-03-02T10:20:30Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","recipientAccountId":"111122223333",` +
		`"userAgent":"a` + "\xff" + `b","userIdentity":{"type":"a` + "\xff" + `b"},"requestParameters":{"key":"a` + "\xff" + `b"}}]}`
	file := filepath.Join(t.TempDir(), "log.json.gz")
	if err := os.WriteFile(file, []byte(zipped(t, raw)), 0o600); err != nil {
		t.Fatal(err)
	}
	listing, err := List(context.Background(), []string{file}, ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	replaced := map[string]bool{}
	if _, err := Export(context.Background(), listing, Options{}, export.Options{Dir: t.TempDir(), Into: func(rec arrow.Record) error {
		for i, col := range rec.Columns() {
			text, is := col.(*array.String)
			if !is || text.IsNull(0) {
				continue
			}
			if !utf8.ValidString(text.Value(0)) {
				t.Errorf("%s is %q", rec.ColumnName(i), text.Value(0))
			}
			replaced[rec.ColumnName(i)] = strings.Contains(text.Value(0), "a\uFFFDb")
		}
		return nil
	}}, func(*record.Head, *record.Found, []byte) bool { return true }); err != nil {
		t.Fatal(err)
	}
	for _, column := range []string{"user_agent", "identity_type", "request_parameters_json", "raw_json"} {
		if !replaced[column] {
			t.Errorf("%s has nothing replaced", column)
		}
	}
}
