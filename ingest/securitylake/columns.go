package securitylake

import (
	"strings"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// leaf is a column with values: a path from the top of the schema.
type leaf struct {
	index  int
	name   string // the path without the names that Parquet puts around lists and maps
	column *schema.Column
}

type leaves []leaf

// roots are the columns that the mapping reads.
var roots = map[string]bool{
	"time": true, "time_dt": true, "metadata": true, "api": true, "actor": true, "identity": true, "cloud": true,
	"src_endpoint": true, "http_request": true, "resources": true, "unmapped": true,
}

// leavesOf are the columns of a schema that the mapping reads. Lists inside
// lists are none of them.
func leavesOf(s *schema.Schema) leaves {
	var out leaves
	for i := range s.NumColumns() {
		c := s.Column(i)
		path := strings.Split(c.Path(), ".")
		if !roots[path[0]] || c.MaxRepetitionLevel() > 1 {
			continue
		}
		switch c.PhysicalType() {
		case parquet.Types.ByteArray, parquet.Types.Int64, parquet.Types.Int32:
			out = append(out, leaf{i, plain(path, c.MaxRepetitionLevel() > 0), c})
		}
	}
	return out
}

// plain is a path without the wrappers of
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types
// in the names that writers have given them.
func plain(path []string, repeated bool) string {
	if !repeated {
		return strings.Join(path, ".")
	}
	kept := path[:1:1]
	for _, name := range path[1:] {
		switch name {
		case "list", "element", "bag", "array", "array_element", "key_value", "map", "item":
		default:
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, ".")
}

// cloudTrail reports whether rows with these columns can be CloudTrail's at
// all.
func (l leaves) cloudTrail() bool {
	product, operation := false, false
	for _, c := range l {
		product = product || c.name == "metadata.product.name"
		operation = operation || c.name == "api.operation"
	}
	return product && operation
}
