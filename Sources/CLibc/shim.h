#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <regex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/// errno is a macro, which Swift does not see.
static inline int apus_errno(void) { return errno; }

/// A cast, which Swift does not see either.
static inline void *apus_map_failed(void) { return MAP_FAILED; }

/// A variable that somebody else might write to while it is read, as Swift sees it. There is one thread.
extern char **environ;
static inline char **apus_environment(void) { return environ; }

/// Ends the program with a text on the standard error. Swift's fatalError(_:) says nothing in Embedded mode.
static inline _Noreturn void apus_abort(const char *text) {
  fprintf(stderr, "apus: %s\n", text);
  abort();
}
