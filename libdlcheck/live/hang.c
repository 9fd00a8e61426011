#include "libdlcheck/live/hang.h"

#include <time.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/glibc_mutex.h"
#include "libdlcheck/live/conds.h"
#include "libdlcheck/live/event.h"
#include "libdlcheck/live/outside.h"
#include "libdlcheck/live/wait_graph.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/wait.h"

/* How long to wait for the others to fall asleep, once all of them have said that they will. */
#define LOOKS 40
#define LOOK_EVERY_NS 250000L

struct silence {
    struct dlc_event_part *parts;
    uint32_t *sequences;
    uint32_t count;
};

/* Whether what we know ourselves says that this wait ends. */
static bool is_ending(const struct dlc_wait *wait)
{
    switch (wait->kind) {
    case DLC_WAIT_NONE:
    case DLC_WAIT_KIND_COUNT:
        return true;
    case DLC_WAIT_JOIN:
        return wait->timed || wait->target == 0 ||
               ((const struct dlc_thread_record *)dlc_writer_at(wait->target))->state != DLC_THREAD_RUNNING;
    case DLC_WAIT_COND:
        return wait->timed || dlc_conds_pending(wait->object);
    case DLC_WAIT_MUTEX:
        break;
    }
    return wait->timed;
}

/* The same, and what the mutex itself says: released since it was found busy, or shared with another process. */
static bool may_be_woken(const struct dlc_wait *wait)
{
    if (is_ending(wait))
        return true;
    if (wait->kind == DLC_WAIT_MUTEX)
        return dlc_wait_graph_owner(wait->object) == 0 || dlc_wait_graph_is_shared(wait->object);
    return wait->kind == DLC_WAIT_COND && dlc_wait_graph_is_shared(wait->object2);
}

/* The cheap look, which nearly always ends the search: threads that hand over to each other are all waiting for a moment. */
static bool somebody_moves(void)
{
    bool moves = false;

    dlc_threads_lock();
    for (struct dlc_thread *thread = dlc_threads_first(); thread && !moves; thread = thread->next) {
        uint32_t sequence;
        struct dlc_wait wait = dlc_wait_read(thread->record, &sequence);

        moves = is_ending(&wait);
    }
    dlc_threads_unlock();
    return moves;
}

/* What every known thread waits for; false when one can move. */
static bool look_at_threads(struct silence *silence, uint32_t room)
{
    bool silent = true;

    silence->count = 0;
    dlc_threads_lock();
    for (struct dlc_thread *thread = dlc_threads_first(); thread && silent; thread = thread->next) {
        uint32_t sequence;
        struct dlc_wait wait = dlc_wait_read(thread->record, &sequence);

        silent = silence->count < room && !may_be_woken(&wait);
        if (silent) {
            silence->parts[silence->count] = dlc_live_part_of(thread->ref, &silence->sequences[silence->count]);
            silent = silence->sequences[silence->count++] == sequence;
        }
    }
    dlc_threads_unlock();
    return silent;
}

static bool is_unchanged(const struct silence *silence)
{
    if (dlc_threads_live() != silence->count || dlc_waits_untimed() != silence->count)
        return false;
    for (uint32_t i = 0; i < silence->count; i++) {
        uint32_t sequence;
        struct dlc_wait wait = dlc_wait_read(dlc_writer_at(silence->parts[i].thread), &sequence);

        if (sequence != silence->sequences[i] || may_be_woken(&wait))
            return false;
    }
    return true;
}

/* Whether all tasks sleep in the waits of `silence`. The calling thread is the only one awake, so what is seen asleep now stays
   asleep. */
static bool is_settled(const struct silence *silence)
{
    const struct timespec pause = {0, LOOK_EVERY_NS};

    for (int i = 0; i < LOOKS; i++) {
        enum dlc_outside_tasks tasks = dlc_outside_tasks(silence->count);

        if (tasks == DLC_TASKS_UNKNOWN || !is_unchanged(silence))
            return false;
        if (tasks == DLC_TASKS_ASLEEP)
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

/* A thread that waits for what it holds itself waits for ever now: one part tells it all. */
static bool record_self_deadlock(struct silence *silence)
{
    for (uint32_t i = 0; i < silence->count; i++) {
        struct dlc_event_part *part = &silence->parts[i];
        const struct dlc_thread_record *record = dlc_writer_at(part->thread);

        if (part->wait_kind == DLC_WAIT_MUTEX && dlc_wait_graph_owner(part->object) == record->tid &&
            dlc_live_add_hold(part, part->object)) {
            dlc_live_record_event(DLC_EVENT_DEADLOCK, DLC_RULE_NONE, part, 1);
            return true;
        }
    }
    return false;
}

/* Beside its wait, a part of a hang shows what its thread holds: that may be what another one waits for. */
static void add_holds(struct silence *silence)
{
    for (uint32_t i = 0; i < silence->count; i++)
        for (uint32_t j = 0; j < silence->count && !silence->parts[i].hold_stack; j++)
            if (silence->parts[j].wait_kind == DLC_WAIT_MUTEX)
                dlc_live_add_hold(&silence->parts[i], silence->parts[j].object);
}

static bool check(struct silence *silence, uint32_t room)
{
    if (!look_at_threads(silence, room) || !is_unchanged(silence) || !is_settled(silence) || dlc_outside_may_wake())
        return false;
    if (!record_self_deadlock(silence)) {
        add_holds(silence);
        dlc_live_record_event(DLC_EVENT_HANG, DLC_RULE_NONE, silence->parts, silence->count);
    }
    return true;
}

bool dlc_hang_check(void)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    uint32_t room = dlc_threads_live();
    struct silence silence = {NULL, NULL, 0};
    bool found = false;

    if (dlc_waits_untimed() < room || somebody_moves())
        return false;
    silence.parts = dlc_arena_alloc(&arena, room * sizeof *silence.parts);
    silence.sequences = dlc_arena_alloc(&arena, room * sizeof *silence.sequences);
    if (silence.parts && silence.sequences)
        found = check(&silence, room);
    dlc_arena_release(&arena);
    return found;
}
