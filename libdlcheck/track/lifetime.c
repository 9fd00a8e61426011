#include "libdlcheck/track/lifetime.h"

#include "libdlcheck/base/arena.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/stack.h"

#define FRAME_LOCKS_FIRST 64u

static void set_lowest(struct dlc_thread *owner)
{
    uint64_t lowest = UINT64_MAX;

    for (uint32_t i = 0; i < owner->frame_lock_count; i++)
        if (owner->frame_locks[i].address < lowest)
            lowest = owner->frame_locks[i].address;
    __atomic_store_n(&owner->lowest_frame_lock, lowest, __ATOMIC_RELAXED);
}

static bool make_room(struct dlc_thread *owner)
{
    uint32_t room = owner->frame_lock_room ? owner->frame_lock_room * 2 : FRAME_LOCKS_FIRST;
    struct dlc_frame_lock *grown;

    if (owner->frame_lock_count < owner->frame_lock_room)
        return true;
    grown = dlc_pages_map(room * sizeof *grown);
    if (!grown)
        return false;
    for (uint32_t i = 0; i < owner->frame_lock_count; i++)
        grown[i] = owner->frame_locks[i];
    dlc_pages_unmap(owner->frame_locks, owner->frame_lock_room * sizeof *grown);
    owner->frame_locks = grown;
    owner->frame_lock_room = room;
    return true;
}

/* Where the frame around the lock returns to, as its thread's stack was last unwound. That may be another thread's
   view, and just changing; what it says counts only when it is what lies there. */
static void find_frame_around(const struct dlc_thread *owner, struct dlc_frame_lock *entry)
{
    const struct dlc_stack_view *view = owner->view;
    size_t count = view->frame_count < DLC_STACK_FRAMES_MAX ? view->frame_count : DLC_STACK_FRAMES_MAX;

    entry->slot = 0;
    for (size_t i = 0; i < count && !entry->slot; i++)
        if (view->slots[i] > entry->address && view->slots[i] + sizeof(uint64_t) <= owner->stack_high) {
            entry->slot = view->slots[i];
            entry->value = view->frames[i];
        }
    if (entry->slot && *(const uint64_t *)(uintptr_t)entry->slot != entry->value)
        entry->slot = 0;
}

/* The entry for a lock at `address`: of one that has ended there, or a new one. There is room. */
static struct dlc_frame_lock *entry_of(struct dlc_thread *owner, uint64_t address)
{
    for (uint32_t i = 0; i < owner->frame_lock_count; i++)
        if (owner->frame_locks[i].address == address)
            return &owner->frame_locks[i];
    return &owner->frame_locks[owner->frame_lock_count++];
}

void dlc_lifetime_new_lock(uint64_t address, dlc_ref lock)
{
    struct dlc_frame_lock entry = {.address = address};
    struct dlc_thread *owner;

    dlc_threads_lock();
    for (owner = dlc_threads_first(); owner; owner = owner->next)
        if (address >= owner->stack_low && address < owner->stack_high)
            break;
    if (owner && make_room(owner)) {
        find_frame_around(owner, &entry);
        *entry_of(owner, address) = entry;
        if (address < owner->lowest_frame_lock)
            __atomic_store_n(&owner->lowest_frame_lock, address, __ATOMIC_RELAXED);
        dlc_lock_add_flags(dlc_writer_at(lock), DLC_LOCK_ON_STACK);
    }
    dlc_threads_unlock();
}

/* Ends the locks of `owner` that `is_gone` names. */
static void end_frame_locks(struct dlc_thread *owner,
                            bool (*is_gone)(const struct dlc_frame_lock *entry, uint64_t argument),
                            uint64_t argument)
{
    uint32_t kept = 0;

    dlc_threads_lock();
    for (uint32_t i = 0; i < owner->frame_lock_count; i++) {
        if (is_gone(&owner->frame_locks[i], argument))
            dlc_locks_end(owner->frame_locks[i].address);
        else
            owner->frame_locks[kept++] = owner->frame_locks[i];
    }
    owner->frame_lock_count = kept;
    set_lowest(owner);
    dlc_threads_unlock();
}

static bool is_below(const struct dlc_frame_lock *entry, uint64_t frame)
{
    return entry->address < frame;
}

static bool is_in_a_gone_frame(const struct dlc_frame_lock *entry, uint64_t unused)
{
    (void)unused;
    return entry->slot && *(const uint64_t *)(uintptr_t)entry->slot != entry->value;
}

void dlc_lifetime_check_frame_lock(struct dlc_thread *thread, uint64_t address)
{
    if (thread->frame_lock_count && address >= thread->lowest_frame_lock && address < thread->stack_high)
        end_frame_locks(thread, is_in_a_gone_frame, 0);
}

void dlc_lifetime_stack_unwound(struct dlc_thread *thread)
{
    if (!thread->frame_lock_count)
        return;
    end_frame_locks(thread, is_in_a_gone_frame, 0);
    for (uint32_t i = 0; i < thread->frame_lock_count; i++)
        if (!thread->frame_locks[i].slot)
            find_frame_around(thread, &thread->frame_locks[i]);
}

void dlc_lifetime_frames_popped(struct dlc_thread *thread, uint64_t frame)
{
    /* A frame on another stack (a coroutine's, an alternate signal stack) says nothing about this one. */
    if (frame > thread->stack_low && frame < thread->stack_high)
        end_frame_locks(thread, is_below, frame);
}

void dlc_lifetime_stack_gone(struct dlc_thread *thread)
{
    end_frame_locks(thread, is_below, UINT64_MAX);
    dlc_pages_unmap(thread->frame_locks, thread->frame_lock_room * sizeof *thread->frame_locks);
    thread->frame_locks = NULL;
    thread->frame_lock_room = 0;
}
