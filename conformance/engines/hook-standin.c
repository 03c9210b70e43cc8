// The hook of Docker's configurations is /proc/<pid of dockerd>/exe. This program is that process and that hook.
//   hook-standin PID     becomes a process with exactly that pid, which sleeps
//   anything else        is the hook: what comes on standard input (the container's state) goes to RECORD
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int stand(int wanted) {
  pid_t pid = wanted;
  struct clone_args arguments = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1};
  long child = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (child < 0) {
    perror("hook-standin: clone3 with a chosen pid");
    return 1;
  }
  if (child == 0)
    for (;;) pause();
  return 0;
}

static int hook(void) {
  char text[65536];
  ssize_t got;
  int record = open(RECORD, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (record < 0) {
    perror("hook-standin: " RECORD);
    return 1;
  }
  while ((got = read(0, text, sizeof text)) > 0)
    if (write(record, text, got) != got) return 1;
  return got < 0;
}

int main(int count, char **words) {
  const char *slash = strrchr(words[0], '/');
  if (count == 2 && strcmp(slash ? slash + 1 : words[0], "hook-standin") == 0) return stand(atoi(words[1]));
  return hook();
}
