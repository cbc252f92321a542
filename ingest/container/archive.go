package container

import (
	"bufio"
	"strconv"
	"strings"
)

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
	tarBlock     = 512
	tarSumAt     = 148 // of the checksum
	tarSumEnd    = 156
	parquetMagic = "PAR1"
)

// archiveOf looks at the first bytes of the inflated text.
func archiveOf(text *bufio.Reader) Archive {
	head, _ := text.Peek(tarBlock)
	switch {
	case len(head) >= len(zipMagic) && string(head[:len(zipMagic)]) == zipMagic:
		return Zip
	case len(head) >= len(parquetMagic) && string(head[:len(parquetMagic)]) == parquetMagic:
		return Parquet
	case len(head) >= tarAt+len(tarMagic) && string(head[tarAt:tarAt+len(tarMagic)]) == tarMagic, isOldTar(head):
		return Tar
	}
	return NoArchive
}

// isOldTar knows a tar of the time before tarMagic by its first header's checksum,
// in octal, which counts itself as blanks.
func isOldTar(head []byte) bool {
	if len(head) < tarBlock || head[0] == 0 {
		return false
	}
	said, err := strconv.ParseInt(strings.Trim(string(head[tarSumAt:tarSumEnd]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	sum := (tarSumEnd - tarSumAt) * int64(' ')
	for i, c := range head {
		if i < tarSumAt || i >= tarSumEnd {
			sum += int64(c)
		}
	}
	return sum == said
}
