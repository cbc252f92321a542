package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"grantrail/analyze/incident"
)

// shellLine is a line for bash or zsh that prints exactly one record of the
// archive, or why no line can. Of a row of Parquet it prints the row. Evidence
// without an eventID is printed with the envelope around it.
func shellLine(r incident.Ref) string {
	switch archive, member, _ := strings.Cut(r.Object, "!/"); {
	case r.Object == "-":
		return "nothing: it came by standard input"
	case strings.ContainsRune(r.Object, utf8.RuneError): // JSON has this for each byte that is no text
		return "takes more than a line: its name has bytes that are no text, and the case does not have them"
	case strings.Contains(member, "!/"):
		return "takes more than a line: it is in an archive inside an archive"
	case r.Length == 0 && member != "":
		return "takes more than a line: it is in Parquet inside an archive"
	case r.Length == 0 && strings.ContainsAny(r.Object, globs), member != "" && isZip(archive) && (strings.ContainsAny(r.Object, globs) || member[0] == '-'):
		return "takes more than a line: its name is a pattern or an option to the tool that unpacks it"
	case r.Length == 0:
		return parquetLine(r)
	}
	return fmt.Sprintf("%s | gzip -dcf | tail -c +%d | head -c %d | jq %s", opener(r.Object), r.Offset+1, r.Length, filter(r))
}

// filter is the jq program that prints the record of the bytes cut out. In an
// envelope it looks through every value, and through every text that holds
// JSON, for the record's eventID, and says so where it is packed in another way.
// A notification of EventBridge that is evidence itself has an id instead. All that
// match are collected: first breaks off, which the ? of jq before 1.7 takes for a failure.
func filter(r incident.Ref) string {
	id, err := json.Marshal(r.EventID)
	if !r.Nested || r.EventID == "" || err != nil {
		return "."
	}
	return quote(fmt.Sprintf("def all: .., (.. | strings | fromjson? | all); [all | objects | select(.eventID == %[1]s or has(\"detail-type\") and .id == %[1]s)] | .[0] // error(\"the record is packed deeper than this line unpacks\")", id))
}

// parquetLine prints a row of Parquet. DuckDB keeps the order of rows.
func parquetLine(r incident.Ref) string {
	query := fmt.Sprintf("SELECT * FROM read_parquet('%s') LIMIT 1 OFFSET %d", strings.ReplaceAll(r.Object, "'", "''"), r.Record)
	return "duckdb -json -c " + quote(query) + " | jq ."
}

// globs make a name a pattern, for unzip and for DuckDB.
const globs = `*?[]{}\`

func isZip(archive string) bool { return strings.HasSuffix(strings.ToLower(archive), ".zip") }

// opener prints an object's bytes, inflated once: gzip can be inside gzip. Plain
// bytes gzip -dcf passes through. To a tool that takes a name beginning with a hyphen
// for an option, or one with a colon for a host, names are given so that it does not:
// those in an archive are a stranger's.
func opener(object string) string {
	archive, member, inside := strings.Cut(object, "!/")
	switch {
	case strings.HasPrefix(object, "s3://"):
		return "aws s3 cp " + quote(object) + " - | gzip -dcf"
	case inside && isZip(archive):
		return "unzip -p " + quote(dotted(archive)) + " " + quote(member) + " | gzip -dcf"
	case inside:
		return "tar -xOf " + quote(dotted(archive)) + " -- " + quote(member) + " | gzip -dcf"
	}
	return "gzip -dcf -- " + quote(object)
}

// dotted is a path that says that it is one.
func dotted(path string) string {
	if strings.HasPrefix(path, "/") || strings.HasPrefix(path, "./") || strings.HasPrefix(path, "../") {
		return path
	}
	return "./" + path
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
