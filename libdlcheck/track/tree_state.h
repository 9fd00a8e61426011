/* What tree.c and recycle.c share of the acquisition tree. Nobody else includes this. */
#ifndef DLC_TRACK_TREE_STATE_H
#define DLC_TRACK_TREE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/map.h"
#include "libdlcheck/record/format.h"

struct dlc_tree_state {
    struct dlc_futex_lock lock;
    struct dlc_map by_context;
    dlc_ref free_nodes;  /* linked through `more` */
    dlc_ref free_trails; /* linked through `next` */
    uint64_t node_count;
    uint64_t nodes_after_pass; /* node_count when recycling was last over */
};
extern struct dlc_tree_state dlc_tree;

/* Key of a node's context in by_context. */
uint64_t dlc_tree_key(const struct dlc_node_record *node);

bool dlc_tree_same_context(const struct dlc_node_record *a, const struct dlc_node_record *b);

/* The node with the context of `wanted`, or 0; `key` receives where it is, or where it would go. */
dlc_ref dlc_tree_find(const struct dlc_node_record *wanted, uint64_t *key);

/* Notes that a thread came through. Under the lock. */
void dlc_tree_add_trail(struct dlc_node_record *node, dlc_ref thread, uint32_t segment);

/* Makes a node a free one. Under the lock; it is no longer in by_context. */
void dlc_tree_free_node(dlc_ref ref);

#endif
