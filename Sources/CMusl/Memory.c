// malloc(3) for a process that lives for milliseconds and has one thread.
//
// A start pays for memory by pages: each is a page fault in the host, and one more in each of host and init that writes to it after the
// clone. So blocks lie close together, in the order in which they were asked for, what is freed is the next to be used again, and nothing is
// ever given back to the kernel. musl's own gives back and asks again: 80 faults and 90 system calls more in a `run`, a tenth
// of its time (docs/performance.md).
//
// A block is a header of 8 bytes and what the caller has. The header is the block's whole size, a multiple of 16, and in the bits below
// the generation of processes that it is of. Up to 1024 there is a list of free blocks for each multiple of 16, and a larger one is cut where
// there is none of that size; above, there are four sizes to each doubling, so that no more than a fifth is lost.
#include "CMusl.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum {
  HEADER = sizeof(size_t),
  GRAIN = 16,            // the alignment of max_align_t
  SMALL = 64 * GRAIN,    // the last size in steps of a grain
  LARGE_SIZES = 32 * 4,  // up to MOST
  FIRST = 512 << 10,     // more than a start needs; untouched pages cost nothing
  MORE = 1 << 20,
  PAGE = 4096,
};
#define MOST ((size_t)1 << 42)

struct free_block {
  struct free_block *next;
};

// FIRST bytes, in a section of their own: a static array would lie between other variables, which so share few pages.
__asm__(".pushsection .memory, \"aw\", %nobits\n.balign 16\napus_memory: .zero 512 << 10\n.popsection");
extern __attribute__((visibility("hidden"))) char apus_memory[FIRST];

static _Alignas(2048) struct {  // within one page
  char *top;  // where the next header goes: 8 before a multiple of 16
  char *end;
  size_t generation;
  uint64_t small_sizes;  // bit n: there is a small block of n + 1 grains
  struct free_block *small_blocks[SMALL / GRAIN];
  struct free_block *large_blocks[LARGE_SIZES];
} memory = {.top = apus_memory + GRAIN - HEADER, .end = apus_memory + FIRST};

_Static_assert(sizeof memory <= PAGE / 2, "its page is copied in each child");

static size_t *header(const void *bytes) { return (size_t *)bytes - 1; }
static size_t size_of(const void *bytes) { return *header(bytes) & ~(size_t)(GRAIN - 1); }

/// The whole size of a block that has room for `size` bytes, which are fewer than MOST.
static size_t whole_size(size_t size) {
  size += HEADER;
  size_t step = GRAIN;
  if (size > SMALL) step = (size_t)1 << (61 - __builtin_clzl(size - 1));  // a quarter of the power of two below
  return (size + step - 1) & ~(step - 1);
}

static struct free_block **large_blocks_of(size_t whole) {
  int power = 63 - __builtin_clzl(whole - 1);  // 10 for the first above SMALL
  return &memory.large_blocks[(power - 10) * 4 + (int)((whole - 1) >> (power - 2) & 3)];
}

static void keep(void *bytes, size_t whole) {
  struct free_block *block = bytes, **blocks;
  if (whole <= SMALL) {
    blocks = &memory.small_blocks[whole / GRAIN - 1];
    memory.small_sizes |= (uint64_t)1 << (whole / GRAIN - 1);
  } else {
    blocks = large_blocks_of(whole);
  }
  block->next = *blocks;
  *blocks = block;
}

static void *kept_small_block(size_t whole) {
  size_t grains = whole / GRAIN;
  uint64_t enough = memory.small_sizes & ~(uint64_t)0 << (grains - 1);
  if (!enough) return NULL;
  size_t found = __builtin_ctzl(enough) + 1;  // the smallest that is enough
  struct free_block *block = memory.small_blocks[found - 1];
  if (!(memory.small_blocks[found - 1] = block->next)) memory.small_sizes &= ~((uint64_t)1 << (found - 1));
  if (found > grains) {
    char *rest = (char *)block + whole;
    *header(rest) = (found - grains) * GRAIN | memory.generation;
    keep(rest, (found - grains) * GRAIN);
    *header(block) = whole | memory.generation;
  }
  return block;
}

