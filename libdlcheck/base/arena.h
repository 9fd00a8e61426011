/*
 * A growing region of memory on mmap: no malloc, nothing freed piecewise. For work that ends (an analysis, a
 * report), and for tables that live as long as the process.
 * Not thread-safe: one owner at a time.
 */
#ifndef DLC_BASE_ARENA_H
#define DLC_BASE_ARENA_H

#include <stddef.h>

struct dlc_arena_block;

struct dlc_arena {
    struct dlc_arena_block *blocks;
    size_t used_bytes; /* in the newest block */
};

/* An empty arena is all zero. */
#define DLC_ARENA_EMPTY ((struct dlc_arena){NULL, 0})

/* Zeroed memory, aligned to 16 bytes, or NULL when the system has none. */
void *dlc_arena_alloc(struct dlc_arena *arena, size_t size_bytes);

/* A copy of the first `length` bytes of `text`, NUL added, or NULL. */
char *dlc_arena_copy(struct dlc_arena *arena, const char *text, size_t length);

/* Returns everything to the system; the arena is empty again. */
void dlc_arena_release(struct dlc_arena *arena);

/* Zeroed pages straight from the system (rounded up), or NULL; and back. */
void *dlc_pages_map(size_t size_bytes);
void dlc_pages_unmap(void *pages, size_t size_bytes);

#endif
