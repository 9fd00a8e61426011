#include "libdlcheck/track/track.h"

#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/held.h"
#include "libdlcheck/track/lifetime.h"

static uint64_t slot_address(const struct dlc_held_slot *slot)
{
    return slot->lock & ~DLC_HELD_MODE_MASK;
}

static enum dlc_mode slot_mode(const struct dlc_held_slot *slot)
{
    return (enum dlc_mode)(slot->lock & DLC_HELD_MODE_MASK);
}

/* The node of the innermost held lock, entering those into the tree that were only held so far: an outermost lock
   that nothing was nested in, and what a release out of order has left. */
static dlc_ref enter_path(struct dlc_thread *thread)
{
    struct dlc_lock_traits unknown = {DLC_LOCK_MUTEX, 0};
    dlc_ref node = 0;

    for (struct dlc_held_slot *slot = thread->bottom; slot < thread->top; slot++) {
        if (!slot->lock)
            continue; /* a signal handler runs above an unfinished push */
        if (!slot->node)
            slot->node = dlc_tree_step(thread, node, slot_address(slot), unknown, slot_mode(slot),
                                       node ? DLC_HOW_HELD_ONLY : DLC_HOW_LOCK, slot->stack);
        if (!slot->node)
            return 0; /* what is nested further in has no place without it */
        node = slot->node;
    }
    return node;
}

dlc_ref dlc_track_intend(struct dlc_thread *thread, uint64_t lock, struct dlc_lock_traits traits,
                         enum dlc_mode mode, enum dlc_how how, struct dlc_caller caller)
{
    dlc_ref stack;
    dlc_ref parent;

    if (caller.frame > thread->lowest_frame_lock)
        dlc_lifetime_frames_popped(thread, caller.frame);
    stack = dlc_site_stack(thread, caller);
    parent = enter_path(thread);
    if (parent)
        dlc_tree_step(thread, parent, lock, traits, mode, how, stack);
    return stack;
}

/* Takes `slot` out. The locks above it were taken while holding it: their nodes do not say any more what is held,
   and are found anew when something is nested in them. */
static void release_slot(struct dlc_thread *thread, struct dlc_held_slot *slot)
{
    struct dlc_held_slot *last = thread->top - 1;

    for (; slot < last; slot++) {
        slot[0] = slot[1];
        slot[0].node = 0;
    }
    *(volatile uint64_t *)&last->lock = 0;
    thread->top = last;
}

static struct dlc_held_slot *find_slot(const struct dlc_thread *thread, uint64_t lock)
{
    for (struct dlc_held_slot *slot = thread->top; slot-- > thread->bottom;)
        if (slot->lock && slot_address(slot) == lock)
            return slot;
    return NULL;
}

static void acquired_inside(struct dlc_thread *thread, uint64_t lock, struct dlc_lock_traits traits,
                            enum dlc_mode mode, enum dlc_how how, struct dlc_caller caller)
{
    dlc_ref stack;
    dlc_ref parent;
    dlc_ref node = 0;
    struct dlc_held_slot *left_over = find_slot(thread, lock);

    if (caller.frame > thread->lowest_frame_lock)
        dlc_lifetime_frames_popped(thread, caller.frame);
    stack = dlc_site_stack(thread, caller);
    /* Another thread has released it for us, or it went away while it was held. */
    if (left_over)
        release_slot(thread, left_over);
    if (thread->top == thread->limit && !dlc_held_grow(thread)) {
        dlc_writer_count(DLC_COUNT_CONTEXTS_DROPPED, 1);
        return;
    }
    if (thread->top == thread->bottom) {
        dlc_locks_taken(thread, lock);
    } else {
        parent = enter_path(thread);
        if (parent)
            node = dlc_tree_step(thread, parent, lock, traits, mode, how, stack);
    }
    dlc_track_push(thread, lock | mode, stack, node);
}

/* A signal handler locks while it interrupts our own work: there is nothing to be done but to say so. The locks of
   libunwind, which we call, are nobody's business. */
static void count_unseen(uint64_t lock)
{
    if (dlc_thread_current() && !dlc_stack_is_unwinders(lock))
        dlc_writer_count(DLC_COUNT_EVENTS_INSIDE, 1);
}

void dlc_track_acquired_slow(uint64_t lock, struct dlc_lock_traits traits, enum dlc_mode mode, enum dlc_how how,
                             struct dlc_caller caller)
{
    struct dlc_thread *thread = dlc_thread_enter();

    if (!thread) {
        count_unseen(lock);
        return;
    }
    acquired_inside(thread, lock, traits, mode, how, caller);
    dlc_thread_leave(thread);
}

bool dlc_track_releasing_slow(uint64_t lock)
{
    struct dlc_thread *thread = dlc_thread_enter();
    struct dlc_held_slot *slot;

    if (!thread) {
        count_unseen(lock);
        return true;
    }
    slot = find_slot(thread, lock);
    if (slot)
        release_slot(thread, slot);
    dlc_thread_leave(thread);
    return slot != NULL;
}

bool dlc_track_holds(uint64_t lock)
{
    const struct dlc_thread *thread = dlc_thread_current();

    return thread && find_slot(thread, lock);
}

void dlc_track_initialised(uint64_t lock, struct dlc_lock_traits traits, struct dlc_caller caller)
{
    struct dlc_thread *thread = dlc_thread_enter();
    dlc_ref stack;

    if (!thread)
        return;
    if (caller.frame > thread->lowest_frame_lock)
        dlc_lifetime_frames_popped(thread, caller.frame);
    stack = dlc_site_stack(thread, caller);
    dlc_locks_initialised(thread, lock, traits, stack);
    dlc_lifetime_new_lock(lock, dlc_locks_find(lock));
    dlc_thread_leave(thread);
}

static void end_between(struct dlc_thread *thread, uint64_t start, uint64_t end)
{
    for (struct dlc_held_slot *slot = thread->top; slot-- > thread->bottom;)
        if (slot->lock && slot_address(slot) >= start && slot_address(slot) < end)
            release_slot(thread, slot);
    dlc_locks_end_between(start, end);
}

void dlc_track_gone(uint64_t start, uint64_t size_bytes)
{
    struct dlc_thread *thread = dlc_thread_current() ? dlc_thread_enter() : NULL;

    if (!thread)
        return;
    end_between(thread, start, start + size_bytes);
    dlc_thread_leave(thread);
}
