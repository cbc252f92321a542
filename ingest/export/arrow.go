package export

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/ipc"
)

const (
	// pendingBytes bound the batches of all open files together. Where as many as
	// pendingFew are pending, one of at least fairBytes is written out for the
	// next, which takes over its memory; and where all are smaller, the memory of one
	// that has more than muchRoom, and is moved into as much as it takes.
	pendingBytes = 28 << 20
	pendingFew   = 2
	fairBytes    = 1 << 20
	muchRoom     = 4 << 20
)

// arrowFiles makes files of Arrow's IPC format, of one schema. Arrow's own
// writer of such files keeps a compressor of some 16 MB for each open file; so
// one writer makes the messages of all, and where they go is decided here.
type arrowFiles struct {
	schema *arrow.Schema
	raw    bool
	ipc    *ipc.Writer
	header []byte     // the message that says the schema, with which each file begins
	to     *arrowFile // of the message at hand
	open   []*arrowFile
	spare  *batch // written out; memory for more than one would be for nothing
}

func newArrowFiles(schema *arrow.Schema, raw bool) (*arrowFiles, error) {
	f := &arrowFiles{schema: schema, raw: raw}
	f.ipc = ipc.NewWriterWithPayloadWriter(f, ipc.WithSchema(schema), ipc.WithZstd())
	empty := (&batch{}).record(schema, raw) // it has the schema said
	defer empty.Release()
	return f, f.ipc.Write(empty)
}

// Start implements [ipc.PayloadWriter].
func (f *arrowFiles) Start() error { return nil }

// Close implements [ipc.PayloadWriter].
func (f *arrowFiles) Close() error { return nil }

// WritePayload implements [ipc.PayloadWriter]. The first message says the
// schema, and all others are records.
func (f *arrowFiles) WritePayload(p ipc.Payload) error {
	meta := p.Meta()
	defer meta.Release()
	switch {
	case f.header == nil:
		f.header = bytes.Clone(meta.Bytes())
		return nil
	case f.to == nil: // the empty record
		return nil
	}
	at := f.to.out.at
	if err := f.to.message(meta.Bytes()); err != nil {
		return err
	}
	body := f.to.out.at
	if err := p.SerializeBody(f.to.out); err != nil {
		return err
	}
	f.to.blocks = append(f.to.blocks, block{at, body - at, f.to.out.at - body})
	return nil
}

// arrowFile is a file that is being written.
type arrowFile struct {
	*arrowFiles
	file   *os.File
	out    *counted
	batch  *batch // nil where nothing is pending
	blocks []block
}

// block is where a record is: its metadata, and its body behind it.
type block struct{ at, meta, body int64 }

// arrowMagic begins a file, where it is filled up to eight bytes, and ends it.
const arrowMagic = "ARROW1"

func (f *arrowFiles) create(path string) (sink, error) {
	to, err := created(path)
	if err != nil {
		return nil, err
	}
	return f.into(to)
}

// into begins a file.
func (f *arrowFiles) into(to *os.File) (sink, error) {
	a := &arrowFile{arrowFiles: f, file: to, out: &counted{file: bufio.NewWriterSize(to, fileBuffer)}}
	f.open = append(f.open, a)
	if _, err := a.out.Write([]byte(arrowMagic + "\x00\x00")); err != nil {
		return a, err
	}
	return a, a.message(f.header)
}

// message writes a message's metadata, filled up to eight bytes.
func (a *arrowFile) message(meta []byte) error {
	size := (len(meta) + 7) &^ 7
	head := binary.LittleEndian.AppendUint32([]byte{0xff, 0xff, 0xff, 0xff}, uint32(size)) //nolint:gosec // some kilobytes
	_, err := a.out.Write(append(append(head, meta...), make([]byte, size-len(meta))...))
	return err
}

// write writes a stretch of rows.
func (a *arrowFile) write(rows *Rows, from, to int) error {
	for from < to {
		if a.batch == nil {
			var err error
			if a.batch, err = a.empty(); err != nil {
				return err
			}
		}
		var full bool
		if from, full = a.batch.take(rows, from, to, a.raw); full {
			if err := a.flush(); err != nil {
				return err
			}
		}
	}
	return a.bound()
}

