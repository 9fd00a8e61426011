/*
 * Who takes part in possible cycles: the nodes that wait for a lock of a component with two or more while they
 * hold another of the same component.
 */
#ifndef DLC_ANALYZE_PARTICIPANTS_H
#define DLC_ANALYZE_PARTICIPANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/analyze/grow.h"
#include "libdlcheck/analyze/lock_graph.h"

/* Of the threads that came through one node so many are looked at; where there are more, what they decide becomes
   `unknown`. */
#define DLC_TRAILS_READ 256u

/* Steps for walking up the paths of nodes: so many in all, and four for every node of the recording. When they are
   used up, the remaining nodes are left out, and `incomplete` says so. */
#define DLC_PATH_STEPS ((uint64_t)1 << 23)

/* The locks that lie in components with two or more, numbered so that those of one component lie together. */
struct dlc_vertices {
    uint32_t count;
    uint32_t *locks;   /* LOCK slot */
    bool *unshared;    /* only ever taken by one thread */
    uint32_t *of_lock; /* the inverse; DLC_SLOT_NONE: not a vertex */
    uint32_t component_count;
    uint32_t *component_first; /* first vertex of each component, and an end marker */
    uint32_t *component;       /* by vertex */
};

/* A thread (its slot) in one of its create/join segments. */
struct dlc_point {
    uint32_t thread;
    uint32_t segment;
};

/* A lock (its slot) in the mode in which it is held. */
#define DLC_HELD(lock, mode) ((lock) << 1 | (uint32_t)(mode))
#define DLC_HELD_LOCK(held)  ((held) >> 1)
#define DLC_HELD_MODE(held)  ((enum dlc_mode)((held)&1))

struct dlc_participant {
    uint32_t node;
    uint32_t held_count;
    uint32_t *held;           /* DLC_HELD of the whole path, each lock once, sorted */
    uint64_t held_bits;       /* a set of 64 bits that has those of every subset of `held` */
    struct dlc_point *points; /* who came through, each once, sorted */
    uint32_t point_count;
    bool points_dropped; /* others did, not known who */
    uint64_t alike;      /* equal for participants with equal `held` and `points` */
};

/* A participant as an edge: it holds the vertex `from`, taken at the node `hold_node`, and waits for `to`. */
struct dlc_crossing {
    uint32_t from;
    uint32_t to;
    uint32_t participant;
    uint32_t hold_node;
};

struct dlc_participants {
    struct dlc_growing items;     /* struct dlc_participant */
    struct dlc_growing crossings; /* struct dlc_crossing */
    bool incomplete;
};

/* False: out of memory. */
bool dlc_vertices_open(struct dlc_vertices *vertices, const struct dlc_lock_graph *graph,
                       const uint32_t *components, struct dlc_arena *arena);
bool dlc_participants_open(struct dlc_participants *participants, const struct dlc_lock_graph *graph,
                           const struct dlc_vertices *vertices, struct dlc_arena *arena);

#endif
