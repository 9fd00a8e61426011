#include "libdlcheck/live/event.h"

#include <string.h>
#include <time.h>

#include "libdlcheck/base/futex_lock.h"
#include "libdlcheck/base/hash.h"
#include "libdlcheck/base/map.h"
#include "libdlcheck/live/live.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/wait.h"

static struct {
    struct dlc_futex_lock lock;
    struct dlc_map by_place;
    bool stuck;
} events;

struct dlc_event_part dlc_live_part_of(dlc_ref thread, uint32_t *sequence)
{
    struct dlc_wait wait = dlc_wait_read(dlc_writer_at(thread), sequence);

    return (struct dlc_event_part){
        .thread = thread,
        .wait_kind = wait.kind,
        .object = wait.object,
        .lock = wait.kind == DLC_WAIT_MUTEX ? dlc_locks_find(wait.object) : 0,
        .wait_stack = wait.stack,
        .wait_timed = wait.timed,
        .wait_since_ns = wait.since_ns,
    };
}

bool dlc_live_add_hold(struct dlc_event_part *part, uint64_t lock)
{
    const struct dlc_thread_record *record = dlc_writer_at(part->thread);
    dlc_ref ref = __atomic_load_n(&record->held, __ATOMIC_ACQUIRE);
    const struct dlc_held_record *held = dlc_writer_at(ref);

    for (uint32_t i = 0; ref && i < held->slot_count && held->slots[i].lock; i++)
        if ((held->slots[i].lock & ~DLC_HELD_MODE_MASK) == lock) {
            part->hold_stack = held->slots[i].stack;
            part->held_object = lock;
            part->held_lock = dlc_locks_find(lock);
            return true;
        }
    return false;
}

bool dlc_live_is_stuck(void)
{
    return __atomic_load_n(&events.stuck, __ATOMIC_ACQUIRE);
}

static uint64_t place_of(enum dlc_event_kind kind, enum dlc_misuse_rule rule, const struct dlc_event_part *parts,
                         size_t part_count)
{
    uint64_t sum = 0;

    /* The same ring may be seen from any of its threads: the order of the parts does not matter. */
    for (size_t i = 0; i < part_count; i++)
        sum += dlc_hash_mix((uint64_t)parts[i].wait_stack << 32 | parts[i].hold_stack);
    return dlc_hash_add(dlc_hash_add(sum, kind), rule) | 2;
}

static struct dlc_event_record *add(enum dlc_event_kind kind, enum dlc_misuse_rule rule,
                                    const struct dlc_event_part *parts, size_t part_count, uint64_t place)
{
    size_t size_bytes = sizeof(struct dlc_event_record) + part_count * sizeof *parts;
    struct dlc_event_record *event;
    struct timespec now;
    dlc_ref ref;

    event = dlc_writer_add(DLC_KIND_EVENT, size_bytes, &ref);
    if (!event) {
        dlc_writer_count(DLC_COUNT_RECORDS_DROPPED, 1);
        return NULL;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    event->kind = kind;
    event->rule = rule;
    event->time_ns = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    event->count = 1;
    event->part_count = (uint32_t)part_count;
    memcpy(event->parts, parts, part_count * sizeof *parts);
    dlc_writer_finish(event, size_bytes);
    dlc_map_set(&events.by_place, place, ref);
    return event;
}

void dlc_live_record_event(enum dlc_event_kind kind, enum dlc_misuse_rule rule, const struct dlc_event_part *parts,
                           size_t part_count)
{
    uint64_t place = place_of(kind, rule, parts, part_count);
    struct dlc_event_record *event = NULL;
    dlc_ref known;

    for (size_t i = 0; i < part_count; i++) {
        dlc_locks_flag(parts[i].object, DLC_LOCK_IN_EVENT);
        dlc_locks_flag(parts[i].held_object, DLC_LOCK_IN_EVENT);
    }
    /* A look for the end of all motion that began before a deadlock was found ends after it. */
    dlc_futex_lock_acquire(&events.lock);
    known = dlc_map_get(&events.by_place, place);
    if (known)
        ((struct dlc_event_record *)dlc_writer_at(known))->count++;
    else if (kind != DLC_EVENT_HANG || !events.stuck)
        event = add(kind, rule, parts, part_count, place);
    if (event && kind != DLC_EVENT_MISUSE)
        __atomic_store_n(&events.stuck, true, __ATOMIC_RELEASE);
    dlc_futex_lock_release(&events.lock);
    if (event && dlc_live_found)
        dlc_live_found(event, kind != DLC_EVENT_MISUSE);
}

void dlc_live_events_reset(void)
{
    dlc_map_release(&events.by_place);
    memset(&events, 0, sizeof events);
}
