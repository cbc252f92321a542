package table

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
)

// TestParquet: what is written comes back, in order, over several batches and
// behind a skip; half a file is no file.
func TestParquet(t *testing.T) {
	var file bytes.Buffer
	w, err := NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	const rows, from, to = 2*BatchRows + 100, 10, BatchRows + 20
	for i := range rows {
		if err := w.Append(sample(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < rows; i++ {
		if i == from {
			if err := r.Skip(to - from); err != nil {
				t.Fatal(err)
			}
			i = to
		}
		want := sample(i)
		if len(want.Volumes) == 0 {
			want.Volumes = nil
		}
		if got, err := r.Next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("row %d: %v\n%+v\n%+v", i, err, got, want)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("behind the last: %v", err)
	}
	if _, err := NewReader(bytes.NewReader(file.Bytes()[:file.Len()/2])); err == nil {
		t.Error("half a file is taken for a whole one")
	}
}
