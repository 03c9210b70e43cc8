// The program of a service of Type=notify, to be PID 1 of a container.
// usage: ready TEXT STATUS    sends TEXT to NOTIFY_SOCKET once there is /go, and ends with STATUS once there is /end, or at TERM
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void finish(int signal) { _exit(signal == SIGTERM ? 0 : 1); }

static void wait_for(const char *path) {
  while (access(path, F_OK)) usleep(20000);
}

int main(int count, char **words) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const char *path = getenv("NOTIFY_SOCKET");
  if (count != 3 || !path || strlen(path) >= sizeof address.sun_path) return 99;
  strcpy(address.sun_path, path);
  signal(SIGTERM, finish);
  wait_for("/go");
  int speaker = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  size_t length = strlen(words[1]);
  if (sendto(speaker, words[1], length, 0, (struct sockaddr *)&address, sizeof address) != (ssize_t)length) return 98;
  wait_for("/end");
  return atoi(words[2]);
}
