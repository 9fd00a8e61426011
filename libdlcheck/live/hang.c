#include "libdlcheck/live/hang.h"

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/glibc_mutex.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/live/conds.h"
#include "libdlcheck/live/event.h"
#include "libdlcheck/live/outside.h"
#include "libdlcheck/live/wait_graph.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/wait.h"

/* How long to wait for the others to fall asleep, once all of them have said that they will. */
#define LOOKS               40
#define LOOK_EVERY_NS       250000u
#define STRANGERS_LOOKED_AT 4u
#define DESCRIPTOR_BYTES    4096u /* glibc's thread descriptor, in which a join waits */

struct silence {
    struct dlc_event_part *parts; /* room for as many ended owners behind them */
    uint32_t *sequences;
    uint32_t count;
};

/* Whether joining `target` returns at once, or soon: the thread has ended, cannot be joined, or waits for the
   joiner (or is it), which glibc answers with an error. */
static bool join_returns(dlc_ref target, dlc_ref joiner)
{
    const struct dlc_thread_record *record = dlc_writer_at(target);
    uint32_t sequence;
    struct dlc_wait wait = dlc_wait_read(record, &sequence);

    return record->state != DLC_THREAD_RUNNING || record->detached || target == joiner ||
           (wait.kind == DLC_WAIT_JOIN && wait.target == joiner);
}

/* Whether what we know ourselves says that this wait ends. */
static bool is_ending(const struct dlc_wait *wait, dlc_ref thread)
{
    switch (wait->kind) {
    case DLC_WAIT_NONE:
    case DLC_WAIT_KIND_COUNT:
        return true;
    case DLC_WAIT_JOIN:
        return wait->timed || wait->target == 0 || join_returns(wait->target, thread);
    case DLC_WAIT_COND:
        return wait->timed || dlc_conds_pending(wait->object);
    case DLC_WAIT_MUTEX:
        break;
    }
    return wait->timed;
}

/* Whether the owner of `mutex` is about to let it go, or has just got it back, inside pthread_cond_wait. */
static bool is_in_cond_wait(uint64_t mutex)
{
    dlc_ref owner = dlc_thread_of_tid(dlc_wait_graph_owner(mutex));
    uint32_t sequence;
    struct dlc_wait wait = {.kind = DLC_WAIT_NONE};

    if (owner)
        wait = dlc_wait_read(dlc_writer_at(owner), &sequence);
    return wait.kind == DLC_WAIT_COND && wait.object2 == mutex;
}

/* The same, and what the mutex itself says: released since it was found busy, or shared with another process. */
static bool may_be_woken(const struct dlc_wait *wait, dlc_ref thread)
{
    if (is_ending(wait, thread))
        return true;
    if (wait->kind == DLC_WAIT_MUTEX)
        return dlc_wait_graph_owner(wait->object) == 0 || dlc_wait_graph_is_shared(wait->object) ||
               dlc_wait_graph_comes_back(wait->object) || is_in_cond_wait(wait->object);
    return wait->kind == DLC_WAIT_COND && dlc_wait_graph_is_shared(wait->object2);
}

/* The cheap look, which nearly always ends the search: threads that hand over to each other are all waiting for a
 * moment. */
static bool somebody_moves(void)
{
    bool moves = false;

    dlc_threads_lock();
    for (struct dlc_thread *thread = dlc_threads_first(); thread && !moves; thread = thread->next) {
        uint32_t sequence;
        struct dlc_wait wait = dlc_wait_read(thread->record, &sequence);

        moves = is_ending(&wait, thread->ref);
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

        silent = silence->count < room && !may_be_woken(&wait, thread->ref);
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

        if (sequence != silence->sequences[i] || may_be_woken(&wait, silence->parts[i].thread))
            return false;
    }
    return true;
}

static bool lies_in(uint64_t word, uint64_t object, uint64_t size_bytes)
{
    return word >= object && word < object + size_bytes;
}

/* Whether the thread sleeps in the very object that it said it waits for. Between saying so and sleeping, and
   between being woken and saying that, it does not. */
