// What Debian's archives of json-c, libseccomp and libcap, and the library of Embedded Swift, call of glibc and musl does not have. All else
// they call is of the C standard and of POSIX, and the same in both; a function that is in neither does not link.
#include <features.h>

#ifndef __GLIBC__
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <syslog.h>

// Of _FORTIFY_SOURCE: the function without `_chk`, told how large the destination is. `flag` is what glibc thinks of %n, which none of them has.

static void need(size_t wanted, size_t room) {
  if (wanted > room) abort();
}

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list values) { return (void)flag, vfprintf(file, format, values); }

int __fprintf_chk(FILE *file, int flag, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int count = __vfprintf_chk(file, flag, format, values);
  va_end(values);
  return count;
}

int __vsnprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, va_list values) {
  (void)flag;
  need(size, room);
  return vsnprintf(text, size, format, values);
}

int __snprintf_chk(char *text, size_t size, int flag, size_t room, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int count = __vsnprintf_chk(text, size, flag, room, format, values);
  va_end(values);
  return count;
}

int __sprintf_chk(char *text, int flag, size_t room, const char *format, ...) {
  (void)flag;
  va_list values;
  va_start(values, format);
  int count = vsnprintf(text, room, format, values);
  va_end(values);
  need(count < 0 ? 0 : (size_t)count + 1, room);
  return count;
}

int __vasprintf_chk(char **text, int flag, const char *format, va_list values) { return (void)flag, vasprintf(text, format, values); }

int __asprintf_chk(char **text, int flag, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int count = __vasprintf_chk(text, flag, format, values);
  va_end(values);
  return count;
}

char *__strcat_chk(char *text, const char *more, size_t room) {
  need(strlen(text) + strlen(more) + 1, room);
  return strcat(text, more);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list values) { (void)flag, vsyslog(priority, format, values); }

// json-c takes the numbers of the C locale for each text it reads, and has no other here: nothing calls setlocale(3). musl would make a locale
// by five system calls, in memory of its own.
locale_t duplocale(locale_t locale) { return locale; }
locale_t newlocale(int mask, const char *name, locale_t base) { return (void)mask, (void)name, base; }
void freelocale(locale_t locale) { (void)locale; }

// The seeds of Swift's dictionaries. The kernel's pool is filled long before a container starts; getrandom(2) waits for it.
void arc4random_buf(void *bytes, size_t count) {
  for (char *next = bytes; count > 0;) {
    ssize_t got = getrandom(next, count, 0);
    if (got < 0) continue;  // EINTR
    next += got;
    count -= (size_t)got;
  }
}
#endif
