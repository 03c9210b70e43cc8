// A library to preload: setting a limit always succeeds. crun raises RLIMIT_MEMLOCK before it loads a device program and gives up
// if it may not, as where root lacks CAP_SYS_RESOURCE; kernels since 5.11 do not count that memory and need no such limit.
// No libc, so that little is added to crun's start: cc -shared -fPIC -nostdlib.
int setrlimit(int resource, const void *limit) {
  (void)resource, (void)limit;
  return 0;
}

int setrlimit64(int resource, const void *limit) { return setrlimit(resource, limit); }
