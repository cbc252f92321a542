package trailtest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// line is one line of a description, split into words. Verbs ask it for their
// options; what nobody asked for is a mistake of the writer, so a misspelt
// option is found without a list of options beside every verb. The first error
// sticks: verbs read on and the builder looks at the end.
type line struct {
	verb    string
	tail    string // everything after the verb, as typed
	args    []string
	options map[string]string
	drops   []string
	patch   object

	defaults map[string]string
	asked    map[string]bool
	err      error
}

func (l *line) fail(format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf(format, args...)
	}
}

// opt is the option as typed, or the standing default, or "".
func (l *line) opt(name string) string {
	l.asked[name] = true
	if v, ok := l.options[name]; ok {
		return v
	}
	return l.defaults[name]
}

func (l *line) optOr(name, otherwise string) string {
	if v := l.opt(name); v != "" {
		return v
	}
	return otherwise
}

func (l *line) need(name string) string {
	v := l.opt(name)
	if v == "" {
		l.fail("%s= is missing", name)
	}
	return v
}

// many splits a comma-separated option.
func (l *line) many(name string) []string {
	v := l.opt(name)
	if v == "" {
		return nil
	}
	return strings.Split(v, ",")
}

func (l *line) needMany(name string) []string {
	if l.need(name) == "" {
		return nil
	}
	return l.many(name)
}

// most bounds the numbers of a description, so that a slip of the finger does
// not fill the disk.
const most = 1_000_000

func (l *line) number(name string, otherwise int) int {
	v := l.opt(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 || n > most {
		l.fail("%s=%s is not a number from 1 to %d", name, v, most)
		return otherwise
	}
	return n
}

// flag takes a bare word out of the arguments.
func (l *line) flag(name string) bool {
	i := slices.Index(l.args, name)
	if i < 0 {
		return false
	}
	l.args = slices.Delete(l.args, i, i+1)
	return true
}

// unasked is the error for words that the verb did not want.
func (l *line) unasked() error {
	if l.err != nil {
		return l.err
	}
	if len(l.args) > 0 {
		return fmt.Errorf("the word %q has no meaning here", l.args[0])
	}
	for _, name := range slices.Sorted(maps.Keys(l.options)) {
		if !l.asked[name] {
			known := strings.Join(slices.Sorted(maps.Keys(l.asked)), ", ")
			return fmt.Errorf("no option %s= (there are: %s)", name, known)
		}
	}
	return nil
}

// split takes a line apart. A blank line has no verb.
func split(text string) (*line, error) {
	l := &line{options: map[string]string{}, asked: map[string]bool{}}
	rest := strings.TrimSpace(text)
	if rest == "" || rest[0] == '#' {
		return l, nil
	}
	l.verb, rest, _ = strings.Cut(strings.ReplaceAll(rest, "\t", " "), " ")
	l.tail = strings.TrimSpace(rest)
	if l.verb == "raw" { // its tail is JSON, not words
		return l, nil
	}
	for rest = l.tail; rest != ""; rest = strings.TrimLeft(rest, " ") {
		switch rest[0] {
		case '#':
			return l, nil
		case '{':
			v, err := decodeJSON([]byte(rest))
			if err != nil {
				return nil, err
			}
			l.patch = v.(object)
			return l, nil
		}
		var err error
		if rest, err = l.word(rest); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// word takes the first word off text and returns what is left.
func (l *line) word(text string) (string, error) {
	end := strings.IndexAny(text, " =")
	switch {
	case end < 0:
		end = len(text)
		fallthrough
	case text[end] == ' ':
		if path, drop := strings.CutPrefix(text[:end], "-"); drop {
			l.drops = append(l.drops, path)
		} else {
			l.args = append(l.args, text[:end])
		}
		return text[end:], nil
	}
	name, value, rest := text[:end], "", text[end+1:]
	if quoted, err := strconv.QuotedPrefix(rest); err == nil {
		value, _ = strconv.Unquote(quoted)
		rest = rest[len(quoted):]
	} else if strings.HasPrefix(rest, `"`) {
		return "", errors.New("a quoted value does not end")
	} else {
		value, rest, _ = strings.Cut(rest, " ")
	}
	if _, twice := l.options[name]; twice {
		return "", fmt.Errorf("%s= is given twice", name)
	}
	l.options[name] = value
	return rest, nil
}
