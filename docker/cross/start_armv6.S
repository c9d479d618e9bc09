/* Where a program begins, for ARMv6: hands what the kernel left on the stack to __libc_start_main, which calls main.
   The C library of Raspberry Pi OS bookworm runs constructors by itself, so that the two hooks for them are 0. */
        .text
        .arm
        .globl  _start
        .type   _start, %function
_start:
        mov     fp, #0
        mov     lr, #0
        ldr     r1, [sp], #4            /* argc */
        mov     r2, sp                  /* argv */
        push    {r2}                    /* end of the stack */
        push    {r0}                    /* what the dynamic linker wants called at the end */
        mov     ip, #0
        push    {ip}                    /* no hook for the end */
        mov     r3, #0                  /* no hook for the beginning */
        ldr     ip, .Lmain
.Lhere: add     ip, pc, ip
        ldr     r0, [ip]
        bl      __libc_start_main(PLT)
        bl      abort(PLT)
.Lmain: .word   .Lpointer - (.Lhere + 8)
        .size   _start, . - _start

        .section .data.rel.ro, "aw"
        .balign 4
.Lpointer:
        .word   main

/* Names this program to the C library where a thread's values are to be dropped at its end. */
        .globl  __dso_handle
        .hidden __dso_handle
        .balign 4
__dso_handle:
        .word   0

        .section .note.GNU-stack, "", %progbits
