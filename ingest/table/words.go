package table

import (
	"errors"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// words builds a column of texts that repeat: each is kept once, and a row says
// which it is. Arrow's own builder of such columns copies and hashes every text
// of every row; rows are mostly like the one before, or absent.
type words struct {
	index  map[string]int32
	values *array.StringBuilder
	rows   *array.Int32Builder
	last   string // of the row before
	at     int32  // its index
}

func newWords(mem Allocator) *words {
	return &words{index: map[string]int32{}, values: array.NewStringBuilder(mem), rows: array.NewInt32Builder(mem)}
}

// errTooMuch is more text in one batch than the format has offsets for.
var errTooMuch = errors.New("the texts of a batch are larger than 2 GiB")

func (w *words) append(text string) error {
	if text != w.last || len(w.index) == 0 {
		at, ok := w.index[text]
		if !ok {
			if w.values.DataLen()+len(text) > math.MaxInt32 {
				return errTooMuch
			}
			at = int32(len(w.index)) //nolint:gosec // at most batchRows
			w.index[text] = at
			w.values.Append(text)
		}
		w.last, w.at = text, at
	}
	w.rows.Append(w.at)
	return nil
}

// take hands over the column, and begins another one.
func (w *words) take() arrow.Array {
	rows, values := w.rows.NewArray(), w.values.NewArray()
	defer rows.Release()
	defer values.Release()
	clear(w.index)
	w.last = ""
	return array.NewDictionaryArray(dict, rows, values)
}

func (w *words) release() {
	w.rows.Release()
	w.values.Release()
}
