//go:build !purego

#include "go_asm.h"
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

// GATHER puts into R a bit for each byte of A and B that is all ones. It spoils
// BX.
#define GATHER(A, B, R) \
	VPMOVMSKB A, R;  \
	VPMOVMSKB B, BX; \
	SHLQ $32, BX;    \
	ORQ BX, R

// BEGIN has the bytes to compare with all over A to F. SI is the text, CX how many
// blocks are left, DI where the marks go, and DX what is carried: R13 whether the
// block begins with an escaped byte, R12 whether inside a string.
#define BEGIN(A, B, C, D, E, F) \
	MOVQ text+0(FP), SI;            \
	MOVQ n+8(FP), CX;               \
	MOVQ out+16(FP), DI;            \
	MOVQ c+24(FP), DX;              \
	MOVQ 0(DX), R13;                \
	MOVQ 8(DX), R12;                \
	VPBROADCASTB bytes<>+0(SB), A;  \
	VPBROADCASTB bytes<>+1(SB), B;  \
	VPBROADCASTB bytes<>+2(SB), C;  \
	VPBROADCASTB bytes<>+3(SB), D;  \
	VPBROADCASTB bytes<>+4(SB), E;  \
	VPBROADCASTB bytes<>+5(SB), F;  \
	VPCMPEQB X14, X14, X14

// ESCAPES takes the quotes behind backslashes out of R8. The backslashes are in
// R9, and R13 says whether the first byte is behind one; see escapes. It spoils
// BX, R9, R10 and R11, which are: the slashes that are not behind one; the bytes
// behind them; the odd ones, and their sum with the slashes.
#define ESCAPES \
	MOVQ R13, BX;                    \
	NOTQ BX;                         \
	ANDQ BX, R9;                     \
	LEAQ (R13)(R9*2), R10;           \
	MOVQ $0x5555555555555555, R11;   \
	MOVQ R11, BX;                    \
	ORQ  R10, BX;                    \
	NOTQ BX;                         \
	ANDQ R9, BX;                     \
	XORQ R13, R13;                   \
	ADDQ R9, BX;                     \
	ADCQ $0, R13;                    \
	SHLQ $1, BX;                     \
	XORQ R11, BX;                    \
	ANDQ R10, BX;                    \
	NOTQ BX;                         \
	ANDQ BX, R8

// INSIDE puts into R9 what is inside strings. The sum without carry of a quote and
// all before it says so: the product with all ones, which are in X14. R12 is all
// ones where the block begins inside.
#define INSIDE \
	VMOVQ R8, X6;                \
	VPCLMULQDQ $0, X14, X6, X6;  \
	VMOVQ X6, R9;                \
	XORQ  R12, R9;               \
	MOVQ  R9, R12;               \
	SARQ  $63, R12

// NEXT marks quotes, and of the brackets in R10 and R11 those that are not inside;
// and goes on with the next block, or carries on what is left. AX is the control
// characters, of which those inside are noted.
#define NEXT \
	ANDQ R9, AX;                \
	JZ   mark;                  \
	ORQ  AX, 16(DX);            \
mark:                               \
	NOTQ R9;                    \
	ANDQ R9, R10;               \
	ANDQ R9, R11;               \
	MOVQ R8, marks_quotes(DI);  \
	MOVQ R10, marks_opens(DI);  \
	MOVQ R11, marks_closes(DI); \
	ADDQ $64, SI;               \
	ADDQ $8, DI;                \
	DECQ CX;                    \
	JNZ  block;                 \
	MOVQ R13, 0(DX);            \
	MOVQ R12, 8(DX);            \
	VZEROUPPER;                 \
	RET

// func findAVX2(text *byte, n int, out *marks, c *carry)
TEXT ·findAVX2(SB), NOSPLIT, $0-32
	BEGIN(Y8, Y9, Y10, Y11, Y12, Y13)

block:
	VMOVDQU (SI), Y0
	VMOVDQU 32(SI), Y1
	VPCMPEQB Y0, Y8, Y4
	VPCMPEQB Y1, Y8, Y5
	GATHER(Y4, Y5, R8) // quotes

	// Most blocks hold neither backslashes nor control characters.
	VPCMPEQB Y0, Y9, Y4
	VPCMPEQB Y1, Y9, Y5
	VPMINUB Y0, Y1, Y6
	VPMINUB Y6, Y13, Y7
	VPCMPEQB Y6, Y7, Y6
	VPOR Y4, Y5, Y7
	VPOR Y6, Y7, Y6
	VPMOVMSKB Y6, AX
	ORQ R13, AX
	JNZ rare

brackets:
	VPOR Y0, Y10, Y2
	VPOR Y1, Y10, Y3
	VPCMPEQB Y2, Y11, Y4
	VPCMPEQB Y3, Y11, Y5
	GATHER(Y4, Y5, R10) // opens
	VPCMPEQB Y2, Y12, Y4
	VPCMPEQB Y3, Y12, Y5
	GATHER(Y4, Y5, R11) // closes

	INSIDE
	NEXT

	// AX is to be the control characters.
rare:
	GATHER(Y4, Y5, R9) // backslashes
	VPMINUB Y0, Y13, Y2
	VPMINUB Y1, Y13, Y3
	VPCMPEQB Y0, Y2, Y2
	VPCMPEQB Y1, Y3, Y3
	GATHER(Y2, Y3, AX)
	MOVQ R9, BX
	ORQ R13, BX
	JZ brackets
	ESCAPES
	JMP brackets

// func findAVX512(text *byte, n int, out *marks, c *carry)
TEXT ·findAVX512(SB), NOSPLIT, $0-32
	BEGIN(Z8, Z9, Z10, Z11, Z12, Z13)

block:
	VMOVDQU64 (SI), Z0
	VPCMPEQB Z0, Z8, K1       // quotes
	VPCMPEQB Z0, Z9, K2       // backslashes
	VPCMPUB $5, Z0, Z13, K3   // control characters: no more than the last one
	VPORQ Z0, Z10, Z1
	VPCMPEQB Z1, Z11, K4      // opens
	VPCMPEQB Z1, Z12, K5      // closes
	KMOVQ K1, R8
	XORQ AX, AX
	KORTESTQ K2, K3
	JNZ rare
	TESTQ R13, R13
	JNZ rare

brackets:
	INSIDE
	KMOVQ K4, R10
	KMOVQ K5, R11
	NEXT

	// Most blocks hold neither backslashes nor control characters.
rare:
	KMOVQ K3, AX
	KMOVQ K2, R9
	MOVQ R9, BX
	ORQ R13, BX
	JZ brackets
	ESCAPES
	JMP brackets
