// The system calls apus makes, one a function. Each returns what the kernel returns: the result, or the negated errno.
// `errno` never reaches Swift, where a release or a deinit may run between the call and its reading.
// This header includes only uapi headers: libc's own would clash with the module CLibc.
#pragma once
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>

// Files
int apus_openat2(int directory, const char *path, const struct open_how *how);
int apus_close(int fd);
int apus_close_range(unsigned first, unsigned last, unsigned flags);
long apus_read(int fd, void *bytes, size_t count);
long apus_write(int fd, const void *bytes, size_t count);
int apus_statx(int directory, const char *path, int flags, unsigned mask, struct statx *result);
int apus_fstatfs(int fd, uint64_t *type, uint64_t *flags);
long apus_readlinkat(int directory, const char *path, char *bytes, size_t count);
int apus_mkdirat(int directory, const char *path, unsigned mode);
int apus_mknodat(int directory, const char *path, unsigned mode, unsigned major, unsigned minor);
int apus_linkat(int directory, const char *from, const char *to);
int apus_symlinkat(const char *target, int directory, const char *path);
int apus_unlinkat(int directory, const char *path, int flags);
int apus_renameat(int directory, const char *from, const char *to);
int apus_fchmod(int fd, unsigned mode);
int apus_fchmodat(int directory, const char *name, unsigned mode);
int apus_fchownat(int directory, const char *path, unsigned uid, unsigned gid, int flags);
long apus_getdents64(int fd, void *bytes, size_t count);
long apus_getxattr(int fd, const char *name, void *bytes, size_t count);
long apus_listxattr(int fd, char *bytes, size_t count);
int apus_setxattr(int fd, const char *name, const void *bytes, size_t count);
long apus_rewind(int fd);
int apus_faccessat2(int directory, const char *path, int mode, int flags);
int apus_flock(int fd, int operation);
int apus_fcntl(int fd, int command, int argument);
int apus_duplicate_onto(int fd, int target);
int apus_inotify_init(void);
int apus_inotify_add_watch(int fd, const char *path, unsigned mask);
int apus_inotify_rm_watch(int fd, int watch);
int apus_memfd_create(const char *name, unsigned flags);

// Processes
int apus_clone3(struct clone_args *args);
int apus_fork(int *pidfd);
int apus_setns(int fd, int kinds);
int apus_unshare(int kinds);
int apus_pidfd_open(int pid);
int apus_pidfd_send_signal(int pidfd, int signal);
int apus_kill(int pid, int signal);
int apus_wait_pidfd(int pidfd, int *code, int *status);
int apus_wait_pid(int pid, int *status);
int apus_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);
int apus_fexecve(int fd, char *const argv[], char *const envp[]);
int apus_execve(const char *path, char *const argv[], char *const envp[]);
int apus_setsid(void);
int apus_chdir(const char *path);
int apus_fchdir(int fd);
long apus_getcwd(char *bytes, size_t count);
int apus_chroot(const char *path);
int apus_pivot_root(const char *root, const char *old);
int apus_setresuid(unsigned uid);
int apus_setresgid(unsigned gid);
int apus_setgroups(size_t count, const unsigned *groups);
struct apus_limit { uint64_t soft, hard; };
int apus_prlimit(int pid, int resource, const struct apus_limit *limit, struct apus_limit *old);
int apus_set_uts_name(int domain, const char *name, size_t count);
int apus_personality(unsigned long domain);
int apus_sched_setattr(int pid, const void *attributes);
int apus_sched_setaffinity(int pid, size_t size, const void *mask);
int apus_set_mempolicy(int mode, const unsigned long *mask, size_t bits);
int apus_ioprio_set(int which, int who, int priority);
long apus_keyctl_join_session(const char *name);
int apus_keyctl_set_permissions(long key, unsigned permissions);
int apus_seccomp(unsigned operation, unsigned flags, void *args);
int apus_sigprocmask(int how, uint64_t mask, uint64_t *old);
int apus_reset_signal(int signal);
int apus_signalfd(uint64_t mask);

// Mounts
int apus_fsopen(const char *type);
int apus_fsconfig(int context, unsigned command, const char *key, const void *value, int aux);
int apus_fspick(int directory, const char *path, unsigned flags);
int apus_fsmount(int context, unsigned attributes);
int apus_open_tree(int directory, const char *path, unsigned flags);
int apus_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags);
int apus_mount_setattr(int directory, const char *path, unsigned flags, const struct mount_attr *attributes);
int apus_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data);
int apus_umount2(const char *target, int flags);

// Sockets, terminals, BPF
int apus_socket(int domain, int type, int protocol);
int apus_socketpair(int type, int fds[2]);
int apus_bind_unix(int fd, const char *path);
int apus_connect_unix(int fd, const char *path);
int apus_listen(int fd, int backlog);
int apus_accept(int fd);
long apus_send(int fd, const void *bytes, size_t count, const int *fds, size_t fd_count);
long apus_receive(int fd, void *bytes, size_t count, int *fds, size_t fd_capacity, size_t *fd_count);
int apus_poll(void *rows, size_t count, int milliseconds);
int apus_ioctl(int fd, unsigned long request, void *argument);
int apus_tcgetattr(int fd, void *termios);
int apus_tcsetattr(int fd, const void *termios);
int apus_interface_up(int socket, const char *name);
int apus_bpf(int command, union bpf_attr *attributes, unsigned size);
