/*
 * The acquisition tree. What a thread holds is a path; a node says: lock L was taken in mode M at stack S while
 * holding exactly the path of my parent. Equal acquisitions share a node, across threads; each node remembers
 * which threads came through it, with their create/join segment.
 *
 * In front of the shared tree each thread has a private node cache ("steps"), keyed by parent node, lock, how it
 * was taken, and stack. An entry is good while the bucket epoch of its lock has not moved (track/locks.h) and the
 * thread is in the same create/join segment (dlc_tree_void_steps).
 */
#ifndef DLC_TRACK_TREE_H
#define DLC_TRACK_TREE_H

#include <stdatomic.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/thread.h"

#define DLC_STEPS_FIRST 128u   /* entries used at first: a page ... */
#define DLC_STEPS_MAX   16384u /* ... and at most */

/* How a lock is taken, as the low bits of its address in keys: mode and enum dlc_how. */
#define DLC_LOCK_KEY(address, mode, how) ((address) | ((uint64_t)(how) << 56) | (mode))

struct dlc_step_entry {
    uint64_t lock_key;
    dlc_ref parent;
    dlc_ref stack;
    uint32_t epoch;
    dlc_ref node;
    uint64_t unused;
};

static inline struct dlc_step_entry *dlc_step_of(const struct dlc_thread *thread, dlc_ref parent,
                                                 uint64_t lock_key, dlc_ref stack)
{
    uint64_t key = (lock_key + ((uint64_t)parent << 20) + ((uint64_t)stack << 6)) * UINT64_C(0x9e3779b97f4a7c15);

    return &thread->steps[(key >> 40) & thread->step_mask];
}

/* The node of this acquisition when the private cache knows it, else 0. One cache line beside the lock's bucket.
 */
static inline dlc_ref dlc_step_get(const struct dlc_thread *thread, dlc_ref parent, uint64_t lock_key,
                                   dlc_ref stack, uint32_t bucket)
{
    const struct dlc_step_entry *entry = dlc_step_of(thread, parent, lock_key, stack);
    dlc_ref node = *(const volatile dlc_ref *)&entry->node;

    /* As in site.h: a signal handler that replaces the entry now makes the key differ. */
    atomic_signal_fence(memory_order_acquire);
    return entry->lock_key == lock_key && entry->parent == parent && entry->stack == stack &&
                   entry->epoch == bucket >> 16
               ? node
               : 0;
}

/* The node for taking `address` below `parent` (0: outermost), found or made; notes that `thread` came through,
   and fills its cache. 0 when it could not be kept (counted). Inside only, none of our locks held. */
dlc_ref dlc_tree_step(struct dlc_thread *thread, dlc_ref parent, uint64_t address, struct dlc_lock_traits traits,
                      enum dlc_mode mode, enum dlc_how how, dlc_ref stack);

/* Empties the private node cache. */
void dlc_tree_void_steps(struct dlc_thread *thread);

/* Forgets the contexts of locks that have ended and that only one thread ever took, once there are many: paths
   that led through such a lock go on without it. Inside only, none of our locks held; one pass over all nodes. */
void dlc_tree_recycle_if_worthwhile(void);

/* In a forked child: forgets the parent's tree. */
void dlc_tree_reset(void);

#endif