// empty is memory for what is to be pending.
func (f *arrowFiles) empty() (*batch, error) {
	if n, _, largest := f.pending(); f.spare == nil && n >= pendingFew && largest.batch.size >= fairBytes {
		if err := largest.flush(); err != nil {
			return nil, err
		}
	}
	for _, a := range f.open {
		if f.spare == nil && a.batch != nil && a.batch.size < fairBytes && a.batch.capacity() >= muchRoom {
			a.batch, f.spare = a.batch.split()
		}
	}
	b := f.spare
	if f.spare = nil; b == nil {
		b = &batch{}
	}
	return b, nil
}

// bound writes out what is largest, where all open files together hold too much.
func (f *arrowFiles) bound() error {
	if _, sum, largest := f.pending(); sum >= pendingBytes {
		return largest.flush()
	}
	return nil
}

// pending are how many files have something pending, how much it is in all, and
// which of them has most.
func (f *arrowFiles) pending() (n, sum int, largest *arrowFile) {
	for _, a := range f.open {
		if a.batch == nil {
			continue
		}
		if n, sum = n+1, sum+a.batch.size; largest == nil || a.batch.size > largest.batch.size {
			largest = a
		}
	}
	return n, sum, largest
}

// flush writes out what is pending.
func (a *arrowFile) flush() error {
	if a.batch == nil {
		return nil
	}
	rec := a.batch.record(a.schema, a.raw)
	a.to = a
	err := a.ipc.Write(rec)
	rec.Release()
	a.batch.reset()
	a.spare, a.batch = a.batch, nil
	return err
}

// Close ends the file.
func (a *arrowFile) Close() error { return errors.Join(a.end(), a.file.Close()) }

func (a *arrowFile) end() error {
	a.open = slices.DeleteFunc(a.open, func(o *arrowFile) bool { return o == a })
	if err := a.flush(); err != nil {
		return err
	}
	footer := footer(a.header, a.blocks)
	text := []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0} // no further message
	text = append(text, footer...)
	text = append(binary.LittleEndian.AppendUint32(text, uint32(len(footer))), arrowMagic...) //nolint:gosec // some kilobytes
	if _, err := a.out.Write(text); err != nil {
		return err
	}
	return a.out.file.Flush()
}

// footer is the table Footer of Arrow's File.fbs in the format of flatbuffers,
// https://flatbuffers.dev/internals/: its version, the schema and the blocks.
// The schema is the one inside the message that says it, which stands behind
// the blocks as it is.
func footer(message []byte, blocks []block) []byte {
	const (
		table   = 16
		vector  = 36 // so that what follows its length is at a multiple of eight
		version = 4  // MetadataVersion.V5
	)
	u16, u32, u64 := binary.LittleEndian.AppendUint16, binary.LittleEndian.AppendUint32, binary.LittleEndian.AppendUint64
	begin := vector + 4 + 24*len(blocks)
	//nolint:gosec // places in some kilobytes
	{
		out := u32(nil, table)
		for _, field := range [...]uint16{12, 16, 4, 8, 0, 12} { // size of this list and of the table; version, schema, no dictionaries, record batches
			out = u16(out, field)
		}
		out = u32(out, table-4)
		out = u32(out, version)
		out = u32(out, uint32(begin+schemaIn(message)-len(out)))
		out = u32(out, uint32(vector-len(out)))
		out = u32(out, 0)
		out = u32(out, uint32(len(blocks)))
		for _, b := range blocks {
			out = u64(u64(u64(out, uint64(b.at)), uint64(b.meta)), uint64(b.body))
		}
		return append(out, message...)
	}
}

// schemaIn is where the schema is in the message that says it: its third field.
func schemaIn(message []byte) int {
	u32 := func(at int) int { return int(int32(binary.LittleEndian.Uint32(message[at:]))) } //nolint:gosec // an offset
	root := u32(0)
	field := root - u32(root) + 4 + 2*2
	at := root + int(binary.LittleEndian.Uint16(message[field:]))
	return at + u32(at)
}
