// Package columnar writes Arrow records as Parquet and reads them back, by the
// Arrow library's readers and writers of single columns. What the columns mean
// is their owner's.
//
// The library's own bridge between the two formats is not used: it brings a
// query engine and an RPC stack along, whose start costs more than all else
// that the program does before its first object, and it reads on goroutines,
// where nobody can catch what a damaged file makes of it.
//
// # Types
//
// A record's columns become one column each, required but where a field is
// nullable:
//
//	Arrow                   Parquet
//	bool                    boolean
//	uint8                   int32, annotated INT(8, unsigned)
//	int32, int64            the same, annotated INT(32 or 64, signed)
//	timestamp[µs or ns, UTC] int64, annotated TIMESTAMP of that unit, adjusted to UTC
//	string                  byte_array, annotated STRING
//	binary                  byte_array
//	fixed binary[n]         fixed_len_byte_array(n)
//	dictionary of T         as T
//	list of T               group, annotated LIST, of a repeated group "list" of an optional "element" of T
//
// A file is compressed with zstd, in pages of version 1, and carries its Arrow
// schema under the key ARROW:schema, as other software has it: with that,
// dictionaries are read as such. This is what the library's bridge writes of
// the same records, and each reads the files of the other.
//
// # Reading
//
// A [Reader] takes the files of a [Writer] or of the bridge, and no others: the
// schema must be the one asked for and the compression zstd. It gives a batch
// of rows at a time, and holds of each column its compressed bytes and one
// page. A dictionary column is read as its values. There are no nulls.
//
// A file that is damaged is an error, whatever it claims: [Checked] is what
// keeps the library from believing its pages. That values are those that were
// written is nevertheless for a hash to say, which is the caller's.
package columnar

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Parquet is the Parquet schema of an Arrow schema.
func Parquet(s *arrow.Schema) (*schema.Schema, error) {
	var nodes schema.FieldList
	for _, f := range s.Fields() {
		n, err := node(f)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", f.Name, err)
		}
		nodes = append(nodes, n)
	}
	root, err := schema.NewGroupNode(parquet.DefaultRootName, parquet.Repetitions.Repeated, nodes, -1)
	if err != nil {
		return nil, err
	}
	return schema.NewSchema(root), nil
}

// node is a field's place in a Parquet schema.
func node(f arrow.Field) (schema.Node, error) {
	presence := parquet.Repetitions.Required
	if f.Nullable {
		presence = parquet.Repetitions.Optional
	}
	primitive := func(physical parquet.Type, width int, logical schema.LogicalType) (schema.Node, error) {
		return schema.NewPrimitiveNodeLogical(f.Name, presence, logical, physical, width, -1)
	}
	switch t := f.Type.(type) {
	case *arrow.BooleanType:
		return primitive(parquet.Types.Boolean, -1, schema.NoLogicalType{})
	case *arrow.Uint8Type:
		return primitive(parquet.Types.Int32, -1, schema.NewIntLogicalType(8, false))
	case *arrow.Int32Type:
		return primitive(parquet.Types.Int32, -1, schema.NewIntLogicalType(32, true))
	case *arrow.Int64Type:
		return primitive(parquet.Types.Int64, -1, schema.NewIntLogicalType(64, true))
	case *arrow.TimestampType:
		unit, ok := units[t.Unit]
		if !ok || t.TimeZone != "UTC" {
			return nil, fmt.Errorf("no place for %s in Parquet", t)
		}
		return primitive(parquet.Types.Int64, -1, schema.NewTimestampLogicalTypeForce(true, unit))
	case *arrow.StringType:
		return primitive(parquet.Types.ByteArray, -1, schema.StringLogicalType{})
	case *arrow.BinaryType:
		return primitive(parquet.Types.ByteArray, -1, schema.NoLogicalType{})
	case *arrow.FixedSizeBinaryType:
		return primitive(parquet.Types.FixedLenByteArray, t.ByteWidth, schema.NoLogicalType{})
	case *arrow.DictionaryType:
		f.Type = t.ValueType
		return node(f)
	case *arrow.ListType:
		element, err := node(arrow.Field{Name: f.Name, Type: t.Elem(), Nullable: true})
		if err != nil {
			return nil, err
		}
		return schema.ListOf(element, presence, -1)
	}
	return nil, fmt.Errorf("no place for %s in Parquet", f.Type)
}

var units = map[arrow.TimeUnit]schema.TimeUnitType{
	arrow.Microsecond: schema.TimeUnitMicros,
	arrow.Nanosecond:  schema.TimeUnitNanos,
}
