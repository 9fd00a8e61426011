/* Arrays that grow in an arena. */
#ifndef DLC_ANALYZE_GROW_H
#define DLC_ANALYZE_GROW_H

#include <stddef.h>
#include <string.h>

#include "libdlcheck/base/arena.h"

/* All zero is an empty one. */
struct dlc_growing {
    void *items;
    size_t count;
    size_t capacity;
};

/* Room for `more` items behind the last one; they are not counted yet. NULL: out of memory. */
static inline void *dlc_grow(struct dlc_growing *growing, size_t more, size_t item_bytes, struct dlc_arena *arena)
{
    if (!growing->items || growing->capacity - growing->count < more) {
        size_t capacity =
            growing->capacity * 2 > growing->count + more ? growing->capacity * 2 : growing->count + more + 8;
        void *items = dlc_arena_alloc(arena, capacity * item_bytes);

        if (!items)
            return NULL;
        if (growing->count)
            memcpy(items, growing->items, growing->count * item_bytes);
        growing->items = items;
        growing->capacity = capacity;
    }
    return (char *)growing->items + growing->count * item_bytes;
}

#endif
