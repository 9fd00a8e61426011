/*
 * uthash as dlcheck uses it: memory from an arena, no exit when there is none. Include this, never uthash.h.
 * Where a HASH_ADD stands, a variable `uthash_arena` (struct dlc_arena *) is in scope. An element that could not
 * be added for lack of memory is handed to uthash_nonfatal_oom, which forgets it: HASH_FIND then does not find it.
 */
#ifndef DLC_BASE_UTHASH_ARENA_H
#define DLC_BASE_UTHASH_ARENA_H

#include "libdlcheck/base/arena.h"

#define HASH_NONFATAL_OOM               1
#define uthash_malloc(size_bytes)       dlc_arena_alloc(uthash_arena, (size_bytes))
#define uthash_free(memory, size_bytes) ((void)(memory))

#include <uthash.h>

#endif
