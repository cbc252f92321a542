package inflate

import "io"

const (
	// windowSize is how much text is inflated at a time: little enough to stay in
	// a processor's cache until it has been looked at.
	windowSize = 256 << 10
	// minRoom is how much room there must be for more of it.
	minRoom = windowSize / 2
)

// window is text that was inflated and is not given yet, in memory[from:to].
// What precedes it was given, and may be asked for once more.
type window struct {
	memory   []byte
	from, to int
}

// reset empties the window. One that grew for a large object is given back: how
// far ahead an object is read is not to hang on those before it.
func (w *window) reset() {
	if w.from, w.to = 0, 0; len(w.memory) > reach+windowSize+slack {
		w.memory = nil
	}
}

// room is where to put what comes behind the text, at least minRoom, with slack
// behind it. The last keep bytes before there stay where they are.
func (w *window) room(keep int) {
	if w.memory == nil {
		w.memory = make([]byte, reach+windowSize+slack)
	}
	if len(w.memory)-slack-w.to >= minRoom {
		return
	}
	kept := w.memory[w.to-keep : w.to]
	if keep+minRoom+slack > len(w.memory) {
		w.memory = make([]byte, 2*keep+minRoom+slack)
	}
	copy(w.memory, kept)
	w.from, w.to = w.from-(w.to-keep), keep
}

// fill puts more text into the window, and keeps at least the last rest bytes of
// what was given. There may be none, and what ends the text in r.err.
func (r *Reader) fill(rest int) {
	w := &r.window
	keep := min(max(rest+w.to-w.from, reach), w.to)
	w.room(keep)
	at := w.to
	if r.decoded && !r.decode() {
		r.replay()
	}
	if !r.decoded {
		for end := len(w.memory) - slack; r.err == nil && w.to < end; {
			w.to += r.step(w.memory[w.to:end])
		}
	}
	if r.sum != nil {
		r.sum.Write(w.memory[at:w.to]) // never fails
	}
}

// decode puts what our decoder decodes into the window, of one member after another.
// It reports false where the decoder has doubts about what comes next.
func (r *Reader) decode() bool {
	w := &r.window
	for {
		to, ok := r.file.more(w.memory, w.to)
		if r.source.n = r.file.used(); !ok {
			return false
		}
		r.offset += int64(to - w.to)
		w.to = to
		if r.file.ended {
			r.err = io.EOF
		}
		if !r.file.next {
			return true
		}
		r.file.next = false
		r.starts = append(r.starts, r.offset)
	}
}

// step reads once from the storage, or from the streaming decoder.
func (r *Reader) step(p []byte) int {
	from := io.Reader(r.stored)
	if r.gzipped {
		from = r.zip
	}
	n, err := from.Read(p)
	if r.offset += int64(n); err != nil {
		r.settle(err)
	}
	return n
}

// replay leaves an object to the streaming decoder after all, behind what was
// inflated of it, for which there need be no room in the window any longer.
func (r *Reader) replay() {
	done := r.offset
	r.from(r.file.again())
	r.decoded, r.starts, r.offset = false, r.starts[:0], 0
	r.nextMember()
	for again := make([]byte, readAhead); r.err == nil && r.offset < done; {
		r.step(again[:min(readAhead, done-r.offset)])
	}
}

// Window gives the last rest bytes of the text that it gave before, followed by more.
// It may give these alone, with [io.EOF] or an [*Error]. The text is valid until the
// next call of the Reader.
func (r *Reader) Window(rest int) ([]byte, error) {
	w := &r.window
	if w.from == w.to && r.err == nil {
		r.fill(rest)
	}
	text := w.memory[w.from-rest : w.to]
	w.from = w.to
	return text, r.err
}

// ASCII reports whether the text of the object so far surely has nothing but ASCII
// in it: no other byte has a code in its blocks.
func (r *Reader) ASCII() bool { return r.decoded && !r.file.at.wide }

// Plain reports the same of text that has no control characters either.
func (r *Reader) Plain() bool { return r.ASCII() && !r.file.at.controls }

// Peek is the beginning of the text that is not given yet: n bytes, unless there
// are fewer. It is valid until the next call of the Reader.
func (r *Reader) Peek(n int) []byte {
	w := &r.window
	for w.to-w.from < n && r.err == nil {
		r.fill(0)
	}
	return w.memory[w.from:min(w.from+n, w.to)]
}

// Read implements [io.Reader].
func (r *Reader) Read(p []byte) (int, error) {
	w := &r.window
	if len(p) == 0 {
		return 0, nil
	}
	for w.from == w.to && r.err == nil {
		r.fill(0)
	}
	if w.from == w.to {
		return 0, r.err
	}
	n := copy(p, w.memory[w.from:w.to])
	w.from += n
	return n, nil
}
