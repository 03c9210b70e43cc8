// Exchanges two directory entries, again and again, until it is killed or its parent ends: renameat2(2) RENAME_EXCHANGE.
//   exchange ONE OTHER
// Says "ready" once it has begun. An entry that is missing for a moment is no reason to end.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count != 3) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) return 0;
  if (write(1, "ready\n", 6) != 6) return 1;
  for (;;) renameat2(AT_FDCWD, words[1], AT_FDCWD, words[2], RENAME_EXCHANGE);
}
