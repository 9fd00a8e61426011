#include "libdlcheck/track/tree.h"

#include <string.h>

#include "libdlcheck/base/hash.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/tree_state.h"

/* Threads and segments kept per node. More are marked as dropped: what they decide becomes `unknown`. */
#define TRAILS_MAX 16

struct dlc_tree_state dlc_tree;

uint64_t dlc_tree_key(const struct dlc_node_record *node)
{
    uint64_t key = dlc_hash_mix(((uint64_t)node->parent << 32 | node->lock) + UINT64_C(0x9e3779b97f4a7c15));

    return (key ^ dlc_hash_mix((uint64_t)node->stack << 16 | (uint64_t)node->how << 8 | node->mode)) | 2;
}

bool dlc_tree_same_context(const struct dlc_node_record *a, const struct dlc_node_record *b)
{
    return a->parent == b->parent && a->lock == b->lock && a->stack == b->stack && a->how == b->how &&
           a->mode == b->mode;
}

/* Different contexts with one 64-bit key are told apart by trying the next key. */
dlc_ref dlc_tree_find(const struct dlc_node_record *wanted, uint64_t *key)
{
    dlc_ref node;

    for (*key = dlc_tree_key(wanted); (node = dlc_map_get(&dlc_tree.by_context, *key)) != 0; ++*key)
        if (dlc_tree_same_context(dlc_writer_at(node), wanted))
            return node;
    return 0;
}

static struct dlc_node_record *take_node(dlc_ref *ref)
{
    struct dlc_node_record *node;

    *ref = dlc_tree.free_nodes;
    if (!*ref)
        return dlc_writer_add(DLC_KIND_NODE, sizeof *node, ref);
    node = dlc_writer_at(*ref);
    dlc_tree.free_nodes = node->more;
    return node;
}

static dlc_ref add_node(const struct dlc_node_record *wanted, uint64_t key)
{
    dlc_ref ref;
    struct dlc_node_record *node = take_node(&ref);

    if (!node)
        return 0;
    *node = *wanted;
    dlc_writer_finish(node, sizeof *node);
    dlc_tree.node_count++;
    if (!dlc_map_set(&dlc_tree.by_context, key, ref)) {
        dlc_tree_free_node(ref);
        return 0;
    }
    return ref;
}

void dlc_tree_free_node(dlc_ref ref)
{
    struct dlc_node_record *node = dlc_writer_at(ref);

    while (node->more) {
        dlc_ref more = node->more;
        struct dlc_trail_record *trail = dlc_writer_at(more);

        node->more = trail->next;
        trail->next = dlc_tree.free_trails;
        dlc_tree.free_trails = more;
    }
    dlc_tree.node_count--;
    node->lock = 0;
    node->more = dlc_tree.free_nodes;
    dlc_tree.free_nodes = ref;
}

static struct dlc_trail_record *take_trail(dlc_ref *ref)
{
    struct dlc_trail_record *trail;

    *ref = dlc_tree.free_trails;
    if (!*ref)
        return dlc_writer_add(DLC_KIND_TRAIL, sizeof *trail, ref);
    trail = dlc_writer_at(*ref);
    dlc_tree.free_trails = trail->next;
    return trail;
}

static bool has_trail(const struct dlc_node_record *node, dlc_ref thread, uint32_t segment)
{
    if (node->thread == thread && node->segment == segment)
        return true;
    for (dlc_ref ref = __atomic_load_n(&node->more, __ATOMIC_ACQUIRE); ref;) {
        const struct dlc_trail_record *trail = dlc_writer_at(ref);

        if (trail->thread == thread && trail->segment == segment)
            return true;
        ref = trail->next;
    }
    return false;
}

