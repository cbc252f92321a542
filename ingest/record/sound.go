package record

import (
	"encoding/binary"
	"math"
	"math/bits"

	"grantrail/ingest/scan"
)

// surely reports whether text is surely one JSON value, as RFC 8259 has it, its
// encoding aside. Of what it is not sure, a parser is to be asked: that is what
// is no JSON, and what is nested more than 64 deep. Where it is a value of a record
// that the scan has read, and has no escapes, of has its strings, from where it
// begins; else of is nil. That no control characters are in them the scan has seen.
func surely(text []byte, of *scan.Members, from int) bool {
	s := stops{text: text, at: -64, scanned: of, from: from}
	depth, within := 0, uint64(0) // a bit for each level: it is an object, the innermost lowest
	for i := skip(text, 0); ; {
		if within&1 == 1 { // a name, before its value
			if i >= len(text) || text[i] != '"' {
				return false
			}
			if i = skip(text, s.quoted(i)); i >= len(text) || text[i] != ':' {
				return false
			}
			i = skip(text, i+1)
		}
		if i >= len(text) {
			return false
		}
		switch c := text[i]; c {
		case '"':
			i = s.quoted(i)
		case '{', '[':
			if depth++; depth > 64 {
				return false
			}
			if within <<= 1; c == '{' {
				within |= 1
			}
			if i = skip(text, i+1); i < len(text) && text[i] != closing(within) {
				continue
			}
		default:
			i = scalar(text, i)
		}
		for { // what ends here
			if i = skip(text, i); depth == 0 {
				return i == len(text)
			}
			if i >= len(text) {
				return false
			}
			if text[i] == ',' {
				i = skip(text, i+1)
				break
			}
			if text[i] != closing(within) {
				return false
			}
			i++
			depth, within = depth-1, within>>1
		}
	}
}

// closing is the bracket that ends what is innermost.
func closing(within uint64) byte { return ']' + byte(within&1)<<5 }

// nowhere is behind any text, and something can be added to it.
const nowhere = math.MaxInt / 2

// skip is where white space at i ends.
func skip(text []byte, i int) int {
	if i < len(text) && text[i] <= ' ' {
		return space(text, i)
	}
	return i
}

// stops are the quotes, backslashes and control characters of a text, of which
// 64 bytes are looked at at once, where the scan has not seen to it.
type stops struct {
	text    []byte
	scanned *scan.Members // nil where there may be escapes
	from    int           // where the text begins in the record
	at      int           // where those bytes begin
	bits    uint64        // one for each of them
}

// quoted is where the string that begins at i ends, or nowhere.
func (s *stops) quoted(i int) int {
	i++
	if s.scanned != nil {
		if end := s.scanned.Quote(s.from + i); end >= 0 {
			return end - s.from + 1
		}
	}
	for i < len(s.text) {
		if off := uint(i - s.at); off >= 64 {
			s.look(i &^ 63)
			continue
		} else if rest := s.bits >> off; rest == 0 {
			i = s.at + 64
			continue
		} else if i += bits.TrailingZeros64(rest); i >= len(s.text) {
			return nowhere
		}
		switch s.text[i] {
		case '"':
			return i + 1
		case '\\':
			i = escaped(s.text, i)
		default:
			return nowhere
		}
	}
	return nowhere
}

// look finds the stops of the 64 bytes at i.
func (s *stops) look(i int) {
	s.at = i
	block := s.text[i:]
	if len(block) < 64 {
		var last [64]byte // what is behind the text stops at once
		copy(last[:], block)
		block = last[:]
	}
	eight := func(n int) uint64 { return stopsIn(binary.LittleEndian.Uint64(block[n:])) << n }
	_ = block[63]
	s.bits = eight(0) | eight(8) | eight(16) | eight(24) | eight(32) | eight(40) | eight(48) | eight(56)
}

// stopsIn are those of eight bytes, one bit each.
func stopsIn(word uint64) uint64 {
	const ones, low, high = 0x0101010101010101, 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	// The highest bit of each byte says that it is no stop: it is not of ASCII,
	// or is neither a backslash, nor a quote or below a space.
	slash := (word^'\\'*ones)&low + 0x7f*ones
	quote := (word^2*ones)&low + (0x80-33)*ones
	hits := ^(slash&quote | word) & high
	return hits >> 7 * 0x0102040810204080 >> 56
}

// escaped is where the escape at i ends, or nowhere.
func escaped(text []byte, i int) int {
	if i+1 >= len(text) {
		return nowhere
	}
	switch text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if i+6 > len(text) {
			return nowhere
		}
		for _, c := range text[i+2 : i+6] {
			if low := c | 0x20; (c < '0' || c > '9') && (low < 'a' || low > 'f') {
				return nowhere
			}
		}
		return i + 6
	}
	return nowhere
}

// scalar is where the number or the word at i ends, or nowhere.
func scalar(text []byte, i int) int {
	for _, word := range [...]string{"null", "true", "false"} {
		if text[i] == word[0] {
			if end := i + len(word); end <= len(text) && string(text[i:end]) == word {
				return end
			}
			return nowhere
		}
	}
	if end, _ := numberEnd(text, i); end >= 0 {
		return end
	}
	return nowhere
}
