//go:build !purego

#include "textflag.h"

// Bytes to compare with: quote, backslash, the bit that folds [ and ] on { and
// }, these two, and the last control character.
DATA bytes<>+0(SB)/1, $0x22
DATA bytes<>+1(SB)/1, $0x5c
DATA bytes<>+2(SB)/1, $0x20
DATA bytes<>+3(SB)/1, $0x7b
DATA bytes<>+4(SB)/1, $0x7d
DATA bytes<>+5(SB)/1, $0x1f
GLOBL bytes<>(SB), RODATA|NOPTR, $6

// EQUAL puts into R a bit for each byte of A and B that equals its neighbour in
// C or D. It spoils BX.
#define EQUAL(A, C, B, D, R) \
	VPCMPEQB A, C, Y4;  \
	VPCMPEQB B, D, Y5;  \
	VPMOVMSKB Y4, R;    \
	VPMOVMSKB Y5, BX;   \
	SHLQ $32, BX;       \
	ORQ BX, R

// func findAVX2(text *byte, n int, out *masks)
TEXT ·findAVX2(SB), NOSPLIT, $0-24
	MOVQ text+0(FP), SI
	MOVQ n+8(FP), CX
	MOVQ out+16(FP), DI
	VPBROADCASTB bytes<>+0(SB), Y8
	VPBROADCASTB bytes<>+1(SB), Y9
	VPBROADCASTB bytes<>+2(SB), Y10
	VPBROADCASTB bytes<>+3(SB), Y11
	VPBROADCASTB bytes<>+4(SB), Y12
	VPBROADCASTB bytes<>+5(SB), Y13

block:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPOR Y0, Y10, Y2
	VPOR Y1, Y10, Y3
	EQUAL(Y0, Y8, Y1, Y8, R8)
	EQUAL(Y0, Y9, Y1, Y9, R9)
	EQUAL(Y2, Y11, Y3, Y11, R10)
	EQUAL(Y2, Y12, Y3, Y12, R11)
	VPMINUB Y0, Y13, Y2
	VPMINUB Y1, Y13, Y3
	EQUAL(Y0, Y2, Y1, Y3, R12)
	MOVQ R8, (DI)
	MOVQ R9, 8(DI)
	MOVQ R10, 16(DI)
	MOVQ R11, 24(DI)
	MOVQ R12, 32(DI)
	ADDQ $64, SI
	ADDQ $40, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

