/*
 * The acquisition tree of a recording, copied once into compact arrays: a process that still runs may change its
 * nodes, so everything else works on the copy. Nodes that cannot be used (recycled, cut off, in a circle of
 * parents) are left out, with everything below them.
 */
#ifndef DLC_ANALYZE_LOCK_GRAPH_H
#define DLC_ANALYZE_LOCK_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/record/reader.h"

/* Arrays are indexed by slot (dlc_reader_slot). DLC_SLOT_NONE: nothing there. */
struct dlc_lock_graph {
    const struct dlc_reader *reader;
    uint32_t node_count;
    uint32_t lock_count;
    uint32_t *parents; /* NODE slot, DLC_SLOT_NONE at a root */
    uint32_t *locks;   /* LOCK slot, DLC_SLOT_NONE: no such node */
    uint8_t *traits;   /* how and mode; see below */
    dlc_ref *node_refs;
    dlc_ref *lock_refs; /* 0: no such lock */
};

bool dlc_lock_graph_open(struct dlc_lock_graph *graph, const struct dlc_reader *reader, struct dlc_arena *arena);

enum dlc_how dlc_lock_graph_how(const struct dlc_lock_graph *graph, uint32_t node);
enum dlc_mode dlc_lock_graph_mode(const struct dlc_lock_graph *graph, uint32_t node);

/* Whether the node's acquisition leads from the locks on its path to its own: all but rebuilt ones do, a
   successful trylock too (it is labelled). */
bool dlc_lock_graph_is_edge(const struct dlc_lock_graph *graph, uint32_t node);

/* For every lock the number of its component: two locks have the same one when each can be reached from the other
   over edges. DLC_SLOT_NONE for locks that are alone. Linear in the number of nodes, however deep they nest.
   Returns NULL when out of memory; `scratch` is the caller's to release. */
uint32_t *dlc_lock_graph_components(const struct dlc_lock_graph *graph, struct dlc_arena *arena,
                                    struct dlc_arena *scratch);

#endif
