package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"grantrail/analyze/incident"
)

// shellLine is a line for bash or zsh that prints exactly one record of the
// archive, or false where no line can: the object came by standard input and
// is gone. Of a row of Parquet it prints the row. Evidence without an eventID
// is printed with the envelope around it.
func shellLine(r incident.Ref) (string, bool) {
	if r.Length == 0 {
		return parquetLine(r)
	}
	open, ok := opener(r.Object)
	if !ok {
		return "", false
	}
	return fmt.Sprintf("%s | tail -c +%d | head -c %d | jq %s", open, r.Offset+1, r.Length, filter(r)), true
}

// filter is the jq program that prints the record of the bytes cut out. In an
// envelope it looks through every value, and through every text that holds
// JSON, for the record's eventID.
func filter(r incident.Ref) string {
	id, err := json.Marshal(r.EventID)
	if !r.Nested || r.EventID == "" || err != nil {
		return "."
	}
	return quote(fmt.Sprintf("def all: .., (.. | strings | fromjson? | all); first(all | objects | select(.eventID == %s))", id))
}

// parquetLine prints a row of Parquet. DuckDB keeps the order of rows.
func parquetLine(r incident.Ref) (string, bool) {
	if r.Object == "-" || strings.Contains(r.Object, "!/") {
		return "", false
	}
	query := fmt.Sprintf("SELECT * FROM read_parquet('%s') LIMIT 1 OFFSET %d", strings.ReplaceAll(r.Object, "'", "''"), r.Record)
	return "duckdb -json -c " + quote(query) + " | jq .", true
}

// opener prints an object's inflated bytes. gzip -dcf passes plain bytes
// through.
func opener(object string) (string, bool) {
	archive, member, inside := strings.Cut(object, "!/")
	switch {
	case object == "-":
		return "", false
	case strings.HasPrefix(object, "s3://"):
		return "aws s3 cp " + quote(object) + " - | gzip -dcf", true
	case inside && strings.Contains(member, "!/"):
		return "", false // an archive inside an archive takes more than a line
	case inside && strings.HasSuffix(strings.ToLower(archive), ".zip"):
		return "unzip -p " + quote(archive) + " " + quote(member) + " | gzip -dcf", true
	case inside:
		return "tar -xOf " + quote(archive) + " " + quote(member) + " | gzip -dcf", true
	}
	return "gzip -dcf -- " + quote(object), true
}

// quote is a word for the shell. A name with controls in it takes the $'…' form, so
// that pasting the line sends none to the terminal.
func quote(s string) string {
	if visible(s) == s {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}
