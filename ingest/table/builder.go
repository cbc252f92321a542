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
	b       *array.RecordBuilder
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
	return &Builder{mem: mem, b: array.NewRecordBuilder(mem, Schema)}
}

// Append adds one row. The event may be reused afterwards.
func (b *Builder) Append(e *record.Event) error {
	f := b.b.Fields()
	f[colKind].(*array.Uint8Builder).Append(uint8(e.Kind))
	f[colObject].(*array.Int32Builder).Append(int32(e.Object))
	f[colRecord].(*array.Int32Builder).Append(int32(e.Record))
	f[colOffset].(*array.Int64Builder).Append(e.Offset)
	f[colLength].(*array.Int32Builder).Append(int32(e.Length))
	f[colNested].(*array.BooleanBuilder).Append(e.Nested)
	f[colTime].(*array.TimestampBuilder).Append(arrow.Timestamp(e.Time.UnixNano()))
	f[colContent].(*array.FixedSizeBinaryBuilder).Append(e.Content[:])
	for _, c := range textFields(e) {
		if err := appendText(f[c.col], *c.text); err != nil {
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
	if b.rows++; b.rows == BatchRows {
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

func appendText(b array.Builder, s string) error {
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(s)
	case *array.BinaryDictionaryBuilder:
		return b.AppendString(s)
	}
	return nil
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
	b.batches = append(b.batches, b.b.NewRecord())
	b.rows = 0
	// A fresh builder drops the dictionaries, so that each batch carries
	// only the values it uses.
	b.b.Release()
	b.b = array.NewRecordBuilder(b.mem, Schema)
}

// Finish hands over the table. The builder is spent.
func (b *Builder) Finish() *Table {
	b.flush()
	b.b.Release()
	t := newTable(b.batches)
	b.batches = nil
	return t
}

// Release gives back the memory of a builder that is not finished.
func (b *Builder) Release() { b.Finish().Release() }
