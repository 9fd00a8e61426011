#include "libdlcheck/analyze/events.h"

#include "libdlcheck/base/hash.h"

static dlc_ref known_thread(const struct dlc_reader *reader, dlc_ref ref)
{
    return dlc_reader_thread(reader, ref) ? ref : 0;
}

static dlc_ref known_lock(const struct dlc_reader *reader, dlc_ref ref)
{
    return dlc_reader_lock(reader, ref) ? ref : 0;
}

static dlc_ref known_stack(const struct dlc_reader *reader, dlc_ref ref)
{
    return dlc_reader_stack(reader, ref) ? ref : 0;
}

static struct dlc_hold held_in_event(const struct dlc_reader *reader, const struct dlc_event_part *part)
{
    return (struct dlc_hold){.address = part->held_object,
                             .lock = known_lock(reader, part->held_lock),
                             .stack = known_stack(reader, part->hold_stack),
                             .mode = DLC_MODE_EXCLUSIVE};
}

static struct dlc_hold held_in_slot(const struct dlc_reader *reader, const struct dlc_held_slot *slot)
{
    uint64_t lock = __atomic_load_n(&slot->lock, __ATOMIC_ACQUIRE);
    const struct dlc_node_record *node = dlc_reader_node(reader, __atomic_load_n(&slot->node, __ATOMIC_RELAXED));

    return (struct dlc_hold){.address = lock & ~DLC_HELD_MODE_MASK,
                             .lock = node ? known_lock(reader, __atomic_load_n(&node->lock, __ATOMIC_RELAXED)) : 0,
                             .stack = known_stack(reader, __atomic_load_n(&slot->stack, __ATOMIC_RELAXED)),
                             .mode = lock & DLC_HELD_MODE_MASK ? DLC_MODE_READ : DLC_MODE_EXCLUSIVE};
}

/* The slots of a thread's held record that are in use, as far as they are shown. */
struct shown_slots {
    const struct dlc_held_slot *slots;
    uint32_t count;
};

/* None when the record does not agree with the event: the thread went on, and what it holds now is another matter.
   Nor for a mere holder in a hang: it has ended, and each of its locks has a part of its own. */
static struct shown_slots slots_of(const struct dlc_reader *reader, const struct dlc_event_record *event,
                                   const struct dlc_event_part *part)
{
    const struct dlc_thread_record *thread = dlc_reader_thread(reader, part->thread);
    const struct dlc_held_record *held;
    bool agrees = part->held_object == 0;
    uint32_t used;

    if (!thread || event->kind == DLC_EVENT_MISUSE || part->wait_kind == DLC_WAIT_NONE)
        return (struct shown_slots){NULL, 0};
    held = dlc_reader_held(reader, __atomic_load_n(&thread->held, __ATOMIC_ACQUIRE));
    for (used = 0; held && used < held->slot_count; used++) {
        uint64_t lock = __atomic_load_n(&held->slots[used].lock, __ATOMIC_ACQUIRE);

        if (lock == 0)
            break;
        agrees = agrees || (lock & ~DLC_HELD_MODE_MASK) == part->held_object;
    }
    if (!held || !agrees)
        return (struct shown_slots){NULL, 0};
    if (used > DLC_HOLDS_SHOWN)
        return (struct shown_slots){held->slots + used - DLC_HOLDS_SHOWN, DLC_HOLDS_SHOWN};
    return (struct shown_slots){held->slots, used};
}

/* What the thread holds: as its held record shows it, with what the event says in the place of the lock that it
 * names. */
static bool fill_holds(struct dlc_step *step, const struct dlc_event_part *part, const struct dlc_reader *reader,
                       const struct dlc_event_record *event, struct dlc_arena *arena)
{
    struct shown_slots shown = slots_of(reader, event, part);
    size_t named = 0;

    step->holds = dlc_arena_alloc(arena, (shown.count + 1) * sizeof(*step->holds));
    if (!step->holds)
        return false;
    step->hold_count = shown.count;
    for (uint32_t i = 0; i < shown.count; i++) {
        step->holds[i] = held_in_slot(reader, &shown.slots[i]);
        if (step->holds[i].address == part->held_object)
            named = i;
    }
    if (part->held_object == 0)
        return true;
    if (step->hold_count == 0)
        step->hold_count = 1;
    step->holds[named] = held_in_event(reader, part);
    step->holds[named].in_cycle =
        event->kind == DLC_EVENT_DEADLOCK || (event->kind == DLC_EVENT_HANG && step->wait_kind == DLC_WAIT_NONE);
    return true;
}

