// malloc(3) of a release (Memory.c), under names of its own so that tests can call it beside libc's.
#pragma once
#include <stddef.h>

/// At least `size` bytes on a multiple of `alignment`, a power of two; NULL where the kernel has no more, or `size` is no size.
/// What the bytes are is undefined.
void *apus_allocate(size_t size, size_t alignment);

/// Keeps it for the next allocation of its size. NULL is none.
void apus_free(void *bytes);

/// The same bytes with room for `size`, here or elsewhere; NULL, and nothing changed, where there is no more.
void *apus_reallocate(void *bytes, size_t size);

/// How many bytes there is room for.
size_t apus_capacity(const void *bytes);

/// In a child of a clone, which has a copy of all memory: from now on all is allocated in pages of its own, and what was allocated before is
/// left as it is, also where it is freed. A page that is written to is copied, and a copy counts against the container's memory.
void apus_leave_memory_to_parent(void);
