//go:build !purego

#include "textflag.h"

// The powers of x that 2048 bits are worth, modulo the polynomial, each with its
// bits reversed and behind a zero: x^2080 for the lower half of 128 bits, and
// x^2016 for the upper one.
DATA powers<>+0(SB)/8, $0x11542778a
DATA powers<>+8(SB)/8, $0x1322d1430
GLOBL powers<>(SB), RODATA|NOPTR, $16

// FOLD moves the 64 bytes in Z up to those in memory.
#define FOLD(M, Z) \
	VPCLMULQDQ $0x00, Z0, Z, Z5; \
	VPCLMULQDQ $0x11, Z0, Z, Z;  \
	VPTERNLOGQ $0x96, M, Z5, Z

// func foldAVX512(p *byte, n int, before uint32, to *folded)
TEXT ·foldAVX512(SB), NOSPLIT, $0-32
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	MOVL before+16(FP), AX
	MOVQ to+24(FP), DI
	VMOVDQU64 0(SI), Z1
	VMOVDQU64 64(SI), Z2
	VMOVDQU64 128(SI), Z3
	VMOVDQU64 192(SI), Z4
	VMOVQ AX, X0
	VPXORQ Z0, Z1, Z1
	VBROADCASTI32X4 powers<>(SB), Z0
	JMP next

fold:
	ADDQ $256, SI
	FOLD(0(SI), Z1)
	FOLD(64(SI), Z2)
	FOLD(128(SI), Z3)
	FOLD(192(SI), Z4)

next:
	DECQ CX
	JNZ fold

	VMOVDQU64 Z1, 0(DI)
	VMOVDQU64 Z2, 64(DI)
	VMOVDQU64 Z3, 128(DI)
	VMOVDQU64 Z4, 192(DI)
	VZEROUPPER
	RET
