#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

_Static_assert(sizeof(struct open_how) == 24, "openat2(2) OPEN_HOW_SIZE_VER0");
_Static_assert(sizeof(struct clone_args) == 88, "clone3(2) CLONE_ARGS_SIZE_VER2");
_Static_assert(sizeof(struct mount_attr) == 32, "mount_setattr(2) MOUNT_ATTR_SIZE_VER0");
_Static_assert(sizeof(struct rlimit) == 16, "prlimit(2) takes two 64-bit values");

// The name in here must be that of no argument: `call` is expanded inside of its scope.
#define RESULT(call)                                                                                                   \
  do {                                                                                                                 \
    long kernel_answer = (call);                                                                                       \
    return kernel_answer < 0 ? -errno : kernel_answer;                                                                 \
  } while (0)

int apus_openat2(int d, const char *path, const struct open_how *how) { RESULT(syscall(SYS_openat2, d, path, how, sizeof *how)); }
int apus_close(int fd) { RESULT(close(fd)); }
int apus_close_range(unsigned first, unsigned last, unsigned flags) { RESULT(syscall(SYS_close_range, first, last, flags)); }
long apus_read(int fd, void *bytes, size_t count) { RESULT(read(fd, bytes, count)); }
long apus_write(int fd, const void *bytes, size_t count) { RESULT(write(fd, bytes, count)); }
int apus_statx(int d, const char *path, int flags, unsigned mask, struct statx *result) {
  RESULT(syscall(SYS_statx, d, path, flags, mask, result));
}
int apus_fstatfs(int fd, uint64_t *type, uint64_t *flags) {
  struct statfs s = {0};
  int result = fstatfs(fd, &s);
  *type = (unsigned)s.f_type, *flags = s.f_flags;
  RESULT(result);
}
long apus_readlinkat(int d, const char *path, char *bytes, size_t count) { RESULT(readlinkat(d, path, bytes, count)); }
int apus_mkdirat(int d, const char *path, unsigned mode) { RESULT(mkdirat(d, path, mode)); }
int apus_mknodat(int d, const char *path, unsigned mode, unsigned major, unsigned minor) {
  RESULT(mknodat(d, path, mode, makedev(major, minor)));
}
int apus_linkat(int d, const char *from, const char *to) { RESULT(linkat(d, from, d, to, 0)); }
int apus_symlinkat(const char *target, int d, const char *path) { RESULT(symlinkat(target, d, path)); }
int apus_unlinkat(int d, const char *path, int flags) { RESULT(unlinkat(d, path, flags)); }
int apus_renameat(int d, const char *from, const char *to) { RESULT(renameat(d, from, d, to)); }
int apus_fchmod(int fd, unsigned mode) { RESULT(fchmod(fd, mode)); }
int apus_fchmodat(int d, const char *name, unsigned mode) { RESULT(fchmodat(d, name, mode, 0)); }
int apus_fchownat(int d, const char *path, unsigned uid, unsigned gid, int flags) { RESULT(fchownat(d, path, uid, gid, flags)); }
long apus_getdents64(int fd, void *bytes, size_t count) { RESULT(syscall(SYS_getdents64, fd, bytes, count)); }
long apus_getxattr(int fd, const char *name, void *bytes, size_t count) { RESULT(fgetxattr(fd, name, bytes, count)); }
long apus_listxattr(int fd, char *bytes, size_t count) { RESULT(flistxattr(fd, bytes, count)); }
int apus_setxattr(int fd, const char *name, const void *bytes, size_t count) { RESULT(fsetxattr(fd, name, bytes, count, 0)); }
long apus_rewind(int fd) { RESULT(lseek(fd, 0, SEEK_SET)); }
int apus_faccessat2(int d, const char *path, int mode, int flags) { RESULT(syscall(SYS_faccessat2, d, path, mode, flags)); }
int apus_flock(int fd, int operation) { RESULT(flock(fd, operation)); }
int apus_fcntl(int fd, int command, int argument) { RESULT(syscall(SYS_fcntl, fd, command, argument)); }
int apus_duplicate_onto(int fd, int target) { RESULT(dup2(fd, target)); }
int apus_inotify_init(void) { RESULT(syscall(SYS_inotify_init1, O_CLOEXEC | O_NONBLOCK)); }
int apus_inotify_add_watch(int fd, const char *path, unsigned mask) { RESULT(syscall(SYS_inotify_add_watch, fd, path, mask)); }
int apus_inotify_rm_watch(int fd, int watch) { RESULT(syscall(SYS_inotify_rm_watch, fd, watch)); }
int apus_memfd_create(const char *name, unsigned flags) { RESULT(memfd_create(name, flags | MFD_CLOEXEC)); }

