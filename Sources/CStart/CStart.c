// What comes before libc and Swift are initialised: for a verb that enters a container the second start of docs/architecture.md
// "The runtime's own file", because what the first start would set up the second one throws away (0.3 ms of a `run`), and then the
// code of a start, mapped at once.
//
// The second start here is a shortcut and no defence. Whatever does not go as expected here is left to Kernel/OwnProgram.swift, which asks the
// kernel whether it has been done, does it in other ways where this one is closed, and says what fails.
//
// Neither libc nor a stack protector nor anything in thread-local memory may be used.
#include "CStart.h"
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/mman.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

// squashfs, erofs, iso9660, cramfs, romfs
int apus_is_unwritable(uint64_t type) {
  return type == 0x73717368 || type == 0xe0f5e1e2 || type == 0x9660 || type == 0x28cd3d45 || type == 0x7275;
}

#if defined(__x86_64__)
static long kernel(long number, long a, long b, long c, long d, long e) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  long answer;
  __asm__ volatile("syscall" : "=a"(answer) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
  return answer;
}

// At the entry rsp points to argc, and rdx is for _start (System V ABI, AMD64 supplement, 3.4.1).
__asm__(".text\n"
        ".globl apus_entry\n"
        ".type apus_entry, @function\n"
        "apus_entry:\n"
        "  xor %ebp, %ebp\n"
        "  mov %rsp, %rbx\n"
        "  mov %rdx, %r12\n"
        "  mov %rsp, %rdi\n"
        "  and $-16, %rsp\n"
        "  call apus_start\n"
        "  mov %rbx, %rsp\n"
        "  mov %r12, %rdx\n"
        "  jmp _start\n");
#elif defined(__aarch64__)
static long kernel(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}

// At the entry sp points to argc, and x0 is for _start.
__asm__(".text\n"
        ".globl apus_entry\n"
        ".type apus_entry, %function\n"
        "apus_entry:\n"
        "  mov x29, xzr\n"
        "  mov x19, x0\n"
        "  mov x0, sp\n"
        "  bl apus_start\n"
        "  mov x0, x19\n"
        "  mov x30, xzr\n"
        "  b _start\n");
#else
#error "no entry for this processor: write one here, or take --entry out of Package.swift"
#endif

static int is_equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

// A verb that enters a container, as far as can be told without the rules of the command line: a container named "run"
// costs its `state` a second start, and nothing else.
static int is_entering(char *const argv[]) {
  for (size_t i = 1; argv[0] && argv[i]; i++)
    if (is_equal(argv[i], "create") || is_equal(argv[i], "run") || is_equal(argv[i], "exec")) return 1;
  return 0;
}

// The copy is the root of a mount in no tree, so its name is "/"; one in memory is "/memfd:apus (deleted)".
static int is_copy(void) {
  char name[16];
  long length = kernel(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)name, sizeof name - 1, 0);
  if (length < 1) return 1;
  name[length] = 0;
  if (length > 7) name[7] = 0;
  return is_equal(name, "/") || is_equal(name, "/ (dele") || is_equal(name, "/memfd:");
}

static char *const *arguments;

char *const *apus_arguments(void) { return arguments; }

#ifdef __GLIBC__  // Where the program began elsewhere, as tests do: glibc hands constructors what it hands to main.
__attribute__((constructor)) static void keep_arguments(int count, char *const *argv) {
  (void)count;
  arguments = argv;
}
#endif

// Comes back where it is done, is not needed, or is not possible here.
static void start_again(char *const argv[], char *const environment[]) {
  if (is_copy()) return;
  struct statfs system;
  if (kernel(SYS_statfs, (long)"/proc/self/exe", (long)&system, 0, 0, 0) < 0) return;
  if (apus_is_unwritable((unsigned)system.f_type)) return;
  long mount = kernel(SYS_open_tree, AT_FDCWD, (long)"/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC, 0, 0);
  if (mount < 0) return;  // an ordinary user, a runtime that is a file in memory
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (kernel(SYS_mount_setattr, mount, (long)"", AT_EMPTY_PATH, (long)&attributes, sizeof attributes) >= 0)
    kernel(SYS_execveat, mount, (long)"", (long)argv, (long)environment, AT_EMPTY_PATH);
  kernel(SYS_close, mount, 0, 0, 0, 0);
}

// The linker lays out between these two what a start calls (packaging/function-order/record).
extern char apus_entry[];
__attribute__((used, section(".text.apus_end_of_start"))) void apus_end_of_start(void) {}

// Instead of a page fault for each few pages. And what init calls is in the page cache then, read by us: read by init, it would
// count against the container's memory. Does nothing before 5.14.
static void map_code(void) {
  long first = (long)apus_entry & ~4095L, length = (long)apus_end_of_start - first;
  if (length > 0) kernel(SYS_madvise, first, length, MADV_POPULATE_READ, 0, 0);
}

__attribute__((used)) void apus_start(long *stack) {
  char *const *argv = arguments = (char *const *)(stack + 1);
  char *const *environment = argv + stack[0] + 1;
  if (!is_entering(argv)) return;
  start_again(argv, environment);
  map_code();
}
