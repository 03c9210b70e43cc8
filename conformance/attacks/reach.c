// Tries to write to the program of process 1 by every way that root in a container may have. Says which one worked; exits 0 if none did.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static int reached;

static void attempt(int fd, const char *way) {
  char path[64];
  struct statfs mount;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  // While anybody executes the file it cannot be opened for writing (ETXTBSY): so the mount is asked as well.
  int writable = fstatfs(fd, &mount) == 0 && !(mount.f_flags & ST_RDONLY);
  if (!writable && open(path, O_WRONLY | O_CLOEXEC) < 0) return;
  printf("%s: it can be written to\n", way), reached = 1;
}

static int make_writable(int fd) {
  struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY};
  return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
}

int main(void) {
  int program = open("/proc/1/exe", O_PATH | O_CLOEXEC);
  if (program < 0) return perror("/proc/1/exe"), 2;
  attempt(program, "opened again");
  if (make_writable(program) == 0) puts("its mount has new attributes"), reached = 1;
  attempt(program, "with new attributes");
  int copy = syscall(SYS_open_tree, program, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
  if (copy >= 0) {
    puts("its mount was copied");
    make_writable(copy);
    attempt(copy, "by a copy of its mount");
  }
  puts(reached ? "reached" : "out of reach");
  return reached;
}
