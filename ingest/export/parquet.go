package export

import (
	"bufio"
	"encoding/binary"
	"errors"
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/metadata"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/klauspost/compress/zstd"

	"grantrail/ingest/columnar"
	"grantrail/ingest/record"
)

const (
	// groupRows makes row groups of about a million values, and groupBytes ends
	// one of large records before: it is in memory, compressed, until it is whole.
	groupRows  = 22 << 10
	groupBytes = 8 << 20
	// zstdLevel is the fastest: on log records the default saves no space.
	zstdLevel = 1
	// fileBuffer joins small writes.
	fileBuffer = 64 << 10
)

// Arrow's writer of Parquet copies each value four times on its way, and hashes
// it anew for each partition; it keeps a writer for each column of each open
// file; and where the disk is full it says nothing. So the pages are made here,
// from records as they came, and Arrow's library writes what is around them:
// headers, metadata and schema.

// parquetFiles makes Parquet files of one schema. Only one of them is written
// to at a time.
type parquetFiles struct {
	packer
	schema *schema.Schema
	props  *parquet.WriterProperties
	kinds  []kind
	raw    bool
	spare  [][]chunk // of files that are closed
}

func newParquetFiles(columns *arrow.Schema, raw bool) (*parquetFiles, error) {
	f := &parquetFiles{raw: raw, props: parquet.NewWriterProperties(
		columnar.Zstd(), parquet.WithCompressionLevel(zstdLevel), parquet.WithCreatedBy("grantrail"))}
	var err error
	if f.schema, err = columnar.Parquet(columns); err != nil {
		return nil, err
	}
	f.zip, err = zstd.NewWriter(nil, zstd.WithZeroFrames(true), zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(zstdLevel)),
		zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithWindowSize(largePage), zstd.WithLowerEncoderMem(true))
	for i := range f.schema.NumColumns() {
		column := f.schema.Column(i)
		k := kind{name: column.Path(), page: smallPage}
		switch k.list = column.MaxRepetitionLevel() > 0; column.PhysicalType() {
		case parquet.Types.ByteArray:
			k.numbers = !various[k.name]
		case parquet.Types.Boolean:
			k.bools, k.signed = true, true
		default:
			k.signed = true
		}
		k.lacking = !k.list && column.MaxDefinitionLevel() > 0
		k.unknown = large[k.name]
		if k.name == rawColumn {
			k.page = largePage
		}
		f.kinds = append(f.kinds, k)
	}
	return f, err
}

// various are columns of text whose values are known to differ, and large those
// whose range says nothing.
var (
	various = map[string]bool{"event_id": true, "request_id": true, "shared_event_id": true, "request_parameters_json": true, "response_elements_json": true, rawColumn: true}
	large   = map[string]bool{"request_parameters_json": true, "response_elements_json": true, rawColumn: true}
)

// parquetFile is a file that is being written.
type parquetFile struct {
	*parquetFiles
	file   *os.File
	out    *counted
	meta   *metadata.FileMetaDataBuilder
	chunks []chunk
	rows   int // of the row group
	groups int16
}

// counted is a file, and how much is in it.
type counted struct {
	file *bufio.Writer
	at   int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.file.Write(p)
	c.at += int64(n)
	return n, err
}

// Tell is where the next byte will be.
func (c *counted) Tell() int64 { return c.at }

const magic = "PAR1"

func (f *parquetFiles) create(path string) (sink, error) {
	to, err := created(path)
	if err != nil {
		return nil, err
	}
	return f.into(to)
}

// into begins a file.
func (f *parquetFiles) into(to *os.File) (sink, error) {
	p := &parquetFile{parquetFiles: f, file: to, out: &counted{file: bufio.NewWriterSize(to, fileBuffer)}, meta: metadata.NewFileMetadataBuilder(f.schema, f.props, nil)}
	if n := len(f.spare); n > 0 {
		p.chunks, f.spare = f.spare[n-1], f.spare[:n-1]
	} else {
		p.chunks = make([]chunk, len(f.kinds))
		for i, k := range f.kinds {
			p.chunks[i].kind = k
		}
	}
	_, err := p.out.Write([]byte(magic))
	return p, err
}

