/*
 * Recycling. A program that makes and drops locks for ever would grow the recording for ever, although a lock that
 * only one thread ever took, and that is gone, can be part of no deadlock between threads. A pass takes such locks
 * out of the tree: a path that led through one goes on without it, and where that makes two contexts equal, they
 * become one.
 */
#include <string.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/tree.h"
#include "libdlcheck/track/tree_state.h"

/* A pass looks at every node: it is due when many locks are gone, and as many nodes have come since the last pass
   as it left, so that all passes together cost as much as making the nodes did. */
#define RECYCLABLE_LEAST 1024u
#define NODES_LEAST      4096u
#define NODE_REFS        (sizeof(struct dlc_node_record) / DLC_REF_BYTES)

/* Scratch of one pass, indexed by node_index. */
struct pass {
    uint64_t count;
    dlc_ref *successor; /* what stands for this node from now on; 0: not decided yet */
    uint8_t *pinned;    /* on the path of what some thread holds right now: left alone */
    dlc_ref *chain;     /* undecided ancestors of a node */
    uint64_t chain_room;
    uint64_t freed;
};

/* For the root, which no node has. */
#define NO_NODE UINT32_MAX

static uint64_t node_index(dlc_ref ref)
{
    return ref / NODE_REFS;
}

static bool is_recycled(dlc_ref lock)
{
    return ((const struct dlc_lock_record *)dlc_writer_at(lock))->flags & DLC_LOCK_RECYCLING;
}

/* A lock that is gone although some thread holds it stays in the tree for this time. */
static void keep(dlc_ref lock)
{
    struct dlc_lock_record *record = dlc_writer_at(lock);

    __atomic_fetch_and(&record->flags, ~(uint32_t)DLC_LOCK_RECYCLING, __ATOMIC_RELAXED);
}

static void pin_held_paths(struct pass *pass)
{
    dlc_threads_lock();
    for (struct dlc_thread *thread = dlc_threads_first(); thread; thread = thread->next)
        for (struct dlc_held_slot *slot = thread->bottom; slot < thread->limit; slot++) {
            dlc_ref node = slot->node;

            /* Slots above the top may be being filled just now; an old one there pins too much, which does no
             * harm. */
            while (node && node_index(node) < pass->count && !pass->pinned[node_index(node)]) {
                struct dlc_node_record *record = dlc_writer_at(node);

                pass->pinned[node_index(node)] = 1;
                if (record->lock)
                    keep(record->lock);
                node = record->parent;
            }
        }
    dlc_threads_unlock();
}

static void drop(struct pass *pass, dlc_ref ref)
{
    struct dlc_node_record *node = dlc_writer_at(ref);
    uint64_t key;

    if (dlc_tree_find(node, &key) == ref)
        dlc_map_remove(&dlc_tree.by_context, key);
    dlc_tree_free_node(ref);
    pass->freed++;
}

static void merge_into(dlc_ref survivor, const struct dlc_node_record *node)
{
    struct dlc_node_record *record = dlc_writer_at(survivor);

    dlc_tree_add_trail(record, node->thread, node->segment);
    for (dlc_ref ref = node->more; ref;) {
        const struct dlc_trail_record *trail = dlc_writer_at(ref);

        dlc_tree_add_trail(record, trail->thread, trail->segment);
        ref = trail->next;
    }
    record->flags |= node->flags;
}

/* Moves `ref` below `parent`; returns what stands for it there. */
static dlc_ref rehang(struct pass *pass, dlc_ref ref, dlc_ref parent)
{
    struct dlc_node_record *node = dlc_writer_at(ref);
    struct dlc_node_record wanted = *node;
    uint64_t old_key;
    uint64_t key;
    dlc_ref other;

    wanted.parent = parent;
    other = dlc_tree_find(&wanted, &key);
    if (other) {
        merge_into(other, node);
        drop(pass, ref);
        return other;
    }
    if (dlc_tree_find(node, &old_key) == ref)
        dlc_map_remove(&dlc_tree.by_context, old_key);
    node->parent = parent;
    dlc_map_set(&dlc_tree.by_context, key, ref);
    return ref;
}

