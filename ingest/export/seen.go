package export

import (
	"encoding/binary"
	"os"
)

// seen is the records of a partition that were written: fingerprints by
// eventID. What has the same ID and says the same is a duplicate.
type seen map[[16]byte]uint64

// sight is what a record is to those before it.
type sight uint8

const (
	first sight = iota
	duplicate
	conflict // its ID was seen with another content; both are written
)

func (s seen) look(w *row) sight {
	if w.unnamed {
		return first
	}
	print, known := s[w.id]
	switch {
	case !known:
		s[w.id] = w.print
		return first
	case print == w.print:
		return duplicate
	}
	return conflict
}

const entrySize = 16 + 8

// save puts what was seen of a partition aside, so that memory is bounded by
// the partitions at hand.
func (s seen) save(path string) error {
	b := make([]byte, 0, len(s)*entrySize)
	for id, print := range s {
		b = binary.LittleEndian.AppendUint64(append(b, id[:]...), print)
	}
	return os.WriteFile(path, b, 0o600)
}

func load(path string) (seen, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := make(seen, len(b)/entrySize)
	for ; len(b) >= entrySize; b = b[entrySize:] {
		s[[16]byte(b[:16])] = binary.LittleEndian.Uint64(b[16:])
	}
	return s, nil
}
