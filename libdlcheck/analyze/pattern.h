/*
 * What makes two findings the same: where in the code the locks are taken and of which class they are, never which
 * thread took them or where they lie in memory.
 */
#ifndef DLC_ANALYZE_PATTERN_H
#define DLC_ANALYZE_PATTERN_H

#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/analyze/sort.h"
#include "libdlcheck/base/arena.h"
#include "libdlcheck/record/reader.h"

/* How many frames of a stack count. More would tell apart what only started differently; fewer would throw all
   users of a lock wrapper together. */
#define DLC_PATTERN_FRAMES 5u

struct dlc_pattern_stack;

struct dlc_patterns {
    const struct dlc_reader *reader;
    struct dlc_arena *arena;
    struct dlc_pattern_stack *stacks; /* those hashed before; without memory each is hashed again */
};

void dlc_patterns_open(struct dlc_patterns *patterns, const struct dlc_reader *reader, struct dlc_arena *arena);

/* The place in the code that a STACK shows; the same for every stack that there is not. */
uint64_t dlc_pattern_place(struct dlc_patterns *patterns, dlc_ref stack);

/* The class of the lock at `address`, with the LOCK record `lock` or 0: locks with static storage are their own
   class, others are of one class when they were initialised (or else first taken) at the same place.
   `unload_epoch` serves to look the address up where there is no record. */
uint64_t dlc_pattern_lock_class(struct dlc_patterns *patterns, dlc_ref lock, uint64_t address,
                                uint32_t unload_epoch);

/* One participant: waits for a lock of this class at this place, holding what the one before waits for, taken at
   that place. */
uint64_t dlc_pattern_step(uint64_t wait_class, uint64_t wait_place, uint64_t hold_place);

/* A ring of participants, wherever one starts to read it. Depends only on which steps follow each other, not on
   how often: a hundred participants in the same function make the pattern of two. `items` and `scratch` have room
   for `count` items; `count` is at least 1. */
uint64_t dlc_pattern_ring(const uint64_t *steps, size_t count, struct dlc_sort_item *items,
                          struct dlc_sort_item *scratch);

#endif
