#include "libdlcheck/base/arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)1 << 18)
#define ALIGNMENT   ((size_t)16)

struct dlc_arena_block {
    struct dlc_arena_block *previous;
    size_t size_bytes; /* of the mapping, this struct included */
};

static size_t round_up(size_t value, size_t unit)
{
    return (value + unit - 1) & ~(unit - 1);
}

void *dlc_pages_map(size_t size_bytes)
{
    void *pages;

    if (size_bytes > SIZE_MAX / 2)
        return NULL;
    pages = mmap(NULL, round_up(size_bytes, 4096), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return pages == MAP_FAILED ? NULL : pages;
}

void dlc_pages_unmap(void *pages, size_t size_bytes)
{
    /* Not munmap: that name is interposed, and this is no event of the program. */
    if (pages)
        syscall(SYS_munmap, pages, round_up(size_bytes, 4096));
}

void *dlc_arena_alloc(struct dlc_arena *arena, size_t size_bytes)
{
    size_t header_bytes = round_up(sizeof(struct dlc_arena_block), ALIGNMENT);
    struct dlc_arena_block *block = arena->blocks;
    void *memory;

    if (size_bytes > SIZE_MAX / 2)
        return NULL;
    size_bytes = round_up(size_bytes ? size_bytes : 1, ALIGNMENT);
    if (!block || block->size_bytes - arena->used_bytes < size_bytes) {
        size_t wanted =
            header_bytes + size_bytes > BLOCK_BYTES ? round_up(header_bytes + size_bytes, 4096) : BLOCK_BYTES;

        block = dlc_pages_map(wanted);
        if (!block)
            return NULL;
        block->size_bytes = wanted;
        block->previous = arena->blocks;
        arena->blocks = block;
        arena->used_bytes = header_bytes;
    }
    memory = (char *)block + arena->used_bytes;
    arena->used_bytes += size_bytes;
    return memory;
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
        dlc_pages_unmap(block, block->size_bytes);
    }
    arena->used_bytes = 0;
}
