// Runs a program and writes down which of its functions are called, in the order of their first calls.
//
//   record ADDRESSES OUTPUT PROGRAM [ARGUMENT...]
//
// ADDRESSES are those of all functions, in hexadecimal digits, a line each: every one gets a breakpoint, which is taken out
// again when it is hit. Recorded is what a program executes that has the same file as PROGRAM, after it has executed
// itself once more (apus does), and every process it forks, until it executes another.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most = 1 << 18 };
static unsigned long functions[most];
static char is_recorded[most];
static size_t count;
static unsigned char *text;
static unsigned long first, length;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int by_address(const void *a, const void *b) {
  unsigned long x = *(const unsigned long *)a, y = *(const unsigned long *)b;
  return x < y ? -1 : x > y;
}

static void read_addresses(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  while (count < most && fscanf(file, "%lx", &functions[count]) == 1) count++;
  fclose(file);
  if (count == 0) exit((fprintf(stderr, "%s: no addresses\n", path), 1));
  qsort(functions, count, sizeof *functions, by_address);
  first = functions[0], length = functions[count - 1] + 1 - first;
  if (!(text = malloc(length))) fail("malloc");
}

// By way of /proc, which writes to read-only pages of a traced process.
static void transfer(pid_t process, unsigned long address, void *bytes, size_t size, int is_write) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", process);
  int memory = open(path, (is_write ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
  if (memory < 0) fail(path);
  ssize_t done = is_write ? pwrite(memory, bytes, size, (off_t)address) : pread(memory, bytes, size, (off_t)address);
  if (done != (ssize_t)size) fail(path);
  close(memory);
}

static void set_breakpoints(pid_t process) {
  transfer(process, first, text, length, 0);
  unsigned char *stopping = malloc(length);
  if (!stopping) fail("malloc");
  memcpy(stopping, text, length);
  for (size_t i = 0; i < count; i++) stopping[functions[i] - first] = 0xcc;
  transfer(process, first, stopping, length, 1);
  free(stopping);
}

// Returns whether it was one of our breakpoints.
static int note(pid_t process, FILE *output) {
  size_t at = offsetof(struct user_regs_struct, rip);
  unsigned long address = (unsigned long)ptrace(PTRACE_PEEKUSER, process, at, 0) - 1;
  unsigned long *found = bsearch(&address, functions, count, sizeof *functions, by_address);
  if (!found) return 0;
  if (!is_recorded[found - functions]++) fprintf(output, "%lx\n", address);
  transfer(process, address, text + (address - first), 1, 1);
  ptrace(PTRACE_POKEUSER, process, at, address);
  return 1;
}

int main(int argc, char *argv[]) {
  if (argc < 4) return fprintf(stderr, "usage: record ADDRESSES OUTPUT PROGRAM [ARGUMENT...]\n"), 2;
  read_addresses(argv[1]);
  FILE *output = fopen(argv[2], "w");
  if (!output) fail(argv[2]);
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    execv(argv[3], argv + 3);
    fail(argv[3]);
  }
  int status, exit_status = 0, executions = 0;
  waitpid(child, &status, 0);
  ptrace(PTRACE_SETOPTIONS, child, 0,
    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
  ptrace(PTRACE_CONT, child, 0, 0);
  for (pid_t process; (process = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR;) {
    if (process == child && WIFEXITED(status)) exit_status = WEXITSTATUS(status);
    if (!WIFSTOPPED(status)) continue;
    int signal = WSTOPSIG(status), event = status >> 16;
    if (event == PTRACE_EVENT_EXEC && ++executions == 1) set_breakpoints(process);
    // A new process stops by SIGSTOP; events and breakpoints are SIGTRAP.
    int is_ours = event || signal == SIGSTOP || (signal == SIGTRAP && note(process, output));
    ptrace(PTRACE_CONT, process, 0, is_ours ? 0 : signal);
  }
  if (fclose(output)) fail(argv[2]);
  return exit_status;
}