static void *kept_large_block(size_t whole) {
  struct free_block **blocks = large_blocks_of(whole), *block = *blocks;
  if (block) *blocks = block->next;
  return block;
}

/// Makes room for `whole` bytes from `memory.top` on; what is left below it stays unused.
static int has_room(size_t whole) {
  if (whole <= (size_t)(memory.end - memory.top)) return 1;
  size_t length = whole + GRAIN <= MORE ? MORE : (whole + GRAIN + PAGE - 1) & ~(size_t)(PAGE - 1);
  char *more = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (more == MAP_FAILED) return 0;
  memory.top = more + GRAIN - HEADER;
  memory.end = more + length;
  return 1;
}

static void *new_block(size_t whole, size_t alignment) {
  if (!has_room(whole + alignment - GRAIN)) return NULL;
  char *bytes = (char *)(((uintptr_t)memory.top + HEADER + alignment - 1) & ~(uintptr_t)(alignment - 1));
  memory.top = bytes - HEADER + whole;
  *header(bytes) = whole | memory.generation;
  return bytes;
}

void *apus_allocate(size_t size, size_t alignment) {
  if (size >= MOST - HEADER || alignment > MOST) return errno = ENOMEM, NULL;
  size_t whole = whole_size(size);
  if (alignment > GRAIN) return new_block(whole, alignment);
  void *kept = whole <= SMALL ? kept_small_block(whole) : kept_large_block(whole);
  return kept ? kept : new_block(whole, GRAIN);
}

void apus_free(void *bytes) {
  if (bytes && (*header(bytes) & (GRAIN - 1)) == memory.generation) keep(bytes, size_of(bytes));
}

void *apus_reallocate(void *bytes, size_t size) {
  if (!bytes) return apus_allocate(size, GRAIN);
  size_t room = apus_capacity(bytes);
  if (size <= room) return bytes;
  void *other = apus_allocate(size, GRAIN);
  if (!other) return NULL;
  memcpy(other, bytes, room);
  apus_free(bytes);
  return other;
}

void apus_leave_memory_to_parent(void) {
  memset(memory.small_blocks, 0, sizeof memory.small_blocks);
  memset(memory.large_blocks, 0, sizeof memory.large_blocks);
  memory.small_sizes = 0;
  memory.generation = (memory.generation + 1) % GRAIN;
  char *page = (char *)(((uintptr_t)memory.top + PAGE - 1) & ~(uintptr_t)(PAGE - 1));
  memory.top = page + GRAIN <= memory.end ? page + GRAIN - HEADER : memory.end;
}

size_t apus_capacity(const void *bytes) { return bytes ? size_of(bytes) - HEADER : 0; }

#ifndef __GLIBC__  // In a release. Tests have many threads, and keep what glibc gives them.
#include <stdlib.h>

size_t malloc_usable_size(void *bytes) { return apus_capacity(bytes); }
void *malloc(size_t size) { return apus_allocate(size, GRAIN); }
void free(void *bytes) { apus_free(bytes); }
void *realloc(void *bytes, size_t size) { return apus_reallocate(bytes, size); }

void *calloc(size_t count, size_t each) {
  size_t size;
  if (__builtin_mul_overflow(count, each, &size)) return errno = ENOMEM, NULL;
  void *bytes = apus_allocate(size, GRAIN);
  return bytes ? memset(bytes, 0, size) : NULL;
}

void *aligned_alloc(size_t alignment, size_t size) { return apus_allocate(size, alignment); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  void *bytes = apus_allocate(size, alignment);
  if (bytes) *result = bytes;
  return bytes ? 0 : ENOMEM;
}
#endif
