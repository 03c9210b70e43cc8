// Shares the time with whoever finds its System V segment; both ends agree on a file name, as programs of that kind do.
// Runs as PID 1, which gets only signals it asks for: so it waits for SIGTERM and SIGINT instead of sleeping.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>
#include <unistd.h>

static const char file[] = "/dev/shm/shm_file";
enum { project = 8, size = 4096 };

static int failed(const char *what) {
  fprintf(stderr, "writer: ");
  perror(what);
  return 1;
}

static void write_until(const sigset_t *end, char *text) {
  const struct timespec second = {.tv_sec = 1};
  do {
    snprintf(text, size, "%lld", (long long)time(0));
  } while (sigtimedwait(end, NULL, &second) < 0);
}

int main(void) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  sigprocmask(SIG_BLOCK, &end, NULL);

  // The file first: the key is made of its device and inode.
  int fd = open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) return failed(file);
  close(fd);
  key_t key = ftok(file, project);
  if (key == -1) return failed("ftok");
  int segment = shmget(key, size, IPC_CREAT | 0600);
  if (segment < 0) return failed("shmget");
  char *text = shmat(segment, NULL, 0);
  if (text == (void *)-1) return failed("shmat");

  printf("writing the time into segment %d, key 0x%08x of %s\n", segment, (unsigned)key, file);
  fflush(stdout);
  write_until(&end, text);

  shmdt(text);
  if (shmctl(segment, IPC_RMID, NULL) < 0) return failed("shmctl");
  if (unlink(file) < 0) return failed(file);
  printf("segment and file are removed\n");
  return 0;
}
