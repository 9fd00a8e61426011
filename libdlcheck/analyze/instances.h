/*
 * From rings of locks to possible deadlocks: looks for the participants that make a ring of edges come true, gives
 * them labels, and keeps the worst instance of every pattern.
 */
#ifndef DLC_ANALYZE_INSTANCES_H
#define DLC_ANALYZE_INSTANCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libdlcheck/analyze/casting.h"
#include "libdlcheck/analyze/ring_graph.h"
#include "libdlcheck/base/uthash_arena.h"

/* In a ring longer than DLC_RING_THOROUGH so many combinations of code places are looked at. */
#define DLC_RING_COMBINATIONS 64u

/* What looking at one combination costs, in the steps of the budget: about as long takes looking at so many edges.
 */
#define DLC_COMBINATION_STEPS 64u

/* So many patterns are kept of those to be reported, and of those to be counted. Who has more starts with those;
   the others are left out, and `budget_hit` says so. */
#define DLC_PATTERNS_MOST 16384u

/* The worst instance of a pattern. */
struct dlc_instance {
    uint64_t pattern;
    uint32_t labels;
    uint32_t rank;  /* dlc_labels_rank of them */
    uint64_t count; /* rings of locks, of this instance's length, that follow the pattern */
    uint64_t ring;  /* number of the last one counted */
    uint32_t length;
    uint32_t *contexts; /* of the ring graph, one per step */
    UT_hash_handle hh;
};

struct dlc_instances {
    const struct dlc_ring_graph *rings;
    struct dlc_arena *arena;
    struct dlc_casting casting; /* has the budget */
    struct dlc_instance *table; /* by pattern */
    uint32_t counted_only;      /* of them */
    uint64_t rings_seen;
    /* Work space, by position in the ring. */
    uint32_t *variants;
    uint64_t *steps;
    struct dlc_sort_item *items; /* two */
};

/* False: out of memory. */
bool dlc_instances_open(struct dlc_instances *instances, const struct dlc_ring_graph *rings,
                        struct dlc_arena *arena);

/* Looks at the ring of these edges, each of which starts where the one before ends, over locks that are all
   different. False: out of memory. */
bool dlc_instances_look(struct dlc_instances *instances, const uint32_t *edges, uint32_t length);

#endif
