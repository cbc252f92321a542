package export

import "os"

// asideBytes bound what is put aside in memory. More of it is in files.
const asideBytes = 16 << 20

// aside is what was seen of partitions that are closed, so that memory is bounded by
// those at hand: most never get another record.
type aside struct {
	dir  string
	held int // bytes in memory
}

// past is what is known of a partition that may be closed.
type past struct {
	files int    // begun so far
	seen  []byte // packed, if not in the file
	file  string
}

// put puts aside what was seen of a partition.
func (a *aside) put(p *past, s *seen) error {
	b := s.packed()
	if a.held+len(b) > asideBytes {
		return os.WriteFile(p.file, b, 0o600)
	}
	p.seen, a.held = b, a.held+len(b)
	return nil
}

// take adds it to what is seen of a partition that is met again.
func (a *aside) take(p *past, s *seen) error {
	b := p.seen
	if b == nil {
		var err error
		if b, err = os.ReadFile(p.file); err != nil {
			return err
		}
	}
	a.held -= len(p.seen)
	p.seen = nil
	s.unpack(b)
	return nil
}
