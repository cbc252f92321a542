package container

import "bytes"

// headSize is how much of an object is looked at again when it proves to be of
// no use: several records.
const headSize = 8 << 10

func (r *Reader) noteHead() {
	head, _ := r.text.Peek(headSize)
	r.head = append(r.head[:0], head...)
}

// suspect reports whether text of no known shape looks like CloudTrail's all
// the same: the names of a record stand in it, not as text inside a string, or
// it is in UTF-16 or UTF-32, in which CloudTrail never writes and an export may
// be saved; or it is a table of events. A log file whose first bytes were damaged
// looks like this, and what CloudTrail Lake and the console save as CSV, of which
// no reader can know what the columns leave out.
func suspect(head []byte) bool {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff", "\x00\x00\xfe\xff"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return true
		}
	}
	if isTable(head) {
		return true
	}
	head = bytes.ToLower(head) // as Athena has the names
	if !bytes.Contains(head, []byte(`"eventsource"`)) || bytes.Contains(head, []byte(`"aws:`)) {
		return false
	}
	return bytes.Contains(head, []byte(`"eventversion"`)) || bytes.Contains(head, []byte(`"eventtime"`)) ||
		bytes.Contains(head, []byte(`"eventname"`))
}

// isTable reports whether the first line that is not empty names columns as those
// tables do, whatever stands between them: a spreadsheet saves with what its
// country has there.
func isTable(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
	has := make(map[string]bool)
	for column := range bytes.FieldsFuncSeq(bytes.ToLower(line), func(c rune) bool { return c == ',' || c == ';' || c == '\t' }) {
		has[string(bytes.ReplaceAll(bytes.Trim(bytes.TrimSpace(column), `"`), []byte(" "), nil))] = true
	}
	return has["eventjson"] || has["eventname"] && (has["eventtime"] || has["eventsource"])
}
