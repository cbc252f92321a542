package container

import "bufio"

// Archive says that an object is not a text but holds files, or rows, that may
// be evidence.
type Archive uint8

// The archives.
const (
	NoArchive Archive = iota
	Zip
	Tar
	Parquet
)

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7, and
// https://www.gnu.org/software/tar/manual/html_node/Standard.html;
// https://github.com/apache/parquet-format#file-format
const (
	zipMagic     = "PK\x03\x04"
	tarMagic     = "ustar"
	tarAt        = 257 // where tarMagic stands
	parquetMagic = "PAR1"
)

// archiveOf looks at the first bytes of the inflated text.
func archiveOf(text *bufio.Reader) Archive {
	head, _ := text.Peek(tarAt + len(tarMagic))
	switch {
	case len(head) >= len(zipMagic) && string(head[:len(zipMagic)]) == zipMagic:
		return Zip
	case len(head) >= len(parquetMagic) && string(head[:len(parquetMagic)]) == parquetMagic:
		return Parquet
	case len(head) == tarAt+len(tarMagic) && string(head[tarAt:]) == tarMagic:
		return Tar
	}
	return NoArchive
}
