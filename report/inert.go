package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// inert is a piece of one line of Markdown that does what we meant and nothing
// else: our own words, or a stranger's made harmless by [code] or [prose].
// Literals convert by themselves and string variables do not, so the compiler
// finds the place where a raw one would get in.
type inert string

// dash stands for a value that is not there.
const dash inert = "—"

// say is fmt.Sprintf for inert pieces only.
func say(format inert, args ...inert) inert {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a
	}
	return inert(fmt.Sprintf(string(format), values...))
}

// join strings pieces together, and is a dash where there are none.
func join(pieces []inert, sep inert) inert {
	if len(pieces) == 0 {
		return dash
	}
	words := make([]string, len(pieces))
	for i, p := range pieces {
		words[i] = string(p)
	}
	return inert(strings.Join(words, string(sep)))
}

// codes lists values as code spans, no more than limit of them.
func codes(values []string, limit int) inert {
	shown := values[:min(len(values), limit)]
	spans := make([]inert, len(shown))
	for i, v := range shown {
		spans[i] = code(v)
	}
	list := join(spans, ", ")
	if hidden := len(values) - len(shown); hidden > 0 {
		list += say(" and %s more", number(hidden))
	}
	return list
}

// optional is code for a value that may be absent.
func optional(s *string) inert {
	if s == nil {
		return dash
	}
	return code(*s)
}

// number is n with commas between the thousands.
func number[N int | int64](n N) inert {
	digits := strconv.FormatInt(int64(n), 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return inert(digits)
}

// count is "1 launch" or "2 launches".
func count(n int, one, many inert) inert {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// apart is a signed stretch of time: +1.5s, -2s, +1h0m5s.
func apart(d time.Duration) inert {
	if d < 0 {
		return inert(d.String())
	}
	return inert("+" + d.String())
}

// at is a point in time in UTC, with a fraction only where there is one.
func at(t time.Time) inert {
	if t.IsZero() {
		return dash
	}
	return inert(t.UTC().Format("2006-01-02 15:04:05.999999999"))
}
