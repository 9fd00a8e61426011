/* The arena, with every piece an allocation of its own, so that a sanitizer sees where each one ends. */
#include "libdlcheck/base/arena.h"

#include <stdlib.h>
#include <string.h>

struct dlc_arena_block {
    struct dlc_arena_block *previous;
    _Alignas(16) unsigned char memory[];
};

void *dlc_arena_alloc(struct dlc_arena *arena, size_t size_bytes)
{
    struct dlc_arena_block *block = calloc(1, sizeof(*block) + size_bytes);

    if (!block)
        return NULL;
    block->previous = arena->blocks;
    arena->blocks = block;
    return block->memory;
}

char *dlc_arena_copy(struct dlc_arena *arena, const char *text, size_t length)
{
    char *copy = dlc_arena_alloc(arena, length + 1);

    if (copy)
        memcpy(copy, text, length);
    return copy;
}

void dlc_arena_release(struct dlc_arena *arena)
{
    while (arena->blocks) {
        struct dlc_arena_block *block = arena->blocks;

        arena->blocks = block->previous;
        free(block);
    }
}

void *dlc_pages_map(size_t size_bytes)
{
    return calloc(1, size_bytes);
}

void dlc_pages_unmap(void *pages, size_t size_bytes)
{
    (void)size_bytes;
    free(pages);
}