// write writes a stretch of rows.
func (f *parquetFile) write(rows *Rows, from, to int) error {
	for from < to {
		n := min(to-from, groupRows-f.rows)
		f.add(rows, from, from+n)
		from, f.rows = from+n, f.rows+n
		if f.rows == groupRows || f.held() >= groupBytes {
			if err := f.group(); err != nil {
				return err
			}
		}
	}
	return nil
}

// held is how much of the row group is in memory, compressed, and how much are the
// numbers of elements: a list may have any number of those, and little text.
func (f *parquetFile) held() (size int) {
	for i := range f.chunks {
		if f.chunks[i].list {
			size += 2 * len(f.chunks[i].index)
		}
		for _, p := range f.chunks[i].pages {
			size += len(p.packed)
		}
	}
	return size
}

// add adds rows to the row group, column by column.
func (f *parquetFile) add(rows *Rows, from, to int) {
	z, c, part := &f.packer, f.chunks, rows.rows[from:to]
	for n, of := range fields {
		for i := from; i < to; i++ {
			if value := rows.value(i, of); value != nil {
				c[n].text(z, value)
			} else {
				c[n].null()
			}
		}
	}
	c = c[len(columns):]
	var b [8]byte
	for i := range part {
		binary.LittleEndian.PutUint64(b[:], uint64(part[i].at)) //nolint:gosec // as it is
		c[0].fixed(z, b[:])
	}
	for n := range part[0].truths {
		for i := range part {
			c[1+n].said(part[i].truths[n])
		}
	}
	for n := range (record.Resource{}) {
		for i := from; i < to; i++ {
			c[3+n].elements(z, rows, i, n)
		}
	}
	c[6].same(z, rows.Object, len(part))
	for i := range part {
		binary.LittleEndian.PutUint32(b[:], uint32(part[i].record)) //nolint:gosec // as it is
		c[7].fixed(z, b[:4])
	}
	c[8].same(z, rows.Verdict, len(part))
	for i := from; f.raw && i < to; i++ {
		c[9].text(z, rows.raw(i))
	}
}

// said adds what is true or false.
func (c *chunk) said(t truth) {
	if t == unsaid {
		c.null()
	} else {
		c.truth(t == isTrue)
	}
}

// elements adds the nth of what each resource of a row says.
func (c *chunk) elements(z *packer, rows *Rows, row, n int) {
	all := rows.resources[rows.rows[row].resources.from:rows.rows[row].resources.to]
	if len(all) == 0 {
		c.empty()
	}
	for i, r := range all {
		c.element(z, rows.of(row, r[n]), i == 0)
	}
}

// same adds what all rows say.
func (c *chunk) same(z *packer, value string, n int) {
	text := []byte(value)
	for range n {
		if c.lacking && value == "" {
			c.null()
		} else {
			c.text(z, text)
		}
	}
}

// group ends the row group.
func (f *parquetFile) group() error {
	group, size := f.meta.AppendRowGroup(), 0
	for i := range f.chunks {
		c := &f.chunks[i]
		c.flush(&f.packer)
		n, err := c.write(f.out, group.NextColumnChunk(), f.props, f.groups, int16(i))
		if err != nil {
			return err
		}
		size += n
	}
	group.SetNumRows(f.rows)
	err := group.Finish(int64(size), f.groups)
	f.rows, f.groups = 0, f.groups+1
	return err
}

// Close ends the file.
func (f *parquetFile) Close() error {
	return errors.Join(f.end(), f.file.Close())
}

func (f *parquetFile) end() error {
	if f.rows > 0 {
		if err := f.group(); err != nil {
			return err
		}
	}
	for i := range f.chunks {
		f.chunks[i].spelled = false
	}
	f.spare, f.chunks = append(f.spare, f.chunks), nil
	meta, err := f.meta.Finish()
	if err != nil {
		return err
	}
	n, err := meta.WriteTo(f.out, nil)
	if err != nil {
		return err
	}
	if _, err := f.out.Write(append(binary.LittleEndian.AppendUint32(nil, uint32(n)), magic...)); err != nil { //nolint:gosec // of a footer
		return err
	}
	return f.out.file.Flush()
}
