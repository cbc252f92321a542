package container

import (
	"bytes"
	"slices"
)

// packings are formats that are not read and can hold anything, by their first
// bytes. Each byte is what https://github.com/file/file/tree/master/magic/Magdir
// has in compress and archive.
var packings = []struct{ name, magic string }{
	{"bzip2", "BZh"},
	{"xz", "\xfd7zXZ\x00"},
	{"zstd", "\x28\xb5\x2f\xfd"},
	{"lz4", "\x04\x22\x4d\x18"},
	{"snappy", "\xff\x06\x00\x00sNaPpY"},
	{"compress", "\x1f\x9d"},
	{"gzip more than twice", "\x1f\x8b"},
	{"7z", "7z\xbc\xaf\x27\x1c"},
	{"rar", "Rar!\x1a\x07"},
	{"a zip in parts", "PK\x07\x08"},
}

// packing is what a text of no known shape is packed in, so that nobody knows
// whether it is evidence; "" where it is not.
func packing(head []byte) string {
	i := slices.IndexFunc(packings, func(p struct{ name, magic string }) bool {
		return bytes.HasPrefix(head, []byte(p.magic))
	})
	if i < 0 || packings[i].name == "bzip2" && (len(head) < 4 || head[3] < '1' || head[3] > '9') {
		return ""
	}
	return packings[i].name
}
