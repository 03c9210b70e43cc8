// Prints the time that a writer shares, once a second, until the writer's segment is removed or a signal ends it.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

static const char file[] = "/dev/shm/shm_file";
enum { project = 8 };

static int is_removed(int segment) {
  struct shmid_ds status;
  return shmctl(segment, IPC_STAT, &status) < 0 || (status.shm_perm.mode & SHM_DEST);
}

int main(void) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  sigprocmask(SIG_BLOCK, &end, NULL);

  key_t key = ftok(file, project);
  if (key == -1) {
    printf("there is no file %s here (%s): no writer shares this /dev/shm\n", file, strerror(errno));
    return 1;
  }
  int segment = shmget(key, 0, 0);
  if (segment < 0) {
    printf("there is no segment with key 0x%08x here (%s): no writer shares this IPC namespace\n", (unsigned)key,
           strerror(errno));
    return 1;
  }
  const char *text = shmat(segment, NULL, SHM_RDONLY);
  if (text == (void *)-1) {
    printf("segment %d, key 0x%08x, can't be attached: %s\n", segment, (unsigned)key, strerror(errno));
    return 1;
  }

  const struct timespec second = {.tv_sec = 1};
  do {
    if (is_removed(segment)) {
      printf("the writer has removed segment %d\n", segment);
      return 0;
    }
    printf("now time: %s\n", text);
    fflush(stdout);
  } while (sigtimedwait(&end, NULL, &second) < 0);
  return 0;
}
