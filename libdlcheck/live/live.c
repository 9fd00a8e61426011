#include "libdlcheck/live/live.h"

#include "libdlcheck/base/glibc_mutex.h"
#include "libdlcheck/live/conds.h"
#include "libdlcheck/live/event.h"
#include "libdlcheck/live/foreign.h"
#include "libdlcheck/live/hang.h"
#include "libdlcheck/live/wait_graph.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/wait.h"

#define INHERITED_OWNERS 16u

/* The part of whoever owns the mutex that `waiter` is about to wait for, when the held record agrees. */
static bool find_owner(const struct dlc_event_part *waiter, struct dlc_event_part *owner)
{
    uint32_t tid = dlc_glibc_owner((const pthread_mutex_t *)(uintptr_t)waiter->object);
    uint32_t sequence;
    dlc_ref thread = tid ? dlc_thread_of_tid(tid) : 0;

    if (!thread)
        return false;
    *owner = dlc_live_part_of(thread, &sequence);
    return dlc_live_add_hold(owner, waiter->object);
}

/* Tells of a thread that waits for what `ended` still holds; one is enough, the others wait behind it. */
static void check_waiters(struct dlc_event_part *ended, const struct dlc_held_slot *slot)
{
    uint64_t lock = slot->lock & ~DLC_HELD_MODE_MASK;
    struct dlc_event_part parts[2] = {{.thread = 0}, *ended};
    uint32_t sequence;

    if (!dlc_live_add_hold(&parts[1], lock) || dlc_wait_graph_comes_back(lock))
        return;
    dlc_threads_lock();
    for (struct dlc_thread *thread = dlc_threads_first(); thread && !parts[0].thread; thread = thread->next) {
        struct dlc_wait wait = dlc_wait_read(thread->record, &sequence);

        if (wait.kind == DLC_WAIT_MUTEX && !wait.timed && wait.object == lock)
            parts[0] = dlc_live_part_of(thread->ref, &sequence);
    }
    dlc_threads_unlock();
    if (parts[0].thread)
        dlc_live_record_event(DLC_EVENT_MISUSE, DLC_RULE_OWNER_EXITED, parts, 2);
}

void dlc_live_ended(dlc_ref thread)
{
    const struct dlc_thread_record *record = dlc_writer_at(thread);
    const struct dlc_held_record *held = dlc_writer_at(record->held);
    struct dlc_event_part ended = {.thread = thread};

    if (dlc_hang_check(NULL) || !record->held)
        return;
    for (uint32_t i = 0; i < held->slot_count && held->slots[i].lock; i++)
        check_waiters(&ended, &held->slots[i]);
}

static bool is_recursive(uint64_t mutex)
{
    return (dlc_glibc_kind((const pthread_mutex_t *)(uintptr_t)mutex) & DLC_GLIBC_TYPE_MASK) ==
           DLC_GLIBC_RECURSIVE;
}

static bool is_errorcheck(uint64_t mutex)
{
    return (dlc_glibc_kind((const pthread_mutex_t *)(uintptr_t)mutex) & DLC_GLIBC_TYPE_MASK) ==
           DLC_GLIBC_ERRORCHECK;
}

/* In that order: an owner that was still running when it was found may have released the mutex and ended
 * meanwhile. */
static bool has_ended_owning(const struct dlc_event_part *owner, uint64_t mutex)
{
    const struct dlc_thread_record *record = dlc_writer_at(owner->thread);

    return __atomic_load_n(&record->state, __ATOMIC_SEQ_CST) != DLC_THREAD_RUNNING &&
           dlc_glibc_owner((const pthread_mutex_t *)(uintptr_t)mutex) == record->tid;
}

/* A wait for a mutex whose owner is the waiter itself, or has ended, need not be for ever: another thread could
   still release it, against the rules, and some programs do. So it is a misuse; only the end of all motion makes
   it a deadlock. */
