package securitylake

import "github.com/apache/arrow/go/v17/arrow/memory"

// bounded is an allocator that gives no more than it has. The library has no
// way to be told no but a panic, which guarded takes.
type bounded struct{ left int }

type overLimit struct{}

func (b *bounded) take(n int) {
	if b.left -= n; b.left < 0 {
		panic(overLimit{})
	}
}

// Allocate implements [memory.Allocator].
func (b *bounded) Allocate(size int) []byte {
	b.take(size)
	return memory.DefaultAllocator.Allocate(size)
}

// Reallocate implements [memory.Allocator].
func (b *bounded) Reallocate(size int, old []byte) []byte {
	b.take(size - len(old))
	return memory.DefaultAllocator.Reallocate(size, old)
}

// Free implements [memory.Allocator].
func (b *bounded) Free(old []byte) {
	b.left += len(old)
	memory.DefaultAllocator.Free(old)
}
