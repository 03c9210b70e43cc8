// Preloaded into crun where root has no CAP_SYS_RESOURCE: crun raises its own limit of locked memory before it loads a device
// program, and ends if it may not, though no kernel since 5.11 counts a program there. A limit that the kernel refuses to raise
// stays as it is, and crun goes on.
#define _GNU_SOURCE
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int set(int resource, const void *limit) {
    int result = (int)syscall(SYS_prlimit64, 0, resource, limit, NULL);
    return result != 0 && errno == EPERM ? 0 : result;
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) { return set((int)resource, limit); }

int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit) { return set((int)resource, limit); }
