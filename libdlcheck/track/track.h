/*
 * The events of a lock's life, as the interposers tell them. The verbs carry the moment: `wait_begin` before the
 * call that may block, `acquired` after it returned ownership, `releasing` before the real release.
 *
 * The inline halves are the fast path: no shared write, no unwinding, no lock, no allocation; they decline (and
 * the slow half does the work) whenever anything is new.
 */
#ifndef DLC_TRACK_TRACK_H
#define DLC_TRACK_TRACK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "libdlcheck/record/format.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/site.h"
#include "libdlcheck/track/stack.h"
#include "libdlcheck/track/thread.h"
#include "libdlcheck/track/tree.h"

void dlc_track_acquired_slow(uint64_t lock, struct dlc_lock_traits traits, enum dlc_mode mode, enum dlc_how how,
                             struct dlc_caller caller);
bool dlc_track_releasing_slow(uint64_t lock);

/* Puts a lock on the innermost place of the held locks. The place is taken before it is filled, so that a signal
   handler that locks in between works above it; the lock is written last. */
static inline void dlc_track_push(struct dlc_thread *self, uint64_t lock_and_mode, dlc_ref stack, dlc_ref node)
{
    struct dlc_held_slot *slot = self->top;

    self->top = slot + 1;
    atomic_signal_fence(memory_order_release);
    slot->stack = stack;
    slot->node = node;
    atomic_signal_fence(memory_order_release);
    *(volatile uint64_t *)&slot->lock = lock_and_mode;
}

/* The node of the innermost lock. The outermost one has none before something is nested in it: then it is looked
   up here, as long as it is the only one. */
static inline dlc_ref dlc_track_innermost_node(struct dlc_thread *self)
{
    struct dlc_held_slot *slot = self->top - 1;

    if (__builtin_expect(!slot->lock, 0))
        return 0; /* a push that we interrupted */
    if (!slot->node && slot == self->bottom)
        slot->node =
            dlc_step_get(self, 0, slot->lock, slot->stack, dlc_bucket_load(slot->lock & ~DLC_HELD_MODE_MASK));
    return slot->node;
}

static inline bool dlc_track_acquired_fast(struct dlc_thread *self, uint64_t lock, enum dlc_mode mode,
                                           enum dlc_how how, struct dlc_caller caller)
{
    uint32_t bucket = dlc_bucket_load(lock);
    struct dlc_held_slot *top;
    dlc_ref node = 0;
    dlc_ref stack;

    if (__builtin_expect(!self || !self->sites, 0))
        return false;
    stack = dlc_site_get(self, caller);
    top = self->top;
    if (__builtin_expect(!stack || caller.frame > self->lowest_frame_lock || top == self->limit, 0))
        return false;
    if (top == self->bottom) {
        uint32_t owner_id = bucket & DLC_BUCKET_OWNER_MASK;

        if (__builtin_expect(owner_id && owner_id != self->owner_id, 0))
            return false;
    } else {
        dlc_ref parent = dlc_track_innermost_node(self);

        if (__builtin_expect(!parent, 0))
            return false;
        node = dlc_step_get(self, parent, DLC_LOCK_KEY(lock, mode, how), stack, bucket);
        if (__builtin_expect(!node, 0))
            return false;
    }
    dlc_track_push(self, lock | mode, stack, node);
    return true;
}

/* `lock` was got. errno is kept. */
static inline void dlc_track_acquired(uint64_t lock, struct dlc_lock_traits traits, enum dlc_mode mode,
                                      enum dlc_how how, struct dlc_caller caller)
{
    if (__builtin_expect(!dlc_track_acquired_fast(dlc_self, lock, mode, how, caller), 0))
        dlc_track_acquired_slow(lock, traits, mode, how, caller);
}

/* `lock` is about to be released. False: this thread was not seen to hold it (the caller finds out why). */
static inline bool dlc_track_releasing(uint64_t lock)
{
    struct dlc_thread *self = dlc_self;

    if (__builtin_expect(self && self->top, 1)) {
        struct dlc_held_slot *slot = self->top - 1;

        if (__builtin_expect(slot >= self->bottom && (slot->lock & ~DLC_HELD_MODE_MASK) == lock, 1)) {
            *(volatile uint64_t *)&slot->lock = 0;
            atomic_signal_fence(memory_order_release);
            self->top = slot;
            return true;
        }
    }
    return dlc_track_releasing_slow(lock);
}

/* Whether the calling thread was seen to take `lock` and not to release it. */
bool dlc_track_holds(uint64_t lock);

/* A lock was initialised by a call that succeeded. */
void dlc_track_initialised(uint64_t lock, struct dlc_lock_traits traits, struct dlc_caller caller);

/* Memory is going away (a lock was destroyed, a block freed or unmapped): locks in there have ended, and the
   calling thread holds none of them any more. Threads that we have never seen are not taken up for this. */
void dlc_track_gone(uint64_t start, uint64_t size_bytes);

/* The context of taking `lock` now, as a fact in the tree, before the call that may block for ever: so that the
   first inversion that really hangs is in the recording. Inside only. Returns the STACK of the call. */
dlc_ref dlc_track_intend(struct dlc_thread *thread, uint64_t lock, struct dlc_lock_traits traits,
                         enum dlc_mode mode, enum dlc_how how, struct dlc_caller caller);

#endif
