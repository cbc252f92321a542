package inflate

import "math/bits"

// The bases and extra bits of lengths and distances, RFC 1951, section 3.2.5.
var (
	lengthBase  = [...]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [...]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase    = [...]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	distExtra   = [...]uint8{0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13}
	sizeOrder   = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

// What the symbols mean, as entries without their codes, of which the bits 0-5 are the extra bits. Symbols
// that must not occur are a pointer and an end at once.
var (
	literalEntries  = entriesOf(maxLiterals, literalEntry)
	distanceEntries = entriesOf(maxDistances, distanceEntry)
	sizeEntries     = entriesOf(19, func(symbol int) uint32 { return uint32(symbol) << 16 }) //nolint:gosec // small
)

func entriesOf(n int, entry func(symbol int) uint32) []uint32 {
	out := make([]uint32, n)
	for i := range out {
		out[i] = entry(i)
	}
	return out
}

func literalEntry(symbol int) uint32 {
	switch {
	case symbol < 256:
		return isLiteral | uint32(symbol)<<16 //nolint:gosec // small
	case symbol == 256:
		return isEnd
	case symbol-257 < len(lengthBase):
		return uint32(lengthExtra[symbol-257]) | uint32(lengthBase[symbol-257])<<16
	}
	return special
}

func distanceEntry(symbol int) uint32 {
	if symbol < len(distBase) {
		return uint32(distExtra[symbol]) | uint32(distBase[symbol])<<16
	}
	return special
}

// build makes a table of codes of these sizes. It gives up on sizes that claim
// more codes than there are, and on those that leave some out, but for a single
// code of one bit: one distance, as some compressors write it.
func (d *decoder) build(table []uint32, root int, sizes []uint8, entries []uint32) bool {
	var count, next [maxCode + 1]int
	for _, s := range sizes {
		count[s]++
	}
	used, most := len(sizes)-count[0], 0
	left := 1
	for s := 1; s <= maxCode; s++ {
		if left = left<<1 - count[s]; left < 0 {
			return false
		}
		if count[s] > 0 {
			most = s
		}
		if s < maxCode {
			next[s+1] = next[s] + count[s]
		}
	}
	if single := used == 1 && count[1] == 1; left > 0 && used > 0 && !single {
		return false
	}
	for i, s := range sizes {
		if s > 0 {
			d.order[next[s]] = uint16(i) //nolint:gosec // small
			next[s]++
		}
	}
	// The table of one more bit is that of one bit less, twice.
	code, at := 0, 0
	table[0] = 0
	for size := 1; size <= root; size++ {
		half := 1 << (size - 1)
		copy(table[half:2*half], table[:half])
		code <<= 1
		for range count[size] {
			table[reversed(code, size)] = coded(entries[d.order[at]], size) //nolint:gosec // at most 15
			code++
			at++
		}
	}
	if d.used = used; at == used {
		return true
	}
	below := most - root
	free, prefix := 1<<root, -1
	for size := root + 1; size <= most; size++ {
		code <<= 1
		for range count[size] {
			r := reversed(code, size)
			if p := r & (1<<root - 1); p != prefix {
				prefix = p
				if free+1<<below > len(table) {
					return false
				}
				table[p] = isPointer | uint32(below)<<8 | uint32(free)<<16 | uint32(root) //nolint:gosec // small
				clear(table[free : free+1<<below])
				free += 1 << below
			}
			sub := table[free-1<<below : free]
			for i := r >> root; i < 1<<below; i += 1 << (size - root) {
				sub[i] = coded(entries[d.order[at]], size) //nolint:gosec // at most 15
			}
			code++
			at++
		}
	}
	return true
}

// reversed is a code with its first bit last, as the stream has it.
func reversed(code, size int) int {
	return int(bits.Reverse16(uint16(code)) >> (16 - size)) //nolint:gosec // at most 15 bits
}

// coded is an entry with a code of this size.
func coded(entry uint32, size int) uint32 {
	return entry + uint32(size) | uint32(size)<<8 //nolint:gosec // at most 15
}

// short is a literal that leaves room for another one in an index of the root.
type short struct {
	code, size int // the code with its first bit last
	entry      uint32
}

// pair has the root of the table that was built last decode two literals at once,
// wherever the codes of both fit into its index.
func (d *decoder) pair(sizes []uint8) {
	shorts, code, size, most := d.shorts[:0], 0, 0, literalBits
	for _, symbol := range d.order[:d.used] {
		code <<= int(sizes[symbol]) - size
		if size = int(sizes[symbol]); size > most {
			break
		}
		if symbol < 256 {
			if len(shorts) == 0 { // none is shorter
				most = literalBits - size
			}
			shorts = append(shorts, short{reversed(code, size), size, uint32(symbol) << 16})
		}
		code++
	}
	root := (*[1 << literalBits]uint32)(d.literalCodes[:])
	for _, first := range shorts {
		for _, next := range shorts {
			size := first.size + next.size
			if size > literalBits {
				break
			}
			e := isLiteral | isTwo | uint32(size) | first.entry | next.entry<<8 //nolint:gosec // small
			for i := first.code | next.code<<first.size; i < len(root); i += 1 << size {
				root[i] = e
			}
		}
	}
}