int apus_clone3(struct clone_args *args) { RESULT(syscall(SYS_clone3, args, sizeof *args)); }
int apus_fork(int *pidfd) { RESULT(syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, pidfd, NULL, NULL)); }
int apus_setns(int fd, int kinds) { RESULT(syscall(SYS_setns, fd, kinds)); }
int apus_unshare(int kinds) { RESULT(syscall(SYS_unshare, kinds)); }
int apus_pidfd_open(int pid) { RESULT(syscall(SYS_pidfd_open, pid, 0)); }
int apus_pidfd_send_signal(int pidfd, int signal) { RESULT(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0)); }
int apus_kill(int pid, int signal) { RESULT(kill(pid, signal)); }
int apus_wait_pidfd(int pidfd, int *code, int *status) {
  siginfo_t info = {0};
  int result = waitid(P_PIDFD, pidfd, &info, WEXITED | __WALL);
  *code = info.si_code, *status = info.si_status;
  RESULT(result);
}
int apus_wait_pid(int pid, int *status) { RESULT(waitpid(pid, status, WNOHANG | __WALL)); }
int apus_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
  RESULT(syscall(SYS_prctl, option, a, b, c, d));
}
int apus_fexecve(int fd, char *const argv[], char *const envp[]) {
  RESULT(syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH));
}
int apus_execve(const char *path, char *const argv[], char *const envp[]) { RESULT(syscall(SYS_execve, path, argv, envp)); }
int apus_setsid(void) { RESULT(setsid()); }
int apus_chdir(const char *path) { RESULT(chdir(path)); }
int apus_fchdir(int fd) { RESULT(fchdir(fd)); }
long apus_getcwd(char *bytes, size_t count) { RESULT(syscall(SYS_getcwd, bytes, count)); }
int apus_chroot(const char *path) { RESULT(chroot(path)); }
int apus_pivot_root(const char *root, const char *old) { RESULT(syscall(SYS_pivot_root, root, old)); }
int apus_setresuid(unsigned uid) { RESULT(syscall(SYS_setresuid, uid, uid, uid)); }
int apus_setresgid(unsigned gid) { RESULT(syscall(SYS_setresgid, gid, gid, gid)); }
int apus_setgroups(size_t count, const unsigned *groups) { RESULT(syscall(SYS_setgroups, count, groups)); }
int apus_prlimit(int pid, int resource, const struct apus_limit *limit, struct apus_limit *old) {
  RESULT(syscall(SYS_prlimit64, pid, resource, limit, old));
}
int apus_set_uts_name(int domain, const char *name, size_t n) { RESULT(domain ? setdomainname(name, n) : sethostname(name, n)); }
int apus_personality(unsigned long domain) { RESULT(syscall(SYS_personality, domain)); }
int apus_sched_setattr(int pid, const void *attributes) { RESULT(syscall(SYS_sched_setattr, pid, attributes, 0)); }
int apus_sched_setaffinity(int pid, size_t size, const void *mask) { RESULT(syscall(SYS_sched_setaffinity, pid, size, mask)); }
int apus_set_mempolicy(int mode, const unsigned long *mask, size_t bits) { RESULT(syscall(SYS_set_mempolicy, mode, mask, bits)); }
int apus_ioprio_set(int which, int who, int priority) { RESULT(syscall(SYS_ioprio_set, which, who, priority)); }
long apus_keyctl_join_session(const char *name) { RESULT(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name)); }
int apus_keyctl_set_permissions(long key, unsigned permissions) { RESULT(syscall(SYS_keyctl, KEYCTL_SETPERM, key, permissions)); }
int apus_seccomp(unsigned operation, unsigned flags, void *args) { RESULT(syscall(SYS_seccomp, operation, flags, args)); }
// The signal mask of rt_sigprocmask(2) is 64 bits: bit n-1 is signal n.
int apus_sigprocmask(int how, uint64_t mask, uint64_t *old) { RESULT(syscall(SYS_rt_sigprocmask, how, &mask, old, 8)); }
int apus_reset_signal(int number) { RESULT(syscall(SYS_rt_sigaction, number, (uint64_t[4]){0}, NULL, 8)); }  // SIG_DFL, no flags, no mask
int apus_signalfd(uint64_t mask) { RESULT(syscall(SYS_signalfd4, -1, &mask, 8, SFD_CLOEXEC)); }

