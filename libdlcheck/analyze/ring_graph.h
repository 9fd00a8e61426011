/*
 * The part of a lock graph in which cycles can lie, and how each of its edges came about: vertices are the locks
 * of components with two or more, an edge leads from a lock held to a lock waited for, a context is one way in
 * which that happened. Contexts that could not change any finding (those that only hold more than another one) are
 * left out.
 */
#ifndef DLC_ANALYZE_RING_GRAPH_H
#define DLC_ANALYZE_RING_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/analyze/lock_graph.h"
#include "libdlcheck/analyze/participants.h"
#include "libdlcheck/analyze/pattern.h"

/* One way in which an edge came about. */
struct dlc_context {
    uint32_t participant;
    uint32_t variant;
    uint32_t hold_node; /* the node on its path that took the edge's first lock */
};

/* Contexts of one edge that are alike in the code places and in how they wait. */
struct dlc_variant {
    uint64_t step; /* dlc_pattern_step */
    uint32_t first_context;
    bool timed;
    bool tried;
    uint8_t wait_mode; /* enum dlc_mode */
    uint8_t hold_mode;
};

struct dlc_ring_edge {
    uint32_t from;
    uint32_t to;
    uint32_t first_variant;
};

/* Arrays are followed by an end marker: the contexts of variant v are those from variants[v].first_context up to
   variants[v + 1].first_context, and so on. */
struct dlc_ring_graph {
    const struct dlc_lock_graph *locks;
    struct dlc_vertices vertices;
    struct dlc_participant *participants;
    uint32_t *edge_first; /* by vertex: the edges from it, ordered by where they lead */
    uint32_t edge_count;
    struct dlc_ring_edge *edges;
    uint32_t variant_count;
    struct dlc_variant *variants;
    struct dlc_context *contexts;
    bool incomplete; /* some nodes were left out, see DLC_PATH_STEPS */
};

/* Takes the components of dlc_lock_graph_components. False: out of memory. */
bool dlc_ring_graph_open(struct dlc_ring_graph *rings, const struct dlc_lock_graph *graph,
                         const uint32_t *components, struct dlc_patterns *patterns, struct dlc_arena *arena);

#endif
