// The program of the measured containers: as small as one can be, so that what is measured is the runtime.
// Ends at once; built with -DSTAY it stays until a signal ends it. No libc: cc -static -nostdlib.
#include <sys/syscall.h>

static long call(long number, long argument) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(argument) : "rcx", "r11", "memory");
  return result;
}

void _start(void) {
#ifdef STAY
  for (;;) call(SYS_pause, 0);
#else
  for (;;) call(SYS_exit_group, 0);
#endif
}