int apus_fsopen(const char *type) { RESULT(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC)); }
int apus_fsconfig(int context, unsigned command, const char *key, const void *value, int aux) {
  RESULT(syscall(SYS_fsconfig, context, command, key, value, aux));
}
int apus_fspick(int d, const char *path, unsigned flags) { RESULT(syscall(SYS_fspick, d, path, flags)); }
int apus_fsmount(int context, unsigned attributes) { RESULT(syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes)); }
int apus_open_tree(int d, const char *path, unsigned flags) { RESULT(syscall(SYS_open_tree, d, path, flags)); }
int apus_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
  RESULT(syscall(SYS_move_mount, from, from_path, to, to_path, flags));
}
int apus_mount_setattr(int d, const char *path, unsigned flags, const struct mount_attr *attributes) {
  RESULT(syscall(SYS_mount_setattr, d, path, flags, attributes, sizeof *attributes));
}
int apus_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data) {
  RESULT(syscall(SYS_mount, source, target, type, flags, data));
}
int apus_umount2(const char *target, int flags) { RESULT(syscall(SYS_umount2, target, flags)); }

int apus_socket(int domain, int type, int protocol) { RESULT(socket(domain, type | SOCK_CLOEXEC, protocol)); }
int apus_socketpair(int type, int fds[2]) { RESULT(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds)); }
static int at_unix_path(int (*call)(int, const struct sockaddr *, socklen_t), int fd, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  strcpy(address.sun_path + (*path == '@'), path + (*path == '@'));  // unix(7): an abstract one begins with a zero and has no end
  RESULT(call(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + strlen(path) + (*path != '@')));
}
int apus_bind_unix(int fd, const char *path) { return at_unix_path(bind, fd, path); }
int apus_connect_unix(int fd, const char *path) { return at_unix_path(connect, fd, path); }
int apus_listen(int fd, int backlog) { RESULT(listen(fd, backlog)); }
int apus_accept(int fd) { RESULT(accept4(fd, NULL, NULL, SOCK_CLOEXEC)); }
enum { most_fds = 16 };
long apus_send(int fd, const void *bytes, size_t count, const int *fds, size_t fd_count) {
  char control[CMSG_SPACE(sizeof(int) * most_fds)] = {0};
  struct iovec part = {(void *)bytes, count};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd_count > most_fds) return -EINVAL;
  if (fd_count) {
    m.msg_control = control, m.msg_controllen = CMSG_SPACE(sizeof(int) * fd_count);
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET, c->cmsg_type = SCM_RIGHTS, c->cmsg_len = CMSG_LEN(sizeof(int) * fd_count);
    memcpy(CMSG_DATA(c), fds, sizeof(int) * fd_count);
  }
  RESULT(sendmsg(fd, &m, MSG_NOSIGNAL));
}
long apus_receive(int fd, void *bytes, size_t count, int *fds, size_t fd_capacity, size_t *fd_count) {
  char control[CMSG_SPACE(sizeof(int) * most_fds)] = {0};
  struct iovec part = {bytes, count};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = fd_capacity ? sizeof control : 0};
  long result = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
  *fd_count = 0;
  for (struct cmsghdr *c = result < 0 ? NULL : CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    int *sent = (int *)CMSG_DATA(c), sent_count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (int i = 0; i < sent_count; i++)  // whatever was not asked for is not kept open either
      if (*fd_count < fd_capacity) fds[(*fd_count)++] = sent[i]; else close(sent[i]);
  }
  RESULT(result);
}
int apus_poll(void *rows, size_t count, int milliseconds) { RESULT(poll(rows, count, milliseconds)); }
int apus_ioctl(int fd, unsigned long request, void *argument) { RESULT(ioctl(fd, request, argument)); }
int apus_tcgetattr(int fd, void *termios) { RESULT(tcgetattr(fd, termios)); }
int apus_tcsetattr(int fd, const void *termios) { RESULT(tcsetattr(fd, TCSANOW, termios)); }
int apus_interface_up(int socket, const char *name) {
  struct ifreq request = {.ifr_flags = IFF_UP | IFF_RUNNING};
  strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
  RESULT(ioctl(socket, SIOCSIFFLAGS, &request));
}
int apus_bpf(int command, union bpf_attr *attributes, unsigned size) { RESULT(syscall(SYS_bpf, command, attributes, size)); }