void dlc_tree_add_trail(struct dlc_node_record *node, dlc_ref thread, uint32_t segment)
{
    struct dlc_trail_record *trail = NULL;
    uint32_t count = 1;
    dlc_ref ref;

    if (has_trail(node, thread, segment))
        return;
    for (ref = node->more; ref; ref = ((struct dlc_trail_record *)dlc_writer_at(ref))->next)
        count++;
    if (count < TRAILS_MAX)
        trail = take_trail(&ref);
    if (!trail) {
        node->flags |= DLC_NODE_TRAILS_DROPPED;
        dlc_writer_count(DLC_COUNT_TRAILS_DROPPED, 1);
        return;
    }
    trail->thread = thread;
    trail->segment = segment;
    trail->next = node->more;
    dlc_writer_finish(trail, sizeof *trail);
    __atomic_store_n(&node->more, ref, __ATOMIC_RELEASE);
}

/* The node for `wanted`, whose thread and segment came through. */
static dlc_ref find_or_add(const struct dlc_node_record *wanted)
{
    uint64_t key;
    dlc_ref ref = dlc_tree_find(wanted, &key);

    if (ref && has_trail(dlc_writer_at(ref), wanted->thread, wanted->segment))
        return ref;
    dlc_futex_lock_acquire(&dlc_tree.lock);
    ref = dlc_tree_find(wanted, &key);
    if (ref)
        dlc_tree_add_trail(dlc_writer_at(ref), wanted->thread, wanted->segment);
    else
        ref = add_node(wanted, key);
    dlc_futex_lock_release(&dlc_tree.lock);
    if (!ref)
        dlc_writer_count(DLC_COUNT_CONTEXTS_DROPPED, 1);
    return ref;
}

/* As in track/site.c: entries stay where they are, those whose place moved are missed once. */
static void grow_if_crowded(struct dlc_thread *thread)
{
    if (++thread->step_misses <= thread->step_mask || thread->step_mask + 1 >= DLC_STEPS_MAX)
        return;
    thread->step_misses = 0;
    thread->step_mask = thread->step_mask * 2 + 1;
}

static void remember(struct dlc_thread *thread, const struct dlc_node_record *node, uint64_t lock_key,
                     uint32_t bucket, dlc_ref ref)
{
    struct dlc_step_entry *entry;

    grow_if_crowded(thread);
    entry = dlc_step_of(thread, node->parent, lock_key, node->stack);
    entry->lock_key = 0;
    atomic_signal_fence(memory_order_release);
    entry->parent = node->parent;
    entry->stack = node->stack;
    entry->epoch = bucket >> 16;
    entry->node = ref;
    atomic_signal_fence(memory_order_release);
    entry->lock_key = lock_key;
}

dlc_ref dlc_tree_step(struct dlc_thread *thread, dlc_ref parent, uint64_t address, struct dlc_lock_traits traits,
                      enum dlc_mode mode, enum dlc_how how, dlc_ref stack)
{
    uint64_t lock_key = DLC_LOCK_KEY(address, mode, how);
    uint32_t bucket = dlc_bucket_load(address);
    dlc_ref ref = dlc_step_get(thread, parent, lock_key, stack, bucket);
    struct dlc_node_record wanted = {
        .parent = parent,
        .stack = stack,
        .thread = thread->ref,
        .segment = thread->record->segment,
        .mode = (uint8_t)mode,
        .how = (uint8_t)how,
    };

    if (ref)
        return ref;
    dlc_tree_recycle_if_worthwhile();
    wanted.lock = dlc_locks_nested(thread, address, traits, stack);
    if (!wanted.lock) {
        dlc_writer_count(DLC_COUNT_CONTEXTS_DROPPED, 1);
        return 0;
    }
    bucket = dlc_bucket_load(address);
    ref = find_or_add(&wanted);
    if (ref)
        remember(thread, &wanted, lock_key, bucket, ref);
    return ref;
}

void dlc_tree_void_steps(struct dlc_thread *thread)
{
    memset(thread->steps, 0, ((size_t)thread->step_mask + 1) * sizeof *thread->steps);
}

void dlc_tree_reset(void)
{
    dlc_map_release(&dlc_tree.by_context);
    memset(&dlc_tree, 0, sizeof dlc_tree);
}
