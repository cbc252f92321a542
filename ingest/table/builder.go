package table

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"grantrail/ingest/record"
)

// Builder collects events into record batches. It is not safe for concurrent
// use.
type Builder struct {
	mem     Allocator
	plain   [columns]array.Builder
	words   [columns]*words // of the columns with a dictionary
	rows    int
	batches []arrow.Record
}

// Allocator holds the memory of tables.
type Allocator = memory.Allocator

// NewBuilder makes a Builder on the given allocator; nil is Arrow's default.
func NewBuilder(mem Allocator) *Builder {
	if mem == nil {
		mem = memory.DefaultAllocator
	}
	b := &Builder{mem: mem}
	for i, f := range Schema.Fields() {
		if f.Type == dict {
			b.words[i] = newWords(mem)
		} else {
			b.plain[i] = array.NewBuilder(mem, f.Type)
		}
	}
	return b
}

// Append adds one row. The event may be reused afterwards.
func (b *Builder) Append(e *record.Event) error {
	f := &b.plain
	f[colKind].(*array.Uint8Builder).Append(uint8(e.Kind))
	f[colObject].(*array.Int32Builder).Append(int32(e.Object))
	f[colRecord].(*array.Int32Builder).Append(int32(e.Record))
	f[colOffset].(*array.Int64Builder).Append(e.Offset)
	f[colLength].(*array.Int32Builder).Append(int32(e.Length))
	f[colNested].(*array.BooleanBuilder).Append(e.Nested)
	f[colTime].(*array.TimestampBuilder).Append(arrow.Timestamp(e.Time.UnixNano()))
	f[colContent].(*array.FixedSizeBinaryBuilder).Append(e.Content[:])
	for _, c := range textFields(e) {
		w := b.words[c.col]
		if w == nil {
			f[c.col].(*array.StringBuilder).Append(*c.text)
		} else if err := w.append(*c.text); err != nil {
			return fmt.Errorf("appending column %q: %w", Schema.Field(c.col).Name, err)
		}
	}
	for _, c := range [...]struct {
		col  int
		list []string
	}{
		{colInstances, e.Instances}, {colStates, e.States}, {colInterfaces, e.Interfaces},
		{colOwners, e.Owners}, {colVolumes, e.Volumes},
	} {
		appendList(f[c.col].(*array.ListBuilder), c.list)
	}
	if b.rows++; b.rows == batchRows {
		b.flush()
	}
	return nil
}

// textField is one string of a row, and where an event keeps it.
type textField struct {
	col  int
	text *string
}

func textFields(e *record.Event) [26]textField {
	return [...]textField{
		{colID, &e.ID}, {colName, &e.Name}, {colSource, &e.Source},
		{colRegion, &e.Region}, {colAccount, &e.Account},
		{colRequest, &e.Request}, {colShared, &e.SharedID}, {colReplaces, &e.Replaces},
		{colIdentityType, &e.Identity.Type}, {colIdentityARN, &e.Identity.ARN},
		{colPrincipalID, &e.Identity.PrincipalID}, {colIdentityAccount, &e.Identity.Account},
		{colUserName, &e.Identity.UserName}, {colIssuer, &e.Identity.Issuer}, {colInvokedBy, &e.Identity.InvokedBy},
		{colSourceIP, &e.SourceIP}, {colAgent, &e.Agent},
		{colErrorCode, &e.ErrorCode}, {colErrorMessage, &e.ErrorMessage},
		{colKey, &e.Key}, {colGrantID, &e.GrantID}, {colGrantee, &e.Grantee}, {colService, &e.Service},
		{colTarget, &e.Target}, {colPolicy, &e.Policy}, {colStateReason, &e.StateReason},
	}
}

func appendList(b *array.ListBuilder, list []string) {
	b.Append(true)
	values := b.ValueBuilder().(*array.StringBuilder)
	for _, s := range list {
		values.Append(s)
	}
}

func (b *Builder) flush() {
	if b.rows == 0 {
		return
	}
	// Each batch has dictionaries of its own, with only the values it uses.
	var cols [columns]arrow.Array
	for i := range cols {
		if w := b.words[i]; w != nil {
			cols[i] = w.take()
		} else {
			cols[i] = b.exact(b.plain[i].NewArray())
		}
	}
	b.batches = append(b.batches, array.NewRecord(Schema, cols[:], int64(b.rows)))
	for _, col := range cols {
		col.Release()
	}
	b.rows = 0
}

// exact is a column in as much memory as it takes: a builder grows by doubling it.
func (b *Builder) exact(col arrow.Array) arrow.Array {
	exact, err := array.Concatenate([]arrow.Array{col}, b.mem)
	if err != nil { // it is as good, and larger
		return col
	}
	col.Release()
	return exact
}

// Finish hands over the table. The builder is spent.
func (b *Builder) Finish() *Table {
	b.flush()
	for i := range b.plain {
		if w := b.words[i]; w != nil {
			w.release()
		} else {
			b.plain[i].Release()
		}
	}
	t := newTable(b.batches)
	b.batches = nil
	return t
}

// Release gives back the memory of a builder that is not finished.
func (b *Builder) Release() { b.Finish().Release() }