static bool sleeps_in(const struct dlc_event_part *part)
{
    const struct dlc_thread_record *record = dlc_writer_at(part->thread);
    uint64_t word;

    if (!dlc_outside_sleeps_on_futex(record->tid, &word))
        return false;
    switch ((enum dlc_wait_kind)part->wait_kind) {
    case DLC_WAIT_MUTEX:
        return lies_in(word, part->object, sizeof(pthread_mutex_t));
    case DLC_WAIT_COND:
        return lies_in(word, part->object, sizeof(pthread_cond_t));
    case DLC_WAIT_JOIN:
        return lies_in(word, part->object, DESCRIPTOR_BYTES);
    case DLC_WAIT_NONE:
    case DLC_WAIT_KIND_COUNT:
        break;
    }
    return false;
}

static bool all_others_sleep(const struct silence *silence, dlc_ref self)
{
    for (uint32_t i = 0; i < silence->count; i++)
        if (silence->parts[i].thread != self && !sleeps_in(&silence->parts[i]))
            return false;
    return true;
}

/* Tasks that are not ours to know (a thread made by clone) are there for long; those that have just ended, for a
 * moment. */
static uint32_t strangers;

/* Whether all tasks sleep in the waits of `silence`. The calling one is the only one awake (`self`, or at its end
   and none of them: 0), so what is seen asleep now stays asleep. */
static bool is_settled(const struct silence *silence, dlc_ref self)
{
    uint32_t expected = silence->count + (self == 0);
    uint32_t tasks = 0;

    for (int i = 0; i < LOOKS; i++) {
        bool asleep;

        tasks = dlc_outside_task_count();
        asleep = tasks == expected && all_others_sleep(silence, self);
        if (tasks == 0 || tasks > expected + STRANGERS_LOOKED_AT || (strangers && tasks == expected + strangers) ||
            !is_unchanged(silence))
            return false;
        if (asleep)
            return true;
        dlc_system_pause(LOOK_EVERY_NS);
    }
    strangers = tasks > expected ? tasks - expected : 0;
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

/* Threads that have ended while they held what others wait for: the cause, where there is one. The number of all
 * parts. */
static uint32_t add_ended_owners(struct silence *silence)
{
    uint32_t count = silence->count;

    for (uint32_t i = 0; i < silence->count; i++) {
        const struct dlc_event_part *part = &silence->parts[i];
        dlc_ref owner =
            part->wait_kind == DLC_WAIT_MUTEX ? dlc_thread_of_tid(dlc_wait_graph_owner(part->object)) : 0;
        struct dlc_event_part ended = {.thread = owner};

        if (owner && ((const struct dlc_thread_record *)dlc_writer_at(owner))->state != DLC_THREAD_RUNNING &&
            dlc_live_add_hold(&ended, part->object))
            silence->parts[count++] = ended;
    }
    return count;
}

static bool check(struct silence *silence, uint32_t room, dlc_ref self)
{
    if (!look_at_threads(silence, room) || !is_unchanged(silence) || !is_settled(silence, self) ||
        dlc_outside_may_wake())
        return false;
    if (!record_self_deadlock(silence)) {
        add_holds(silence);
        dlc_live_record_event(DLC_EVENT_HANG, DLC_RULE_NONE, silence->parts, add_ended_owners(silence));
    }
    return true;
}

bool dlc_hang_check(const struct dlc_thread *thread)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    uint32_t room = dlc_threads_live();
    struct silence silence = {NULL, NULL, 0};
    bool found = false;

    if (room == 0 || dlc_waits_untimed() < room || dlc_live_is_stuck() || somebody_moves())
        return false;
    silence.parts = dlc_arena_alloc(&arena, 2 * room * sizeof *silence.parts);
    silence.sequences = dlc_arena_alloc(&arena, room * sizeof *silence.sequences);
    if (silence.parts && silence.sequences)
        found = check(&silence, room, thread ? thread->ref : 0);
    dlc_arena_release(&arena);
    return found;
}
