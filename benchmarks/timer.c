// Starts programs and says how long they took: from before the start to after the end, as a shell would see it.
// usage: timer [-u UID] COMMAND...                     prints NANOSECONDS PROCESSOR PEAK FAULTS STATUS
//        timer [-u UID] -p ATONCE -t TOTAL COMMAND...  runs it TOTAL times, ATONCE of them at any moment; % in a word is the number
//
// All but the first are of the program and of the children it has waited for. PROCESSOR: nanoseconds that processors have worked.
// PEAK: the largest resident set, in KiB; a process starts with the peak of the one that started it, so this is a small static program and
// does the measuring itself. FAULTS: pages that were touched and not there yet. STATUS: the exit status, of several the largest.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

static long worked(const struct rusage *usage) {
  return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000000L + (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000L;
}

// vfork: the start of a child must not cost the copying of our pages. What the child changes of ours is nothing but descriptors and ids.
static void start(char **words, int null, int uid) {
  pid_t pid = vfork();
  if (pid < 0) perror("timer: vfork"), exit(125);
  if (pid > 0) return;
  dup2(null, 0), dup2(null, 1);
  if (uid && (setgroups(0, 0) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))) _exit(125);
  execv(words[0], words);
  _exit(errno == ENOENT ? 127 : 126);
}

static char **numbered(char **words, int number) {
  static char text[64][512];
  static char *result[65];
  int count = 0;
  for (; words[count] && count < 64; count++) {
    char *place = strchr(words[count], '%');
    result[count] = words[count];
    if (!place) continue;
    snprintf(text[count], sizeof text[count], "%.*s%d%s", (int)(place - words[count]), words[count], number, place + 1);
    result[count] = text[count];
  }
  result[count] = 0;
  return result;
}

int main(int count, char **words) {
  int at_once = 1, total = 1, uid = 0, option;
  while ((option = getopt(count, words, "+p:t:u:")) != -1) {
    if (option == 'p') at_once = atoi(optarg);
    if (option == 't') total = atoi(optarg);
    if (option == 'u') uid = atoi(optarg);
    if (option == '?') return 125;
  }
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || optind == count) return fprintf(stderr, "usage: timer [-u UID] [-p ATONCE -t TOTAL] COMMAND...\n"), 125;
  int status = 0, worst = 0, started = 0, ended = 0;
  long begin = nanoseconds(), processor = 0, peak = 0, faults = 0;
  while (ended < total) {
    while (started < total && started - ended < at_once) start(numbered(words + optind, started++), null, uid);
    struct rusage usage;
    if (wait4(-1, &status, 0, &usage) < 0) return perror("timer: wait4"), 125;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    worst = code > worst ? code : worst;
    peak = usage.ru_maxrss > peak ? usage.ru_maxrss : peak;
    faults += usage.ru_minflt;
    processor += worked(&usage);
    ended++;
  }
  printf("%ld %ld %ld %ld %d\n", nanoseconds() - begin, processor, peak, faults, worst);
  return 0;
}
