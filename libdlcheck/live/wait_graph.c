/*
 * The wait-for graph, walked from the thread that is about to block: owner, what it waits for, its owner... The
 * last thread of a cycle to block sees the whole cycle, for each has published its wait before it looked.
 */
#include "libdlcheck/live/wait_graph.h"

#include <stddef.h>

#include "libdlcheck/base/arena.h"
#include "libdlcheck/base/glibc_mutex.h"
#include "libdlcheck/base/peek.h"
#include "libdlcheck/base/system.h"
#include "libdlcheck/live/conds.h"
#include "libdlcheck/live/event.h"
#include "libdlcheck/live/foreign.h"
#include "libdlcheck/live/outside.h"
#include "libdlcheck/record/writer.h"
#include "libdlcheck/track/locks.h"
#include "libdlcheck/track/wait.h"

/* Kept on the stack: nearly all chains are this short, and a contended lock must not cost a mapping. */
#define LINKS_FIRST 8u

#define LOOKS         16
#define LOOK_EVERY_NS 250000u

struct chain {
    struct dlc_event_part *parts;
    uint32_t *sequences;
    size_t count;
    size_t room;
    struct dlc_event_part first_parts[LINKS_FIRST];
    uint32_t first_sequences[LINKS_FIRST];
};

/* Whoever waits there may have got the mutex meanwhile, let it go and freed it. */
uint32_t dlc_wait_graph_owner(uint64_t mutex)
{
    uint32_t owner;

    return dlc_peek(mutex + DLC_GLIBC_OWNER_OFFSET, &owner, sizeof owner) ? owner : 0;
}

bool dlc_wait_graph_comes_back(uint64_t mutex)
{
    dlc_ref owner = dlc_thread_of_tid(dlc_wait_graph_owner(mutex));
    uint32_t kind;

    return dlc_peek(mutex + DLC_GLIBC_KIND_OFFSET, &kind, sizeof kind) && (kind & DLC_GLIBC_ROBUST) &&
           (!owner || ((const struct dlc_thread_record *)dlc_writer_at(owner))->state != DLC_THREAD_RUNNING);
}

bool dlc_wait_graph_is_shared(uint64_t mutex)
{
    uint32_t kind;

    return !dlc_peek(mutex + DLC_GLIBC_KIND_OFFSET, &kind, sizeof kind) || (kind & DLC_GLIBC_PSHARED);
}

static bool add_link(struct dlc_arena *arena, struct chain *chain, const struct dlc_event_part *part,
                     uint32_t sequence)
{
    if (chain->count == chain->room) {
        size_t room = chain->room * 2;
        struct dlc_event_part *parts = dlc_arena_alloc(arena, room * sizeof *parts);
        uint32_t *sequences = dlc_arena_alloc(arena, room * sizeof *sequences);

        if (!parts || !sequences)
            return false;
        for (size_t i = 0; i < chain->count; i++) {
            parts[i] = chain->parts[i];
            sequences[i] = chain->sequences[i];
        }
        chain->parts = parts;
        chain->sequences = sequences;
        chain->room = room;
    }
    chain->parts[chain->count] = *part;
    chain->sequences[chain->count++] = sequence;
    return true;
}

static bool waits_for_a_lock(const struct dlc_event_part *part)
{
    return part->wait_kind == DLC_WAIT_MUTEX && !part->wait_timed && !dlc_foreign_seen(part->object);
}

/* The thread that holds `mutex`, with the hold added; false when nobody is known to. */
static bool next_link(uint64_t mutex, uint32_t owner_tid, struct dlc_event_part *next, uint32_t *sequence)
{
    dlc_ref owner = owner_tid ? dlc_thread_of_tid(owner_tid) : 0;

    if (!owner)
        return false;
    *next = dlc_live_part_of(owner, sequence);
    return dlc_live_add_hold(next, mutex);
}

/* A thread that has been signalled inside pthread_cond_wait takes its mutex again in there, out of our sight: then
   it waits for that. On its way from one to the other it is given a moment. */
static void look_into_cond_wait(struct dlc_event_part *part, uint32_t sequence)
{
    const struct dlc_thread_record *record = dlc_writer_at(part->thread);

    for (int i = 0; part->wait_kind == DLC_WAIT_COND && i < LOOKS; i++) {
        uint32_t now;
        uint64_t word;
        struct dlc_wait wait = dlc_wait_read(record, &now);

        if (now != sequence)
            return;
        if (dlc_outside_sleeps_on_futex(record->tid, &word) && word >= wait.object2 &&
            word < wait.object2 + sizeof(pthread_mutex_t)) {
            part->wait_kind = DLC_WAIT_MUTEX;
            part->wait_timed = 0;
            part->object = wait.object2;
            part->lock = dlc_locks_find(wait.object2);
            return;
        }
        if (!dlc_conds_pending(wait.object))
            return;
        dlc_system_pause(LOOK_EVERY_NS);
    }
}

/* Follows the waits from `start` until it comes back there. False when the chain ends elsewhere, or runs into a
   cycle that `start` is not part of (somebody else has reported that one). */
static bool collect(struct dlc_arena *arena, struct chain *chain, dlc_ref start)
{
    struct dlc_event_part part;
    uint32_t sequence;
    uint32_t owner_tid;

    part = dlc_live_part_of(start, &sequence);
    while (waits_for_a_lock(&part)) {
        if (!add_link(arena, chain, &part, sequence) || chain->count > dlc_threads_ever())
            return false;
        /* The first mutex is the caller's own affair, and there to be read; most chains end behind it. */
        owner_tid = chain->count == 1 ? dlc_glibc_owner((const pthread_mutex_t *)(uintptr_t)part.object)
                                      : dlc_wait_graph_owner(part.object);
        if (!next_link(part.object, owner_tid, &part, &sequence))
            return false;
        if (part.thread == start) {
            /* The ring is closed: the first part now knows where it took what the last one waits for. */
            chain->parts[0] = part;
            return waits_for_a_lock(&part);
        }
        look_into_cond_wait(&part, sequence);
    }
    return false;
}

static bool is_unchanged(const struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct dlc_event_part *holder = &chain->parts[(i + 1) % chain->count];
        const struct dlc_thread_record *record = dlc_writer_at(holder->thread);
        uint32_t sequence;

        if (dlc_wait_read(dlc_writer_at(chain->parts[i].thread), &sequence).kind == DLC_WAIT_NONE ||
            sequence != chain->sequences[i] || dlc_wait_graph_owner(chain->parts[i].object) != record->tid)
            return false;
    }
    return true;
}

bool dlc_wait_graph_find_cycle(dlc_ref thread)
{
    struct dlc_arena arena = DLC_ARENA_EMPTY;
    struct chain chain;
    bool found;

    chain.parts = chain.first_parts;
    chain.sequences = chain.first_sequences;
    chain.count = 0;
    chain.room = LINKS_FIRST;
    found = collect(&arena, &chain, thread) && chain.count > 1 && is_unchanged(&chain);
    if (found)
        dlc_live_record_event(DLC_EVENT_DEADLOCK, DLC_RULE_NONE, chain.parts, chain.count);
    dlc_arena_release(&arena);
    return found;
}
