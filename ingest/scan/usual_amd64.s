//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func usualAVX2(t *Text, start, i int, before *name) (last *name, at int, read step)
//
//	DI t              SI where it reads     DX the name before
//	R8 text           R9 its length         BX the name at hand
//	R11 first block   R12 marked blocks     R13 marks
//	R14 said          CX where a value ends
TEXT ·usualAVX2(SB), NOSPLIT, $0-49
	MOVQ t+0(FP), DI
	MOVQ i+16(FP), SI
	MOVQ before+24(FP), DX
	MOVQ Text_text(DI), R8
	MOVQ Text_text+8(DI), R9
	MOVQ Text_first(DI), R11
	MOVQ Text_marked(DI), R12
	MOVQ Text_marks(DI), R13
	MOVQ Text_members+Members_Said(DI), R14

member:
	MOVQ name_after(DX), BX
	LEAQ const_ahead(SI), AX
	CMPQ AX, R9
	JGT  unread
	CMPB (R8)(SI*1), $0x22
	JNE  unread
	VMOVDQU 1(R8)(SI*1), Y0
	VPAND name_spelling+spelling_masks(BX), Y0, Y0
	VPXOR name_spelling+spelling_words(BX), Y0, Y0
	VPTEST Y0, Y0
	JNZ  unread
	MOVQ name_length(BX), AX
	LEAQ 3(SI)(AX*1), SI
	MOVBLZX (R8)(SI*1), AX
	CMPL AX, $0x20
	JEQ  blank

value:
	CMPL AX, $0x22
	JNE  other

	// A string: the next quote in two blocks, the second one's bits behind the
	// first one's.
	LEAQ 1(SI), CX
	MOVQ CX, R10
	SHRQ $6, R10
	SUBQ R11, R10
	CMPQ R10, R12
	JCC  valueless
	LEAQ 1(R10), AX
	CMPQ AX, R12
	JCC  valueless
	SHRXQ CX, marks_quotes(R13)(R10*8), AX
	MOVQ marks_quotes+8(R13)(R10*8), R15
	ADDQ R15, R15
	NOTQ CX
	SHLXQ CX, R15, R15
	ORQ  R15, AX
	JZ   valueless
	TZCNTQ AX, AX
	LEAQ 2(SI)(AX*1), CX

said:
	MOVQ name_which(BX), AX
	MOVQ SI, R10
	SUBQ start+8(FP), R10
	MOVL R10, Text_members+Members_values+span_Value(DI)(AX*8)
	MOVQ CX, R10
	SUBQ start+8(FP), R10
	MOVL R10, Text_members+Members_values+span_End(DI)(AX*8)
	MOVQ name_bit(BX), AX
	TESTQ AX, R14
	JNZ  twice

once:
	ORQ  AX, R14
	MOVQ BX, DX
	MOVQ CX, SI
	LEAQ const_words(SI), AX
	CMPQ AX, R9
	JGT  whole
	CMPW (R8)(SI*1), $0x222c
	JNE  between
	INCQ SI
	JMP  member

between:
	VMOVDQU (R8)(SI*1), Y0
	VPAND Text_gap+gap_spelling+spelling_masks(DI), Y0, Y0
	VPXOR Text_gap+gap_spelling+spelling_words(DI), Y0, Y0
	VPTEST Y0, Y0
	JNZ  whole
	ADDQ Text_gap+gap_length(DI), SI
	JMP  member

blank:
	INCQ SI
	MOVBLZX (R8)(SI*1), AX
	JMP  value

twice:
	ORQ  AX, Text_twice(DI)
	JMP  once

other:
	CMPL AX, $0x7b
	JEQ  nested
	CMPL AX, $0x5b
	JEQ  nested
	ANDL $31, AX
	IMUL3Q $constant__size, AX, AX
	LEAQ ·constants(SB), R10
	ADDQ AX, R10
	MOVQ (R8)(SI*1), AX
	ANDQ constant_mask(R10), AX
	CMPQ AX, constant_word(R10)
	JNE  valueless
	MOVQ constant_rest(R10), AX
	LEAQ 1(SI)(AX*1), CX
	JMP  said

	// As in nested. R10 is the block, DX the depth before it, AX what opens in it
	// and R15 what closes.
nested:
	MOVQ SI, R10
	SHRQ $6, R10
	SUBQ R11, R10
	CMPQ R10, R12
	JCC  valueless
	XORL DX, DX
	MOVQ $-1, R15
	SHLXQ SI, R15, R15
	MOVQ marks_opens(R13)(R10*8), AX
	ANDQ R15, AX
	ANDQ marks_closes(R13)(R10*8), R15
	JMP  look

block:
	MOVQ marks_opens(R13)(R10*8), AX
	MOVQ marks_closes(R13)(R10*8), R15

look:
	POPCNTQ R15, CX
	CMPQ DX, CX
	JGT  deeper
	MOVQ R15, R11
	XORL R9, R9
	TESTQ R15, R15
	JZ   deeper

	// Whether as many close, up to the lowest of R11, as have opened.
each:
	INCQ R9
	BLSMSKQ R11, CX
	ANDQ AX, CX
	POPCNTQ CX, CX
	ADDQ DX, CX
	CMPQ CX, R9
	JEQ  closed
	BLSRQ R11, R11
	JNZ  each

deeper:
	POPCNTQ AX, CX
	ADDQ CX, DX
	POPCNTQ R15, CX
	SUBQ CX, DX
	INCQ R10
	CMPQ R10, R12
	JCS  block
	JMP  valueless

closed:
	TZCNTQ R11, CX
	MOVQ Text_first(DI), R11
	MOVQ Text_text+8(DI), R9
	ADDQ R11, R10
	SHLQ $6, R10
	LEAQ 1(R10)(CX*1), CX
	MOVQ name_bit(BX), AX
	ORQ  AX, Text_members+Members_Nested(DI)
	JMP  said

unread:
	MOVQ DX, last+32(FP)
	MOVB $const_nothing, read+48(FP)
	JMP  done

valueless:
	MOVQ BX, last+32(FP)
	MOVB $const_named, read+48(FP)
	JMP  done

whole:
	MOVQ BX, last+32(FP)
	MOVB $const_valued, read+48(FP)

done:
	MOVQ SI, at+40(FP)
	MOVQ R14, Text_members+Members_Said(DI)
	VZEROUPPER
	RET