static void check_for_motion(struct dlc_thread *thread)
{
    struct dlc_event_part parts[2];
    uint32_t sequence;
    bool is_owned;

    parts[0] = dlc_live_part_of(thread->ref, &sequence);
    is_owned = parts[0].wait_kind == DLC_WAIT_MUTEX && find_owner(&parts[0], &parts[1]);
    if (is_owned && dlc_wait_graph_comes_back(parts[0].object))
        return;
    if (is_owned && parts[1].thread == thread->ref) {
        /* A recursive mutex is simply taken again, and an error-checking one answers EDEADLK. */
        if (is_recursive(parts[0].object))
            return;
        if (is_errorcheck(parts[0].object))
            parts[1].wait_kind = DLC_WAIT_NONE;
        else if (dlc_hang_check(thread))
            return;
        dlc_live_record_event(DLC_EVENT_MISUSE, DLC_RULE_RELOCK, &parts[1], 1);
        return;
    }
    if (!dlc_hang_check(thread) && is_owned && has_ended_owning(&parts[1], parts[0].object))
        dlc_live_record_event(DLC_EVENT_MISUSE, DLC_RULE_OWNER_EXITED, parts, 2);
}

void dlc_live_blocking(struct dlc_thread *thread)
{
    if (!dlc_wait_graph_find_cycle(thread->ref))
        check_for_motion(thread);
}

/* The threads that forked on the way from the first process to this one; of a longer line the oldest are
 * forgotten. */
static uint32_t inherited_owners[INHERITED_OWNERS];
static uint32_t inherited_owner_count;

void dlc_live_add_inherited_owner(uint32_t tid)
{
    inherited_owners[inherited_owner_count++ % INHERITED_OWNERS] = tid;
}

static bool is_inherited(uint32_t tid)
{
    for (uint32_t i = 0; i < INHERITED_OWNERS; i++)
        if (tid && inherited_owners[i] == tid)
            return true;
    return false;
}

static struct dlc_event_part misuse_by(const struct dlc_thread *thread, uint64_t lock, dlc_ref stack)
{
    return (struct dlc_event_part){
        .thread = thread->ref,
        .object = lock,
        .lock = dlc_locks_find(lock),
        .wait_stack = stack,
    };
}

/* The part of the thread that `tid` names, when its held record says that it holds `lock`. */
static bool holder_of(uint64_t lock, uint32_t tid, struct dlc_event_part *part)
{
    *part = (struct dlc_event_part){.thread = dlc_thread_of_tid(tid)};
    return part->thread && dlc_live_add_hold(part, lock);
}

void dlc_live_foreign_unlock(struct dlc_thread *thread, uint64_t lock, uint32_t owner_tid, dlc_ref stack)
{
    struct dlc_event_part parts[2];

    /* Taken where we did not look (inside our own bookkeeping), or before a fork. */
    if (owner_tid == thread->tid || is_inherited(owner_tid))
        return;
    parts[0] = misuse_by(thread, lock, stack);
    if (!owner_tid) {
        dlc_live_record_event(DLC_EVENT_MISUSE, DLC_RULE_UNLOCK_NOT_LOCKED, parts, 1);
        return;
    }
    dlc_foreign_note(lock);
    dlc_locks_flag(lock, DLC_LOCK_FOREIGN);
    dlc_live_record_event(DLC_EVENT_MISUSE, DLC_RULE_UNLOCK_NOT_OWNER, parts,
                          holder_of(lock, owner_tid, &parts[1]) ? 2 : 1);
}

void dlc_live_destroying(struct dlc_thread *thread, uint64_t lock, uint32_t owner_tid, dlc_ref stack)
{
    struct dlc_event_part parts[2];

    parts[0] = misuse_by(thread, lock, stack);
    if (holder_of(lock, owner_tid, &parts[1]))
        dlc_live_record_event(DLC_EVENT_MISUSE, DLC_RULE_DESTROY_LOCKED, parts, 2);
}

void dlc_live_reset(void)
{
    dlc_live_events_reset();
    dlc_foreign_reset();
    dlc_conds_reset();
}
