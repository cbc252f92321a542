package report

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// code makes any string a code span, the one construct inside which Markdown
// has no markup, no autolinks and no mentions. The fence is longer than any
// run of backticks inside. Spaces at the edges, which Markdown would drop, are
// shown as ␠. The empty string becomes a dash.
//
// A table needs one thing more, see [cell].
func code(s string) inert {
	if s == "" {
		return dash
	}
	head, rest := clip(s)
	text := edges(visible(head))
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	pad := ""
	if text[0] == '`' || text[len(text)-1] == '`' {
		pad = " "
	}
	return inert(fence+pad+text+pad+fence) + more(rest)
}

// edges shows the spaces that s starts or ends with.
func edges(s string) string {
	core := strings.TrimLeft(s, " ")
	left := len(s) - len(core)
	core = strings.TrimRight(core, " ")
	right := len(s) - left - len(core)
	return strings.Repeat("␠", left) + core + strings.Repeat("␠", right)
}

// longestRun is the length of the longest run of c in s.
func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] != c {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// more says how much of a clipped string is not shown.
func more(rest int) inert {
	if rest == 0 {
		return ""
	}
	return inert(fmt.Sprintf("… (%d more)", rest))
}

// Words that cannot mean anything to Markdown, alone or side by side: letters
// with at most two digits behind (EC2), and short numbers, dates and times.
// Neither can hold a dot, colon or at sign between letters, which is what
// autolinks are made of. A number with a dot behind starts a list when it is
// the first word of a line, so opening words have no punctuation.
var (
	plainWord = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[("']?[A-Za-z]+(?:[-'/][A-Za-z]+)*[0-9]{0,2}(?:'s)?[)"']?[.,;:?!]?$`)
	})
	plainNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\(?[0-9]{1,6}(?:[.,:-][0-9]{1,6}){0,3}\)?[.,;:]?$`) })
	openNumber  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{1,6}$`) })
	around      = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(\(?)([^()]+?)(\)?[.,;:]?)$`) })
)

// prose makes a sentence from a case readable without trusting it: plain words
// stay as they are and every other word becomes a code span. Sentences of
// package analyze quote ARNs and actions, which so get the type they should
// have. Runs of spaces become one.
func prose(s string) inert {
	if strings.Trim(s, " ") == "" {
		return code(s)
	}
	head, rest := clip(s)
	var words []string
	for word := range strings.SplitSeq(head, " ") {
		if word != "" {
			words = append(words, string(inertWord(word, len(words) == 0)))
		}
	}
	return inert(strings.Join(words, " ")) + more(rest)
}

// plainly reports whether a word is what most of ours are: letters, joined by a
// sign at most, and one mark behind them. It is the part of plainWord that takes
// no pattern to tell.
func plainly(word string) bool {
	letter := false // the last was one
	for i := range len(word) {
		switch c := word[i]; {
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letter = true
		case !letter:
			return false
		case i == len(word)-1 && strings.IndexByte(".,;:?!", c) >= 0:
			return true
		case c == '-' || c == '\'' || c == '/':
			letter = false
		default:
			return false
		}
	}
	return letter
}

// inertWord is one word of prose, plain where that is safe. What ends a sentence, and
// brackets around, are not part of a name.
func inertWord(word string, opening bool) inert {
	if plainly(word) || plainWord().MatchString(word) || openNumber().MatchString(word) {
		return inert(word)
	}
	if !opening && plainNumber().MatchString(word) {
		return inert(word)
	}
	parts := around().FindStringSubmatch(word)
	if parts == nil {
		return code(word)
	}
	return inert(parts[1]) + code(parts[2]) + inert(parts[3])
}