static void fill_step(struct dlc_step *step, const struct dlc_event_part *part, const struct dlc_reader *reader)
{
    step->thread = known_thread(reader, part->thread);
    step->wait_kind = part->wait_kind < DLC_WAIT_KIND_COUNT ? part->wait_kind : DLC_WAIT_NONE;
    step->wait_address = part->object;
    step->wait_lock = known_lock(reader, part->lock);
    step->wait_stack = known_stack(reader, part->wait_stack);
    step->wait_mode = DLC_MODE_EXCLUSIVE;
    step->wait_how = part->wait_timed ? DLC_HOW_TIMED : DLC_HOW_LOCK;
    step->wait_timed = part->wait_timed != 0;
    step->wait_since_ns = part->wait_since_ns;
}

static uint64_t step_pattern(struct dlc_patterns *patterns, const struct dlc_event_part *part)
{
    const struct dlc_stack_record *stack = dlc_reader_stack(patterns->reader, part->wait_stack);

    return dlc_pattern_step(
        dlc_pattern_lock_class(patterns, part->lock, part->object, stack ? stack->unload_epoch : 0),
        dlc_pattern_place(patterns, part->wait_stack), dlc_pattern_place(patterns, part->hold_stack));
}

/* False: out of memory. */
static bool event_pattern(struct dlc_patterns *patterns, const struct dlc_event_record *event, uint64_t *pattern)
{
    size_t count = event->part_count;
    uint64_t *steps = dlc_arena_alloc(patterns->arena, count * sizeof(*steps));
    struct dlc_sort_item *items = dlc_arena_alloc(patterns->arena, 2 * count * sizeof(*items));

    if (!steps || !items)
        return false;
    for (size_t i = 0; i < count; i++)
        steps[i] = step_pattern(patterns, &event->parts[i]);
    *pattern = dlc_pattern_ring(steps, count, items, items + count);
    if (event->kind != DLC_EVENT_DEADLOCK)
        *pattern = dlc_hash_add(dlc_hash_add(*pattern, event->kind), event->rule);
    return true;
}

static bool fill_finding(struct dlc_finding *finding, const struct dlc_event_record *event,
                         const struct dlc_reader *reader, struct dlc_arena *arena)
{
    static const enum dlc_finding_kind kinds[DLC_EVENT_KIND_COUNT] = {[DLC_EVENT_DEADLOCK] = DLC_FINDING_DEADLOCK,
                                                                      [DLC_EVENT_HANG] = DLC_FINDING_HANG,
                                                                      [DLC_EVENT_MISUSE] = DLC_FINDING_MISUSE};

    finding->kind = kinds[event->kind];
    finding->rule = event->rule < DLC_RULE_COUNT ? (enum dlc_misuse_rule)event->rule : DLC_RULE_NONE;
    finding->time_ns = event->time_ns;
    finding->steps = dlc_arena_alloc(arena, event->part_count * sizeof(*finding->steps));
    if (!finding->steps)
        return false;
    finding->step_count = event->part_count;
    for (size_t i = 0; i < finding->step_count; i++) {
        fill_step(&finding->steps[i], &event->parts[i], reader);
        if (!fill_holds(&finding->steps[i], &event->parts[i], reader, event, arena))
            return false;
    }
    return true;
}

bool dlc_events_collect(struct dlc_collection *collection, struct dlc_patterns *patterns)
{
    const struct dlc_reader *reader = patterns->reader;

    for (dlc_ref ref = 0; (ref = dlc_reader_next(reader, DLC_KIND_EVENT, ref)) != 0;) {
        const struct dlc_event_record *event = dlc_reader_event(reader, ref);
        uint32_t times = __atomic_load_n(&event->count, __ATOMIC_RELAXED);
        struct dlc_finding *finding;
        uint64_t pattern;

        if (event->part_count == 0 || event->kind == 0 || event->kind >= DLC_EVENT_KIND_COUNT)
            continue;
        if (!event_pattern(patterns, event, &pattern))
            return false;
        finding = dlc_collection_find(collection, pattern);
        if (!finding) {
            finding = dlc_collection_add(collection, pattern);
            if (!finding || !fill_finding(finding, event, reader, collection->arena))
                return false;
        }
        finding->count += times > 0 ? times : 1;
    }
    return true;
}
