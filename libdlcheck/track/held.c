#include "libdlcheck/track/held.h"

#include <string.h>

#include "libdlcheck/record/writer.h"

#define HELD_FIRST 63u /* slots; with the record's head they make a kilobyte */

/* HELD records of ended threads, of the first size, linked through slots[0].node. Under the threads' lock. */
static dlc_ref spare_held;

static struct dlc_held_record *add_held(uint32_t slot_count, dlc_ref *ref)
{
    size_t size_bytes = sizeof(struct dlc_held_record) + slot_count * sizeof(struct dlc_held_slot);
    struct dlc_held_record *held = dlc_writer_add(DLC_KIND_HELD, size_bytes, ref);

    if (!held) {
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        return NULL;
    }
    held->slot_count = slot_count;
    dlc_writer_finish(held, size_bytes);
    return held;
}

/* An ended thread that holds nothing leaves its slots to the next one: programs make threads without end. */
struct dlc_held_record *dlc_held_take(dlc_ref *ref)
{
    struct dlc_held_record *held = NULL;

    dlc_threads_lock();
    *ref = spare_held;
    if (*ref) {
        held = dlc_writer_at(*ref);
        spare_held = held->slots[0].node;
        held->slots[0].node = 0;
    }
    dlc_threads_unlock();
    return held ? held : add_held(HELD_FIRST, ref);
}

void dlc_held_give(struct dlc_thread *thread)
{
    struct dlc_held_record *held = dlc_writer_at(thread->record->held);

    if (thread->top != thread->bottom || held->slot_count != HELD_FIRST)
        return;
    held->slots[0].node = spare_held;
    spare_held = thread->record->held;
    __atomic_store_n(&thread->record->held, 0, __ATOMIC_RELEASE);
}

bool dlc_held_grow(struct dlc_thread *thread)
{
    size_t used = (size_t)(thread->top - thread->bottom);
    uint32_t room = (uint32_t)(thread->limit - thread->bottom) * 2;
    struct dlc_held_record *held;
    dlc_ref ref;

    held = add_held(room, &ref);
    if (!held)
        return false;
    memcpy(held->slots, thread->bottom, used * sizeof *thread->bottom);
    __atomic_store_n(&thread->record->held, ref, __ATOMIC_RELEASE);
    /* Recycling walks over all threads' slots. */
    dlc_threads_lock();
    thread->bottom = held->slots;
    thread->top = held->slots + used;
    thread->limit = held->slots + room;
    dlc_threads_unlock();
    return true;
}

void dlc_held_reset(void)
{
    spare_held = 0;
}