/* What stands for `ref`, whose parent has been decided. */
static dlc_ref decide(struct pass *pass, dlc_ref ref)
{
    const struct dlc_node_record *node = dlc_writer_at(ref);
    dlc_ref parent = node->parent ? pass->successor[node_index(node->parent)] : NO_NODE;

    if (pass->pinned[node_index(ref)])
        return ref;
    if (is_recycled(node->lock)) {
        drop(pass, ref);
        return parent;
    }
    if (parent == NO_NODE)
        parent = 0;
    return parent == node->parent ? ref : rehang(pass, ref, parent);
}

static bool make_chain_room(struct pass *pass, uint64_t length)
{
    dlc_ref *grown;

    if (length < pass->chain_room)
        return true;
    grown = dlc_pages_map(length * 2 * sizeof *grown);
    if (!grown)
        return false;
    memcpy(grown, pass->chain, pass->chain_room * sizeof *grown);
    dlc_pages_unmap(pass->chain, pass->chain_room * sizeof *grown);
    pass->chain = grown;
    pass->chain_room = length * 2;
    return true;
}

static void visit_node(void *record, dlc_ref ref, void *argument)
{
    struct pass *pass = argument;
    uint64_t length = 0;

    (void)record;
    while (ref && !pass->successor[node_index(ref)]) {
        const struct dlc_node_record *node = dlc_writer_at(ref);

        if (!node->lock || !make_chain_room(pass, length))
            return;
        pass->chain[length++] = ref;
        ref = node->parent;
    }
    while (length) {
        ref = pass->chain[--length];
        pass->successor[node_index(ref)] = decide(pass, ref);
    }
}

static void visit_lock(void *record, dlc_ref ref, void *argument)
{
    (void)record;
    (void)argument;
    if (is_recycled(ref))
        dlc_locks_forget(ref);
}

static void recycle(void)
{
    struct pass pass = {.count = dlc_writer_size_bytes() / sizeof(struct dlc_node_record), .chain_room = 1024};

    pass.successor = dlc_pages_map(pass.count * sizeof *pass.successor);
    pass.pinned = dlc_pages_map(pass.count);
    pass.chain = dlc_pages_map(pass.chain_room * sizeof *pass.chain);
    if (pass.successor && pass.pinned && pass.chain) {
        dlc_locks_choose_recyclable();
        pin_held_paths(&pass);
        dlc_writer_each(DLC_KIND_NODE, sizeof(struct dlc_node_record), visit_node, &pass);
        dlc_writer_each(DLC_KIND_LOCK, sizeof(struct dlc_lock_record), visit_lock, NULL);
        dlc_locks_recycled();
        dlc_locks_void_caches();
        dlc_writer_count(DLC_COUNT_CONTEXTS_RECYCLED, pass.freed);
    }
    dlc_pages_unmap(pass.successor, pass.count * sizeof *pass.successor);
    dlc_pages_unmap(pass.pinned, pass.count);
    dlc_pages_unmap(pass.chain, pass.chain_room * sizeof *pass.chain);
}

static bool is_due(void)
{
    return dlc_locks_recyclable() >= RECYCLABLE_LEAST && dlc_tree.node_count >= NODES_LEAST &&
           dlc_tree.node_count >= 2 * dlc_tree.nodes_after_pass;
}

void dlc_tree_recycle_if_worthwhile(void)
{
    uint64_t blocked;

    if (!is_due())
        return;
    blocked = dlc_system_block_signals();
    dlc_futex_lock_acquire(&dlc_tree.lock);
    if (is_due()) {
        recycle();
        dlc_tree.nodes_after_pass = dlc_tree.node_count;
    }
    dlc_futex_lock_release(&dlc_tree.lock);
    dlc_system_restore_signals(blocked);
}
