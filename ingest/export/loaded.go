package export

import "github.com/apache/arrow/go/v17/arrow"

// loaded hands Arrow records on, where there are no files to write.
type loaded struct {
	schema *arrow.Schema
	raw    bool
	into   func(arrow.Record) error
	batch  batch
	open   int // partitions, all of which fill the batch
}

func (l *loaded) create(string) (sink, error) {
	l.open++
	return l, nil
}

func (l *loaded) write(rows *Rows, from, to int) error {
	for from < to {
		var full bool
		if from, full = l.batch.take(rows, from, to, l.raw); full {
			if err := l.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Close ends a partition. What came last is handed on at the end of all.
func (l *loaded) Close() error {
	if l.open--; l.open > 0 || l.batch.n == 0 {
		return nil
	}
	return l.flush()
}

func (l *loaded) flush() error {
	rec := l.batch.record(l.schema, l.raw)
	err := l.into(rec)
	rec.Release()
	l.batch.reset()
	return err
}
