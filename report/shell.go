package report

import (
	"fmt"
	"strings"

	"grantrail/analyze/incident"
)

// shellLine is a line for bash or zsh that prints exactly one record of the archive, or
// false where the object came by standard input and is gone. A record of which
// only the envelope's place is known is printed with its envelope.
func shellLine(r incident.Ref) (string, bool) {
	open, ok := opener(r.Object)
	if !ok {
		return "", false
	}
	cut := fmt.Sprintf("tail -c +%d", r.Offset+1)
	if r.Length > 0 {
		return fmt.Sprintf("%s | %s | head -c %d | jq .", open, cut, r.Length), true
	}
	return fmt.Sprintf("%s | %s | jq -n input", open, cut), true
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
