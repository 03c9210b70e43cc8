// Runs a program and, at one of its system calls, exchanges two directory entries: a race that is always lost.
//   stop REPORT MARKER NUMBER BACK ONE OTHER COMMAND...
// Calls are counted, over all processes, from the first whose path has MARKER in it; but for those that see nothing of a file system:
// an exchange before one of them is the same as an exchange before the next call. Before the call with the NUMBER the process
// is stopped, ONE and OTHER are exchanged, and it goes on; BACK calls later they are exchanged again, if BACK is not 0.
// REPORT gets the number of calls that were counted (up to the exchange) and that of the call itself. The exit status is COMMAND's.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *marker, *one, *other;
static long wanted, back, counted, stopped_at = -1;
static int counting, done;

static const long with_path[] = {SYS_openat, SYS_openat2, SYS_newfstatat, SYS_statx, SYS_chdir, SYS_readlinkat, SYS_faccessat,
                                 SYS_open_tree, SYS_mount,
#ifdef SYS_open
                                 SYS_open, SYS_stat, SYS_lstat, SYS_readlink, SYS_access,
#endif
};

static const long blind[] = {
    SYS_read, SYS_write, SYS_close, SYS_close_range, SYS_fstat, SYS_fstatfs, SYS_lseek, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_brk, SYS_madvise,
    SYS_mremap, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_tgkill, SYS_kill, SYS_clock_gettime,
    SYS_clock_nanosleep, SYS_nanosleep, SYS_getpid, SYS_gettid, SYS_getppid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_prctl,
    SYS_capget, SYS_capset, SYS_setresuid, SYS_setresgid, SYS_setgroups, SYS_fcntl, SYS_ioctl, SYS_sendmsg, SYS_recvmsg, SYS_sendto,
    SYS_recvfrom, SYS_socketpair, SYS_socket, SYS_listen, SYS_ppoll, SYS_epoll_ctl, SYS_epoll_pwait, SYS_epoll_create1, SYS_futex,
    SYS_sched_yield, SYS_sched_getaffinity, SYS_getrandom, SYS_prlimit64, SYS_umask, SYS_setsid, SYS_keyctl, SYS_bpf, SYS_seccomp, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_clone, SYS_clone3, SYS_unshare, SYS_setns, SYS_exit, SYS_exit_group, SYS_wait4, SYS_waitid,
    SYS_dup3, SYS_pipe2, SYS_flock, SYS_rseq, SYS_set_robust_list, SYS_set_tid_address, SYS_signalfd4, SYS_pidfd_open,
    SYS_pidfd_send_signal, SYS_personality, SYS_getdents64, SYS_memfd_create, SYS_eventfd2, SYS_uname, SYS_sethostname,
#ifdef SYS_open
    SYS_arch_prctl, SYS_dup2, SYS_poll,
#endif
};

static int is_one_of(long call, const long *calls, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (call == calls[i]) return 1;
  return 0;
}

// With AT_EMPTY_PATH it asks about an open file.
static int asks_of_open_file(pid_t process, long call, unsigned long address) {
  char first = 1;
  struct iovec here = {&first, 1}, there = {(void *)address, 1};
  return (call == SYS_statx || call == SYS_newfstatat) && process_vm_readv(process, &here, 1, &there, 1, 0) == 1 && first == 0;
}

static int has_marker(pid_t process, unsigned long address) {
  char text[4096];
  size_t length = 0;
  // Up to the end of a page at a time: what lies behind the string may not be there.
  while (length < sizeof text - 1) {
    size_t piece = 4096 - (address + length) % 4096;
    if (piece > sizeof text - 1 - length) piece = sizeof text - 1 - length;
    struct iovec here = {text + length, piece}, there = {(void *)(address + length), piece};
    ssize_t got = process_vm_readv(process, &here, 1, &there, 1, 0);
    if (got <= 0) break;
    length += got;
    if (memchr(text, 0, length)) break;
  }
  text[length] = 0;
  return strstr(text, marker) != NULL;
}

static void exchange(void) {
  if (renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) < 0) perror("stop: renameat2"), exit(125);
}

static void enter_call(pid_t process) {
  struct __ptrace_syscall_info info;
  if (ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof info, &info) <= 0 || info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
  long call = info.entry.nr;
  if (!counting && is_one_of(call, with_path, sizeof with_path / sizeof *with_path))
    counting = has_marker(process, info.entry.args[0]) || has_marker(process, info.entry.args[1]);
  if (!counting || is_one_of(call, blind, sizeof blind / sizeof *blind) || asks_of_open_file(process, call, info.entry.args[1])) return;
  counted++;
  if (counted == wanted) exchange(), stopped_at = call, done = back == 0;
  if (wanted && back && counted == wanted + back) exchange(), done = 1;
}

// The container's program, a busybox, is no part of the runtime any more.
static int is_program(pid_t process) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/%d/exe", process);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  return strstr(path, "busybox") != NULL;
}

static int follow(pid_t first) {
  for (;;) {
    int status;
    pid_t process = waitpid(-1, &status, __WALL);
    if (process < 0) return errno == ECHILD ? 125 : 126;
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      if (process == first) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      continue;
    }
    int signal = WSTOPSIG(status), event = status >> 16;
    if (signal == (SIGTRAP | 0x80)) enter_call(process), signal = 0;
    else if (event == PTRACE_EVENT_STOP && signal != SIGTRAP) {
      ptrace(PTRACE_LISTEN, process, 0, 0);
      continue;
    } else if (event == PTRACE_EVENT_EXEC && is_program(process)) {
      ptrace(PTRACE_DETACH, process, 0, 0);
      continue;
    } else if (event) signal = 0;
    ptrace(done ? PTRACE_CONT : PTRACE_SYSCALL, process, 0, signal);
  }
}

int main(int count, char **words) {
  if (count < 8) return 125;
  FILE *report = fopen(words[1], "we");
  if (!report) return 125;
  marker = words[2], wanted = atol(words[3]), back = atol(words[4]), one = words[5], other = words[6];
  int go[2];
  if (pipe2(go, O_CLOEXEC) < 0) return 125;
  pid_t child = fork();
  if (child == 0) {
    char byte;
    if (read(go[0], &byte, 1) != 1) _exit(125);
    execvp(words[7], words + 7);
    _exit(127);
  }
  long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                 PTRACE_O_EXITKILL;
  if (ptrace(PTRACE_SEIZE, child, 0, options) < 0) return perror("stop: ptrace"), kill(child, SIGKILL), 125;
  if (ptrace(PTRACE_INTERRUPT, child, 0, 0) < 0 || write(go[1], "", 1) != 1) return 125;
  int status = follow(child);
  fprintf(report, "%ld %ld\n", counted, stopped_at);
  return fclose(report) == 0 ? status : 125;
}
